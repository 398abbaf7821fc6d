/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <sys/socket.h>

#include "unit/net/test_client.h"

/* What the server sent behind its KEXINIT, as text. */
static void
read_tail(struct test_client *c, char *text, size_t len)
{
	char line[256];

	assert_true(test_client_recv_line(c, line, sizeof(line)));
	assert_true(test_client_recv(c));
	test_client_settle(c);
	assert_true(bytes_to_str(bytes_of(c->buf + c->head,
	    c->tail - c->head), text, len));
}

static void
version__each_bad_line_has_its_text_and_log_lines(void **state)
{
	static const struct {
		const char *sent, *text, *log;
	} cases[] = {
		{ "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
		    "Invalid SSH identification string.\r\n",
		    "4 kex_exchange_identification: client sent invalid "
		    "protocol identifier \"GET / HTTP/1.1\"\n"
		    "3 banner exchange: Connection from 192.0.2.7 port 4711: "
		    "invalid format\n" },
		{ "SSH-2.0\r\n", "Invalid SSH identification string.\r\n",
		    "2 Bad remote protocol version identification: 'SSH-2.0'\n"
		    "3 banner exchange: Connection from 192.0.2.7 port 4711: "
		    "invalid format\n" },
		{ "SSH-1.5-old\r\n", "Protocol major versions differ.\r\n",
		    "2 Protocol major versions differ: 2 vs. 1\n"
		    "3 banner exchange: Connection from 192.0.2.7 port 4711: "
		    "could not read protocol version\n" },
		{ "SSH-2.0-a\rb\r\n", "Invalid SSH identification string.\r\n",
		    "4 kex_exchange_identification: banner line contains "
		    "invalid characters\n"
		    "3 banner exchange: Connection from 192.0.2.7 port 4711: "
		    "invalid format\n" },
		/* the peer's control characters never reach a line's layout */
		{ "x\033[2J\ty\n", "Invalid SSH identification string.\r\n",
		    "4 kex_exchange_identification: client sent invalid "
		    "protocol identifier \"x\\033[2J\\ty\"\n"
		    "3 banner exchange: Connection from 192.0.2.7 port 4711: "
		    "invalid format\n" },
		{ "SSH-2.0-Probe-x\r\n", "",
		    "5 Remote protocol version 2.0, remote software version "
		    "Probe-x\n3 probed from 192.0.2.7 port 4711 with "
		    "SSH-2.0-Probe-x.  Don't panic.\n" },
		{ "SSH-2.0-My_SSH_Version_Mapper\r\n", "",
		    "5 Remote protocol version 2.0, remote software version "
		    "My_SSH_Version_Mapper\n"
		    "3 scanned from 192.0.2.7 port 4711 with "
		    "SSH-2.0-My_SSH_Version_Mapper.  Don't panic.\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct test_client *c = test_client_new(NULL);
		char text[256];

		test_client_send_raw(c, cases[i].sent, strlen(cases[i].sent));
		read_tail(c, text, sizeof(text));
		assert_string_equal(text, cases[i].text);
		assert_true(c->eof);
		assert_int_equal(c->conn.exit_status, 255);
		test_client_close(c);
		assert_string_equal(c->monitor.log, cases[i].log);
		test_client_free(c);
	}
}

/* A line of `len` bytes between SSH-2.0- and CR LF; is it taken? */
static bool
line_is_taken(size_t len)
{
	struct test_client *c = test_client_new(NULL);
	char line[1024] = "SSH-2.0-";
	bool taken;

	memset(line + 8, 'a', len - 8);
	memcpy(line + len, "\r\n", 2);
	test_client_send_raw(c, line, len + 2);
	test_client_settle(c);
	taken = c->conn.state == CONN_KEX;
	test_client_free(c);
	return taken;
}

static void
version__a_line_of_255_bytes_is_taken_and_not_a_longer_one(void **state)
{
	(void)state;
	assert_true(line_is_taken(VERSION_LINE_MAX));
	assert_false(line_is_taken(VERSION_LINE_MAX + 1));
	assert_false(line_is_taken(VERSION_LINE_MAX + 2));
}

static void
version__an_endless_line_is_refused_early(void **state)
{
	struct test_client *c = test_client_new(NULL);
	char line[VERSION_LINE_MAX + 10];

	(void)state;
	memset(line, 'a', sizeof(line));
	memcpy(line, "SSH-2.0-", 8);
	test_client_send_raw(c, line, sizeof(line));
	test_client_settle(c);
	test_client_close(c);
	assert_string_equal(c->monitor.log,
	    "4 kex_exchange_identification: banner line too long\n"
	    "3 banner exchange: Connection from 192.0.2.7 port 4711: "
	    "invalid format\n");
	test_client_free(c);
}

static void
version__a_line_may_come_byte_by_byte_with_packets_behind(void **state)
{
	struct test_client *c = test_client_new(NULL);
	static const char line[] = CLIENT_VERSION "\n";

	(void)state;
	for (size_t i = 0; i < sizeof(line) - 1; i++) {
		assert_int_equal(c->conn.state, CONN_VERSION);
		test_client_send_raw(c, line + i, 1);
		conn_step(&c->conn, 0);
	}
	assert_int_equal(c->conn.state, CONN_KEX);
	assert_int_equal(c->conn.transport.peer.line_len,
	    sizeof(CLIENT_VERSION) - 1);
	test_client_free(c);
}

static void
version__a_client_that_closes_is_named(void **state)
{
	struct test_client *c = test_client_new(NULL);

	(void)state;
	shutdown(c->fd, SHUT_WR);
	test_client_settle(c);
	test_client_close(c);
	assert_string_equal(c->monitor.log,
	    "4 kex_exchange_identification: Connection closed by remote host\n"
	    "3 Connection closed by 192.0.2.7 port 4711\n");
	test_client_free(c);
}

static void
version__quirks_follow_the_software(void **state)
{
	static const struct {
		const char *software;
		unsigned want;
	} cases[] = {
		{ "OpenSSH_9.2p1 Debian-2", PEER_EOW },
		{ "PuTTY_Release_0.78", 0 },
		{ "NotOpenSSH_1", 0 },
		{ "Cisco-1.25", PEER_NO_HOSTKEYS },
		{ "TTSSH/2.72 Win32", PEER_NO_HOSTKEYS },
		{ "TTSSH/2.73 Win32", 0 },
		{ "Twisted_22.4.0", 0 },
		{ "Twisted", PEER_NO_DEBUG },
		{ "3.0.1 SSH Secure Shell", PEER_NO_DEBUG },
		{ "3.1.0 SSH Secure Shell", 0 },
		{ "Probe-1", PEER_PROBE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(version_quirks(bytes_str(cases[i].software)),
		    cases[i].want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(version__each_bad_line_has_its_text_and_log_lines),
		TEST(version__a_line_of_255_bytes_is_taken_and_not_a_longer_one),
		TEST(version__an_endless_line_is_refused_early),
		TEST(version__a_line_may_come_byte_by_byte_with_packets_behind),
		TEST(version__a_client_that_closes_is_named),
		TEST(version__quirks_follow_the_software),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
