/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <stdio.h>
#include <sys/socket.h>

#include "unit/net/test_client.h"

static struct test_client *
logged_in(const struct test_offer *offer)
{
	struct test_client *c = test_client_new(offer);

	test_client_hello(c);
	test_client_kex(c);
	test_client_login(c);
	assert_int_equal(c->conn.state, CONN_OPEN);
	return c;
}

/* Ends the connection and looks for a line of its log. */
static void
assert_log(struct test_client *c, const char *line)
{
	test_client_settle(c);
	test_client_close(c);
	if (strstr(c->monitor.log, line) == NULL)
		fail_msg("log is:\n%swithout: %s", c->monitor.log, line);
	test_client_free(c);
}

/* Reason of the DISCONNECT that comes next. */
static uint32_t
recv_disconnect_reason(struct test_client *c)
{
	struct reader r;

	do
		assert_true(test_client_recv(c));
	while (c->payload[0] != SSH_MSG_DISCONNECT);
	r = rd_init(bytes_of(c->payload + 1, c->payload_len - 1));
	return rd_u32(&r, "reason");
}

static void
send_data(struct test_client *c, size_t len)
{
	uint8_t packet[9 + CHANNEL_PACKET_MAX] = { SSH_MSG_CHANNEL_DATA };

	put_u32(packet + 5, (uint32_t)len);
	for (size_t i = 0; i < len; i++)
		packet[9 + i] = (uint8_t)(i * 7);
	test_client_send(c, packet, 9 + len);
}

/* The server will send so many bytes of channel data. */
static void
ask_data(struct test_client *c, uint32_t len)
{
	uint8_t adjust[9] = { SSH_MSG_CHANNEL_WINDOW_ADJUST };

	put_u32(adjust + 5, len);
	test_client_send(c, adjust, sizeof(adjust));
}

static void
send_ping(struct test_client *c, size_t len)
{
	uint8_t ping[5 + CHANNEL_PACKET_MAX] = { SSH_MSG_PING };

	put_u32(ping + 1, (uint32_t)len);
	memset(ping + 5, 'p', len);
	test_client_send(c, ping, 5 + len);
}

static void
transport__every_cipher_and_mac_carries_a_login_and_data(void **state)
{
	(void)state;
	for (size_t i = 0; cipher_row(i) != NULL; i++) {
		for (size_t k = 0; mac_row(k) != NULL; k++) {
			struct test_offer offer = {
				.ciphers = cipher_row(i)->name,
				.macs = mac_row(k)->name, .strict = k % 2 == 0,
			};
			struct test_client *c;

			upper = (struct upper){ 0 };
			c = logged_in(&offer);
			for (size_t len = 0; len < 40; len++)
				send_data(c, len);
			send_data(c, CHANNEL_PACKET_MAX);
			test_client_settle(c);
			assert_int_equal(upper.data_len,
			    39 * 40 / 2 + CHANNEL_PACKET_MAX);
			test_client_free(c);
			if (cipher_row(i)->is_aead)
				break;
		}
	}
}

static void
transport__says_when_input_comes_and_when_no_more_comes(void **state)
{
	struct test_client *c;

	(void)state;
	upper = (struct upper){ 0 };
	c = logged_in(NULL);
	upper.rides = 0;
	send_data(c, 1);
	test_client_settle(c);
	assert_int_equal(upper.rides, 1);
	for (size_t sent = 0; sent < WAKE_BUSY_BYTES;
	    sent += CHANNEL_PACKET_MAX)
		send_data(c, CHANNEL_PACKET_MAX);
	test_client_settle(c);
	assert_true(c->conn.transport.wakeups.few);
	assert_int_equal(upper.ride_ends, 0);
	c->now_ms += WAKE_WAIT_MS;
	test_client_settle(c);
	assert_false(c->conn.transport.wakeups.few);
	assert_int_equal(upper.ride_ends, 1);
	test_client_free(c);
}

