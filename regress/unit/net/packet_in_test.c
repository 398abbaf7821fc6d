/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include "sshd/net/packet_in.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/wire/writer.h"

#define LENGTH_LEN	4
#define PACKET_CAP	(LENGTH_LEN + PACKET_MAX_IN + PROTECT_TAG_MAX)

/* What is read through a pipe, and the keys of the other side. */
struct fixture {
	struct packet_in in;
	struct protect *out;
	uint32_t seqnr;
	int fds[2];
	uint8_t *packet;	/* PACKET_CAP */
};

static struct protect *
keys(const char *cipher_name, const char *mac_name, bool sealing)
{
	static const uint8_t some[PROTECT_KEY_MAX] = { 1, 2, 3 };
	const struct cipher_alg *cipher = cipher_find(bytes_str(cipher_name));
	const struct mac_alg *mac = mac_find(bytes_str(mac_name));
	struct protect *p = NULL;
	struct err err;

	assert_true(protect_new(&p, cipher, mac,
	    bytes_of(some, cipher->key_len), bytes_of(some, cipher->iv_len),
	    bytes_of(some, mac->key_len), sealing, &err));
	return p;
}

static struct fixture
fixture_of(const char *cipher, const char *mac)
{
	struct fixture f = { .packet = calloc(1, PACKET_CAP) };
	struct protect *in = keys(cipher, mac, false);
	struct err err;

	assert_non_null(f.packet);
	assert_int_equal(pipe2(f.fds, O_CLOEXEC | O_NONBLOCK), 0);
	assert_true(packet_in_init(&f.in, &err));
	packet_in_rekey(&f.in, &in, true);
	f.in.logged_in = true;
	f.out = keys(cipher, mac, true);
	return f;
}

static void
fixture_clear(struct fixture *f)
{
	packet_in_clear(&f->in);
	protect_free(f->out);
	close(f->fds[0]);
	close(f->fds[1]);
	free(f->packet);
}

/*
 * Seals a packet that says packet_length but is `len` long after that field;
 * returns its size.
 */
static size_t
seal(struct fixture *f, uint32_t packet_length, size_t len)
{
	struct err err;

	memset(f->packet, 'x', LENGTH_LEN + len);
	put_u32(f->packet, packet_length);
	f->packet[LENGTH_LEN] = 4;
	assert_true(protect_seal(f->out, f->seqnr++, f->packet,
	    LENGTH_LEN + len, &err));
	return LENGTH_LEN + len + protect_tag_len(f->out);
}

/* Sends len bytes; what comes of them must be no packet. */
static bool
feed(struct fixture *f, const uint8_t *p, size_t len, struct err *err)
{
	while (len != 0) {
		size_t n = MIN(len, 4096), read_len;
		struct bytes payload;
		bool got;

		assert_int_equal(write(f->fds[1], p, n), n);
		assert_true(packet_in_read(&f->in, f->fds[0], &read_len,
		    err));
		assert_int_equal(read_len, n);
		if (!packet_in_next(&f->in, &payload, &got, err)) {
			assert_int_equal(len, n);
			return false;
		}
		assert_false(got);
		p += n;
		len -= n;
	}
	return true;
}

/* Which of the bytes that follow brings the error? Counts from the packet. */
static size_t
bytes_until_error(struct fixture *f, size_t len, struct err *err)
{
	static const uint8_t more[4096];
	size_t whole = LENGTH_LEN + PACKET_MAX_IN + protect_tag_len(f->out);
	size_t sent = len - 1;

	assert_true(feed(f, f->packet, sent, err));
	if (!feed(f, f->packet + sent, 1, err))
		return len;
	for (sent = len; sent + 1 < whole;) {
		size_t n = MIN(sizeof(more), whole - 1 - sent);

		if (!feed(f, more, n, err))
			return sent + n;
		sent += n;
	}
	assert_false(feed(f, more, 1, err));
	return whole;
}