static void
transport__strict_kex_refuses_a_message_in_front_of_kexinit(void **state)
{
	static const struct test_offer offer = { .strict = true };
	struct test_client *c = test_client_new(&offer);

	(void)state;
	test_client_send_raw(c, CLIENT_VERSION "\r\n",
	    sizeof(CLIENT_VERSION) + 1);
	test_client_send(c, "\2\0\0\0\0", 5);
	test_client_send_kexinit(c);
	assert_log(c, "3 Disconnecting 192.0.2.7 port 4711: strict KEX "
	    "violation: KEXINIT was not the first packet\n");
}

static void
transport__strict_kex_refuses_anything_unexpected(void **state)
{
	static const struct test_offer offer = { .strict = true };
	static const uint8_t numbers[] = { 2, 3, 4, 20, 21, 32, 34, 192, 200 };

	(void)state;
	for (size_t i = 0; i < sizeof(numbers); i++) {
		struct test_client *c = test_client_new(&offer);
		char line[160];

		test_client_hello(c);
		test_client_send_u8(c, numbers[i]);
		assert_int_equal(recv_disconnect_reason(c), 2);
		snprintf(line, sizeof(line), "3 Disconnecting 192.0.2.7 port "
		    "4711: strict KEX violation: unexpected packet type %u "
		    "(seqnr 1)\n", numbers[i]);
		assert_log(c, line);
	}
}

static void
transport__without_strict_kex_ignore_may_come_at_any_time(void **state)
{
	struct test_client *c = test_client_new(NULL);

	(void)state;
	test_client_send_raw(c, CLIENT_VERSION "\r\n",
	    sizeof(CLIENT_VERSION) + 1);
	test_client_send(c, "\2\0\0\0\0", 5);
	assert_true(test_client_recv_line(c, (char *)c->payload, 255));
	assert_true(test_client_recv(c));
	memcpy(c->peer_kexinit, c->payload, c->payload_len);
	c->peer_kexinit_len = c->payload_len;
	test_client_send_kexinit(c);
	test_client_send(c, "\2\0\0\0\0", 5);
	test_client_kex(c);
	test_client_login(c);
	test_client_free(c);
}

static void
transport__ext_info_follows_newkeys_when_it_was_asked_for(void **state)
{
	static const struct test_offer offer = { .ext_info = true };
	static const char want[] = "\7\0\0\0\4\0\0\0\17server-sig-algs"
	    "\0\0\0\30ssh-ed25519,rsa-sha2-512"
	    "\0\0\0\37publickey-hostbound@openssh.com\0\0\0\1" "0"
	    "\0\0\0\20ping@openssh.com\0\0\0\1" "0"
	    "\0\0\0\15" "agent-forward\0\0\0\1" "0";
	struct test_client *c = test_client_new(&offer);

	(void)state;
	test_client_hello(c);
	test_client_kex(c);
	assert_true(test_client_recv(c));
	assert_int_equal(c->payload_len, sizeof(want) - 1);
	assert_memory_equal(c->payload, want, sizeof(want) - 1);
	test_client_free(c);
}

static void
transport__a_second_ext_info_goes_only_to_who_asked(void **state)
{
	static const uint8_t ask[] = "\7\0\0\0\1\0\0\0\34"
	    "ext-info-in-auth@openssh.com\0\0\0\1" "0";

	(void)state;
	for (int asked = 0; asked < 2; asked++) {
		struct test_client *c = test_client_new(NULL);
		struct err err;

		test_client_hello(c);
		test_client_kex(c);
		if (asked)
			test_client_send(c, ask, sizeof(ask) - 1);
		test_client_settle(c);
		assert_int_equal(c->conn.state, CONN_SERVICE);
		assert_true(transport_send_ext_info(&c->conn,
		    BYTES_LIT("ssh-ed25519"), &err));
		assert_int_equal(test_client_recv(c), asked);
		if (asked)
			assert_int_equal(c->payload[0], SSH_MSG_EXT_INFO);
		/* and only once */
		assert_true(transport_send_ext_info(&c->conn,
		    BYTES_LIT("ssh-ed25519"), &err));
		assert_false(test_client_recv(c));
		test_client_free(c);
	}
}

static void
transport__a_wrong_guess_is_skipped(void **state)
{
	static const struct test_offer offer = {
		.kex = "curve25519-sha256",
	};
	struct test_client *c = test_client_new(&offer);
	uint8_t guess[5 + 65] = { SSH_MSG_KEX_30, 0, 0, 0, 65 };

	(void)state;
	test_client_send_raw(c, CLIENT_VERSION "\r\n",
	    sizeof(CLIENT_VERSION) + 1);
	/* first_kex_packet_follows, and nistp256 guessed first */
	c->offer.kex = "ecdh-sha2-nistp256,curve25519-sha256";
	c->follows = true;
	assert_true(test_client_recv_line(c, (char *)c->payload, 255));
	assert_true(test_client_recv(c));
	memcpy(c->peer_kexinit, c->payload, c->payload_len);
	c->peer_kexinit_len = c->payload_len;
	test_client_send_kexinit(c);
	test_client_send(c, guess, sizeof(guess));
	test_client_kex(c);
	test_client_login(c);
	test_client_free(c);
}

static void
transport__a_right_guess_counts(void **state)
{
	struct test_client *c = test_client_new(NULL);

	(void)state;
	c->follows = true;
	test_client_hello(c);
	test_client_kex(c);
	test_client_login(c);
	test_client_free(c);
}

static void
transport__no_common_algorithm_is_logged_with_the_offer(void **state)
{
	static const struct test_offer offer = {
		.ciphers = "chacha20-poly1305@openssh.com",
	};
	struct test_client *c = test_client_new(&offer);

	(void)state;
	c->offer.ciphers = "3des-cbc,arcfour";
	test_client_hello(c);
	assert_int_equal(recv_disconnect_reason(c), 3);
	assert_log(c, "3 Unable to negotiate with 192.0.2.7 port 4711: no "
	    "matching cipher found. Their offer: 3des-cbc,arcfour\n");
}

static void
transport__a_bad_public_value_ends_with_kex_failed(void **state)
{
	static const size_t lens[] = { 0, 31, 32, 33, 2048, 2049 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lens); i++) {
		uint8_t init[4096] = { SSH_MSG_KEX_30 };
		struct test_client *c = test_client_new(NULL);

		/* 32 zero bytes: a point of low order */
		put_u32(init + 1, (uint32_t)lens[i]);
		test_client_hello(c);
		test_client_send(c, init, 5 + lens[i]);
		assert_int_equal(recv_disconnect_reason(c),
		    lens[i] > KEX_PUBLIC_MAX ? 2 : 3);
		assert_int_equal(c->monitor.signatures, 0);
		assert_log(c, "3 ssh_dispatch_run_fatal: Connection from "
		    "192.0.2.7 port 4711: ");
	}
}

static void
transport__bad_lengths_before_keys_are_named(void **state)
{
	static const struct {
		const char *bytes;
		const char *log;
	} cases[] = {
		{ "\377\377\377\377", "3 Bad packet length 4294967295.\n" },
		{ "\0\0\0\4", "3 Bad packet length 4.\n" },
		{ "\0\1\1\1", "3 Bad packet length 65793.\n" },
		{ "\0\0\0\15", "3 padding error: need 9 block 8 mod 1\n" },
		{ "\0\0\0\14\3", "Connection corrupted\n" },
		{ "\0\0\0\14\14", "Connection corrupted\n" },
		{ "\0\0\0\14\377", "Connection corrupted\n" },
		{ "\0\0\0\14\13", "incomplete message\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct test_client *c = test_client_new(NULL);
		uint8_t packet[16] = { 0 };

		memcpy(packet, cases[i].bytes, strlen(cases[i].bytes + 3) + 3);
		test_client_send_raw(c, CLIENT_VERSION "\r\n",
		    sizeof(CLIENT_VERSION) + 1);
		test_client_send_raw(c, packet, sizeof(packet));
		assert_true(test_client_recv_line(c, (char *)c->payload, 255));
		assert_int_equal(recv_disconnect_reason(c), 2);
		assert_log(c, cases[i].log);
	}
}

static void
transport__a_changed_bit_ends_with_mac_error(void **state)
{
	static const char *const ciphers[] = {
		"chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com",
		"aes256-ctr",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ciphers); i++) {
		struct test_offer offer = { .ciphers = ciphers[i] };
		struct test_client *c = logged_in(&offer);

		c->flip_at = 20;
		send_data(c, 100);
		assert_int_equal(recv_disconnect_reason(c), 5);
		assert_log(c, "3 Corrupted MAC on input.\n"
		    "3 ssh_dispatch_run_fatal: Connection from "
		    "192.0.2.7 port 4711: message authentication code "
		    "incorrect\n");
	}
}