static void
packet_in__good_cbc_packets_come_at_once(void **state)
{
	struct fixture f = fixture_of("aes256-cbc", "hmac-sha2-256");
	size_t read_len, size;
	struct bytes payload;
	bool got;
	struct err err;

	(void)state;
	for (uint32_t length = 12; length < 8192; length += 1616) {
		size = seal(&f, length, length);
		assert_true(feed(&f, f.packet, size - 1, &err));
		assert_int_equal(write(f.fds[1], f.packet + size - 1, 1), 1);
		assert_true(packet_in_read(&f.in, f.fds[0], &read_len, &err));
		assert_true(packet_in_next(&f.in, &payload, &got, &err));
		assert_true(got);
		assert_int_equal(payload.len, length - 1 - 4);
		assert_int_equal(payload.p[0], 'x');
	}
	fixture_clear(&f);
}

/* Too short, not a whole number of blocks, too long, in each pair. */
static void
packet_in__a_bad_length_under_cbc_shows_after_a_largest_packet(void **state)
{
	static const uint32_t lengths[] = {
		0, 4, 13, 29, PACKET_MAX_IN + 12, UINT32_MAX,
	};
	static const char *const macs[] = {
		"hmac-sha1", "hmac-sha2-512", "umac-64@openssh.com",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		for (size_t m = 0; m < ARRAY_LEN(macs); m++) {
			struct fixture f = fixture_of("aes128-cbc", macs[m]);
			size_t size = seal(&f, lengths[i], 28);
			struct err err = { 0 };

			assert_int_equal(bytes_until_error(&f, size, &err),
			    LENGTH_LEN + PACKET_MAX_IN +
			    protect_tag_len(f.out));
			assert_int_equal(err.code, ERR_FORMAT);
			fixture_clear(&f);
		}
	}
}

/* The same number of bytes, whatever the length was: it stays secret. */
static void
packet_in__a_bad_mac_under_cbc_shows_after_a_largest_packet(void **state)
{
	static const uint32_t lengths[] = {
		12, 28, 1004, 65532, 131068, 196604, 262140,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct fixture f = fixture_of("3des-cbc", "hmac-sha1");
		size_t size = seal(&f, lengths[i], lengths[i]);
		struct err err = { 0 };

		f.packet[size - 1] ^= 1;
		assert_int_equal(bytes_until_error(&f, size, &err),
		    LENGTH_LEN + PACKET_MAX_IN + protect_tag_len(f.out));
		assert_int_equal(err.code, ERR_MISMATCH);
		fixture_clear(&f);
	}
}

/* Where nothing is to be learned, nothing is waited for. */
static void
packet_in__other_modes_tell_at_once(void **state)
{
	static const struct { const char *cipher, *mac; } rows[] = {
		{ "aes128-cbc", "hmac-sha2-256-etm@openssh.com" },
		{ "3des-cbc", "umac-128-etm@openssh.com" },
		{ "aes128-ctr", "hmac-sha2-256" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fixture f = fixture_of(rows[i].cipher, rows[i].mac);
		uint32_t length = protect_aligns_length(f.out) ? 28 : 32;
		size_t size = seal(&f, length, length);
		struct err err = { 0 };

		f.packet[size - 1] ^= 1;
		assert_int_equal(bytes_until_error(&f, size, &err), size);
		assert_int_equal(err.code, ERR_MISMATCH);
		fixture_clear(&f);

		f = fixture_of(rows[i].cipher, rows[i].mac);
		seal(&f, UINT32_MAX, length);
		assert_int_equal(bytes_until_error(&f,
		    protect_head_len(f.out), &err), protect_head_len(f.out));
		assert_int_equal(err.code, ERR_FORMAT);
		fixture_clear(&f);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(packet_in__good_cbc_packets_come_at_once),
		TEST(
	    packet_in__a_bad_length_under_cbc_shows_after_a_largest_packet),
		TEST(
	    packet_in__a_bad_mac_under_cbc_shows_after_a_largest_packet),
		TEST(packet_in__other_modes_tell_at_once),
	};

	log_open(NULL, NULL, LOG_LEVEL_QUIET);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