static void
transport__large_packets_are_for_those_who_logged_in(void **state)
{
	static uint8_t payload[PAYLOAD_MAX_PREAUTH + 1024] = { SSH_MSG_IGNORE };
	struct test_client *c = test_client_new(NULL);

	(void)state;
	upper = (struct upper){ 0 };
	test_client_hello(c);
	test_client_kex(c);
	test_client_send(c, payload, PAYLOAD_MAX_PREAUTH);
	test_client_login(c);
	test_client_send(c, payload, sizeof(payload));
	send_data(c, 10);
	test_client_settle(c);
	assert_int_equal(upper.data_len, 10);
	test_client_free(c);
	c = test_client_new(NULL);
	test_client_hello(c);
	test_client_kex(c);
	test_client_send(c, payload, sizeof(payload));
	assert_int_equal(recv_disconnect_reason(c), 2);
	assert_log(c, "3 Bad packet length ");
}

static void
transport__a_disconnect_is_logged_with_its_text_on_one_line(void **state)
{
	static const struct {
		const char *payload;
		size_t len;
		const char *log;
	} cases[] = {
		{ "\1\0\0\0\13\0\0\0\24disconnected by user\0\0\0\0", 33,
		    "3 Received disconnect from 192.0.2.7 port 4711:11: "
		    "disconnected by user\n3 Disconnected from "
		    "192.0.2.7 port 4711\n" },
		{ "\1\0\0\0\2\0\0\0\12a\nAccepted\0\0\0\0", 23,
		    "2 Received disconnect from 192.0.2.7 port 4711:2: "
		    "a\\nAccepted\n3 Disconnected from "
		    "192.0.2.7 port 4711\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct test_client *c = test_client_new(NULL);

		test_client_hello(c);
		test_client_send(c, cases[i].payload, cases[i].len);
		assert_log(c, cases[i].log);
	}
}

static void
transport__the_end_of_the_stream_is_logged_with_who(void **state)
{
	struct test_client *c = test_client_new(NULL);

	(void)state;
	test_client_hello(c);
	test_client_settle(c);
	memcpy(c->conn.user, "fred", 5);
	c->conn.named = true;
	shutdown(c->fd, SHUT_WR);
	assert_log(c, "3 Connection closed by authenticating user fred "
	    "192.0.2.7 port 4711\n");
	c = logged_in(NULL);
	shutdown(c->fd, SHUT_WR);
	test_client_settle(c);
	assert_int_equal(c->conn.exit_status, 0);
	assert_log(c, "3 Connection closed by 192.0.2.7 port 4711\n"
	    "4 Transferred: sent ");
}

/* Takes part in a key exchange that the server began. */
static void
answer_rekey(struct test_client *c)
{
	memcpy(c->peer_kexinit, c->payload, c->payload_len);
	c->peer_kexinit_len = c->payload_len;
	test_client_send_kexinit(c);
	test_client_kex(c);
}

static void
transport__the_server_rekeys_by_volume_while_data_flows(void **state)
{
	static const char *const ciphers[] = {
		"chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com",
		"aes128-ctr",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ciphers) * 2; i++) {
		struct test_offer offer = { .ciphers = ciphers[i / 2],
		    .strict = i % 2 == 0 };
		struct test_client *c;
		uint64_t got = 0;
		unsigned rekeys = 0;

		upper = (struct upper){ .rekey_bytes = 1 << 20 };
		c = logged_in(&offer);
		ask_data(c, 8 << 20);
		while (got < 8 << 20 && test_client_recv(c)) {
			if (c->payload[0] == SSH_MSG_KEXINIT) {
				answer_rekey(c);
				got += c->skipped_data;
				c->skipped_data = 0;
				rekeys++;
			} else if (c->payload[0] == SSH_MSG_CHANNEL_DATA)
				got += c->payload_len - 9;
			send_data(c, 1000);
		}
		assert_int_equal(got, 8 << 20);
		assert_in_range(rekeys, 5, 8);
		assert_int_equal(upper.data_len,
		    upper.handled[SSH_MSG_CHANNEL_DATA] * 1000);
		test_client_settle(c);
		assert_false(c->eof);
		test_client_free(c);
	}
}

static void
transport__the_client_may_rekey_too(void **state)
{
	static const struct test_offer offer = { .strict = true };
	struct test_client *c;

	(void)state;
	upper = (struct upper){ 0 };
	c = logged_in(&offer);
	for (int i = 0; i < 3; i++) {
		send_data(c, 500);
		test_client_send_kexinit(c);
		assert_true(test_client_recv(c));
		assert_int_equal(c->payload[0], SSH_MSG_KEXINIT);
		memcpy(c->peer_kexinit, c->payload, c->payload_len);
		c->peer_kexinit_len = c->payload_len;
		/* what only the first KEXINIT announces */
		assert_null(memmem(c->payload, c->payload_len,
		    "kex-strict-s", 12));
		test_client_kex(c);
		send_data(c, 500);
	}
	test_client_settle(c);
	assert_int_equal(upper.data_len, 3000);
	assert_int_equal(c->monitor.signatures, 4);
	test_client_free(c);
}

static void
transport__the_server_rekeys_by_time(void **state)
{
	struct test_client *c;

	(void)state;
	upper = (struct upper){ .rekey_seconds = 60 };
	c = logged_in(NULL);
	c->now_ms += 59 * 1000;
	assert_false(test_client_recv(c));
	c->now_ms += 2 * 1000;
	assert_true(test_client_recv(c));
	assert_int_equal(c->payload[0], SSH_MSG_KEXINIT);
	answer_rekey(c);
	c->now_ms += 59 * 1000;
	assert_false(test_client_recv(c));
	test_client_free(c);
}

static void
transport__the_server_rekeys_after_two_to_the_31_packets(void **state)
{
	struct test_client *c;

	(void)state;
	upper = (struct upper){ 0 };
	c = logged_in(NULL);
	c->conn.transport.in.packets = (1ull << 31) - 1;
	test_client_settle(c);
	assert_false(test_client_recv(c));
	test_client_send(c, "\2\0\0\0\0", 5);
	assert_true(test_client_recv(c));
	assert_int_equal(c->payload[0], SSH_MSG_KEXINIT);
	test_client_free(c);
}

/* RFC 4253 7.1: until its KEXINIT comes the peer may go on as before. */
static void
transport__answers_wait_for_newkeys(void **state)
{
	struct test_client *c;

	(void)state;
	upper = (struct upper){ .rekey_seconds = 60 };
	c = logged_in(NULL);
	c->now_ms += 61 * 1000;
	assert_true(test_client_recv(c));
	memcpy(c->peer_kexinit, c->payload, c->payload_len);
	c->peer_kexinit_len = c->payload_len;
	test_client_send_u8(c, SSH_MSG_GLOBAL_REQUEST);
	send_ping(c, 3);
	assert_false(test_client_recv(c));
	assert_int_equal(upper.handled[SSH_MSG_GLOBAL_REQUEST], 1);
	test_client_send_kexinit(c);
	test_client_kex(c);
	assert_true(test_client_recv(c));
	assert_int_equal(c->payload[0], SSH_MSG_REQUEST_FAILURE);
	assert_true(test_client_recv(c));
	assert_int_equal(c->payload[0], SSH_MSG_PONG);
	test_client_free(c);
}

static void
transport__a_peer_that_ignores_a_rekey_is_disconnected(void **state)
{
	struct test_client *c;

	(void)state;
	upper = (struct upper){ .rekey_bytes = 1 << 20 };
	c = logged_in(NULL);
	for (int i = 0; i < 40; i++)
		send_data(c, CHANNEL_PACKET_MAX);
	assert_true(test_client_recv(c));
	assert_int_equal(c->payload[0], SSH_MSG_KEXINIT);
	/* as if it had sent all but the last MiB of what is tolerated */
	c->conn.transport.in.bytes += REKEY_GRACE_BYTES - (1 << 20);
	send_data(c, CHANNEL_PACKET_MAX);
	assert_false(test_client_recv(c));
	assert_false(c->eof);
	for (int i = 0; i < 40; i++)
		send_data(c, CHANNEL_PACKET_MAX);
	assert_int_equal(recv_disconnect_reason(c), 3);
	test_client_free(c);
}

static void
transport__no_rekey_before_login(void **state)
{
	struct test_client *c = test_client_new(NULL);

	(void)state;
	test_client_hello(c);
	test_client_kex(c);
	test_client_settle(c);
	c->conn.transport.in.bytes = 1ull << 31;
	assert_log(c, "1 RekeyLimit exceeded before authentication "
	    "completed\n");
}

static void
transport__ping_is_echoed_after_login_only(void **state)
{
	struct test_client *c = test_client_new(NULL);

	(void)state;
	test_client_hello(c);
	test_client_kex(c);
	send_ping(c, 4);
	assert_false(test_client_recv(c));
	assert_false(c->eof);
	test_client_login(c);
	send_ping(c, 4);
	assert_true(test_client_recv(c));
	assert_int_equal(c->payload_len, 9);
	assert_memory_equal(c->payload, "\301\0\0\0\4pppp", 9);
	test_client_free(c);
}

/* The peer asks on and on and reads nothing: the server stops reading. */
static void
transport__answers_that_nobody_reads_are_bounded(void **state)
{
	struct test_client *c;
	uint8_t ping[5 + 1000] = { SSH_MSG_PING, 0, 0, 3, 232 };
	size_t most = 0, refused = 0;

	(void)state;
	upper = (struct upper){ 0 };
	c = logged_in(NULL);
	c->deaf = true;
	for (int i = 0; i < 10000 && refused < 100; i++) {
		refused += !test_client_try_send(c, ping, sizeof(ping));
		conn_step(&c->conn, 0);
		most = MAX(most, packet_unsent(&c->conn));
	}
	assert_int_equal(refused, 100);
	assert_in_range(most, OUT_STOP_READING, OUT_STOP_READING + 65536);
	/* and goes on once they are read */
	c->deaf = false;
	for (unsigned pongs = 0; pongs < c->sent_whole; pongs++) {
		assert_true(test_client_recv(c));
		assert_int_equal(c->payload[0], SSH_MSG_PONG);
	}
	test_client_free(c);
}

static void
transport__compression_starts_after_login_and_survives_rekeys(void **state)
{
	static const struct test_offer offer = {
		.compression = "zlib@openssh.com", .strict = true,
	};
	struct test_client *c;

	(void)state;
	upper = (struct upper){ 0 };
	c = logged_in(&offer);
	for (unsigned round = 0; round < 3; round++) {
		uint64_t got = 0;

		for (int i = 0; i < 20; i++)
			send_data(c, 10000);
		ask_data(c, 200000);
		while (got < 200000) {
			assert_true(test_client_recv(c));
			got += c->payload_len - 9;
		}
		assert_int_equal(upper.data_len, (round + 1) * 200000);
		test_client_send_kexinit(c);
		assert_true(test_client_recv(c));
		memcpy(c->peer_kexinit, c->payload, c->payload_len);
		c->peer_kexinit_len = c->payload_len;
		test_client_kex(c);
	}
	/* what was sent is far less than what was said */
	assert_true(c->conn.transport.out.total_bytes < 100000);
	test_client_free(c);
}

static void
transport__idle_memory_is_given_back(void **state)
{
	struct test_client *c;

	(void)state;
	upper = (struct upper){ 0 };
	c = logged_in(NULL);
	for (int i = 0; i < 20; i++)
		send_data(c, CHANNEL_PACKET_MAX);
	test_client_settle(c);
	assert_true(c->conn.transport.in.touched > 16384);
	for (int i = 0; i < 2; i++) {	/* the first one sees traffic */
		c->now_ms += 4000;
		test_client_settle(c);
	}
	assert_int_equal(c->conn.transport.in.touched, 0);
	send_data(c, 77);
	test_client_settle(c);
	assert_int_equal(upper.data_len, 20 * CHANNEL_PACKET_MAX + 77);
	test_client_free(c);
}

static void
transport__requests_behind_the_login_are_ignored(void **state)
{
	struct test_client *c;

	(void)state;
	upper = (struct upper){ 0 };
	c = logged_in(NULL);
	test_client_send_u8(c, SSH_MSG_USERAUTH_REQUEST);
	assert_false(test_client_recv(c));
	assert_false(c->eof);
	assert_int_equal(upper.handled[SSH_MSG_USERAUTH_REQUEST], 1);
	test_client_free(c);
}

static void
transport__group_exchange_sizes_are_checked(void **state)
{
	static const struct {
		uint32_t min, n, max;
		bool ok;
	} cases[] = {
		{ 2048, 3072, 8192, true }, { 1024, 1024, 2048, true },
		{ 2048, 2048, 2048, true }, { 0, 4096, 0xffffffff, true },
		{ 8192, 4096, 2048, false }, { 1024, 1024, 1024, false },
		{ 4096, 2048, 8192, false }, { 2048, 8192, 4096, false },
		{ 0, 0, 0, false },
	};
	static const struct test_offer offer = {
		.kex = "diffie-hellman-group-exchange-sha256",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct test_client *c = test_client_new(&offer);
		uint8_t request[13] = { SSH_MSG_KEX_34 };

		put_u32(request + 1, cases[i].min);
		put_u32(request + 5, cases[i].n);
		put_u32(request + 9, cases[i].max);
		test_client_hello(c);
		test_client_send(c, request, sizeof(request));
		if (cases[i].ok) {
			assert_true(test_client_recv(c));
			assert_int_equal(c->payload[0], SSH_MSG_KEX_31);
			assert_in_range(c->payload_len, 256, 1100);
		} else
			assert_int_equal(recv_disconnect_reason(c), 3);
		test_client_free(c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(transport__every_cipher_and_mac_carries_a_login_and_data),
		TEST(transport__says_when_input_comes_and_when_no_more_comes),
		TEST(transport__strict_kex_refuses_a_message_in_front_of_kexinit),
		TEST(transport__strict_kex_refuses_anything_unexpected),
		TEST(transport__without_strict_kex_ignore_may_come_at_any_time),
		TEST(transport__ext_info_follows_newkeys_when_it_was_asked_for),
		TEST(transport__a_second_ext_info_goes_only_to_who_asked),
		TEST(transport__a_wrong_guess_is_skipped),
		TEST(transport__a_right_guess_counts),
		TEST(transport__no_common_algorithm_is_logged_with_the_offer),
		TEST(transport__a_bad_public_value_ends_with_kex_failed),
		TEST(transport__bad_lengths_before_keys_are_named),
		TEST(transport__a_changed_bit_ends_with_mac_error),
		TEST(transport__large_packets_are_for_those_who_logged_in),
		TEST(transport__a_disconnect_is_logged_with_its_text_on_one_line),
		TEST(transport__the_end_of_the_stream_is_logged_with_who),
		TEST(transport__the_server_rekeys_by_volume_while_data_flows),
		TEST(transport__the_client_may_rekey_too),
		TEST(transport__the_server_rekeys_by_time),
		TEST(transport__the_server_rekeys_after_two_to_the_31_packets),
		TEST(transport__answers_wait_for_newkeys),
		TEST(transport__a_peer_that_ignores_a_rekey_is_disconnected),
		TEST(transport__no_rekey_before_login),
		TEST(transport__ping_is_echoed_after_login_only),
		TEST(transport__answers_that_nobody_reads_are_bounded),
		TEST(transport__compression_starts_after_login_and_survives_rekeys),
		TEST(transport__idle_memory_is_given_back),
		TEST(transport__requests_behind_the_login_are_ignored),
		TEST(transport__group_exchange_sizes_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
