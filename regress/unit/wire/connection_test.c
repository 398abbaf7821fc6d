/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <stdio.h>

#include "lib/wire/connection.h"

/* Every parser behind one prototype, so that one table drives the tests. */
#define PARSER(function, type)						\
static bool								\
run_##function(struct reader *r, struct err *err)			\
{									\
	type m;								\
									\
	return function(r, &m, err) && rd_end(r, err);			\
}

PARSER(global_request_parse, struct global_request)
PARSER(forward_tcp_parse, struct forward_tcp)
PARSER(forward_stream_parse, struct bytes)
PARSER(channel_open_parse, struct channel_open)
PARSER(open_tcp_parse, struct open_tcp)
PARSER(open_stream_parse, struct bytes)
PARSER(open_tun_parse, struct open_tun)
PARSER(open_confirmation_parse, struct open_confirmation)
PARSER(open_failure_parse, struct open_failure_message)
PARSER(channel_data_parse, struct channel_data)
PARSER(channel_extended_data_parse, struct channel_data)
PARSER(channel_number_parse, uint32_t)
PARSER(channel_request_parse, struct channel_request)
PARSER(pty_request_parse, struct pty_request)
PARSER(env_request_parse, struct env_request)
PARSER(x11_request_parse, struct x11_request)
PARSER(exec_request_parse, struct bytes)
PARSER(subsystem_request_parse, struct bytes)
PARSER(window_change_parse, struct window_size)
PARSER(signal_request_parse, struct bytes)
PARSER(break_request_parse, uint32_t)

static bool
run_window_adjust_parse(struct reader *r, struct err *err)
{
	uint32_t id, n;

	return window_adjust_parse(r, &id, &n, err);
}

#define U32(n)	"\0\0\0" n

static const struct {
	bool (*parse)(struct reader *, struct err *);
	struct bytes bytes;
} samples[] = {
	{ run_global_request_parse, BYTES_LIT(U32("\4") "name\1") },
	{ run_forward_tcp_parse, BYTES_LIT(U32("\4") "host" U32("\26")) },
	{ run_forward_stream_parse, BYTES_LIT(U32("\2") "/s") },
	{ run_channel_open_parse, BYTES_LIT(U32("\7") "session" U32("\1")
	    U32("\2") U32("\3")) },
	{ run_open_tcp_parse, BYTES_LIT(U32("\1") "h" U32("\26") U32("\1") "o"
	    U32("\1")) },
	{ run_open_stream_parse, BYTES_LIT(U32("\2") "/s" U32("\0")
	    U32("\0")) },
	{ run_open_tun_parse, BYTES_LIT(U32("\1") U32("\2")) },
	{ run_open_confirmation_parse, BYTES_LIT(U32("\1") U32("\2") U32("\3")
	    U32("\4")) },
	{ run_open_failure_parse, BYTES_LIT(U32("\1") U32("\2") U32("\2") "no"
	    U32("\0")) },
	{ run_channel_data_parse, BYTES_LIT(U32("\1") U32("\3") "abc") },
	{ run_channel_extended_data_parse, BYTES_LIT(U32("\1") U32("\1")
	    U32("\3") "abc") },
	{ run_window_adjust_parse, BYTES_LIT(U32("\1") U32("\2")) },
	{ run_channel_number_parse, BYTES_LIT(U32("\1")) },
	{ run_channel_request_parse, BYTES_LIT(U32("\1") U32("\5") "shell"
	    "\1") },
	{ run_pty_request_parse, BYTES_LIT(U32("\5") "xterm" U32("\120")
	    U32("\30") U32("\0") U32("\0") U32("\1") "\0") },
	{ run_env_request_parse, BYTES_LIT(U32("\4") "LANG" U32("\1") "C") },
	{ run_x11_request_parse, BYTES_LIT("\1" U32("\1") "p" U32("\2") "c0"
	    U32("\0")) },
	{ run_exec_request_parse, BYTES_LIT(U32("\4") "true") },
	{ run_subsystem_request_parse, BYTES_LIT(U32("\4") "sftp") },
	{ run_window_change_parse, BYTES_LIT(U32("\1") U32("\2") U32("\3")
	    U32("\4")) },
	{ run_signal_request_parse, BYTES_LIT(U32("\3") "HUP") },
	{ run_break_request_parse, BYTES_LIT(U32("\5")) },
};

static void
connection__whole_messages_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		struct reader r = rd_init(samples[i].bytes);
		struct err err = { 0 };

		if (!samples[i].parse(&r, &err))
			fail_msg("sample %zu: %s", i, err.what);
	}
}

static void
connection__every_truncation_is_rejected(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		for (size_t n = 0; n < samples[i].bytes.len; n++) {
			struct reader r = rd_init(bytes_of(
			    samples[i].bytes.p, n));
			struct err err;

			if (samples[i].parse(&r, &err) ||
			    err.code != ERR_SHORT)
				fail_msg("sample %zu cut to %zu", i, n);
		}
	}
}

/* The terminating NUL of each sample serves as the byte too much. */
static void
connection__one_trailing_byte_is_rejected(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		struct reader r = rd_init(bytes_of(samples[i].bytes.p,
		    samples[i].bytes.len + 1));
		struct err err;

		if (samples[i].parse(&r, &err) || err.code != ERR_TRAILING)
			fail_msg("sample %zu", i);
	}
}

/*
 * The head of a message, then a length: one above the limit is refused by
 * the name of its field, before any of its bytes are there.
 */
static void
connection__a_length_above_its_limit_is_rejected_by_name(void **state)
{
	static const struct {
		bool (*parse)(struct reader *, struct err *);
		struct bytes head;
		uint32_t max;
		const char *what;
	} cases[] = {
		{ run_forward_tcp_parse, { 0 }, HOST_NAME_MAX_LEN,
		    "address to bind" },
		{ run_forward_stream_parse, { 0 }, SOCKET_PATH_MAX,
		    "socket path" },
		{ run_open_tcp_parse, { 0 }, HOST_NAME_MAX_LEN, "host" },
		{ run_open_tcp_parse, BYTES_LIT(U32("\0") U32("\1")),
		    HOST_NAME_MAX_LEN, "originator" },
		{ run_open_stream_parse, { 0 }, SOCKET_PATH_MAX,
		    "socket path" },
		{ run_channel_data_parse, BYTES_LIT(U32("\1")), PAYLOAD_MAX,
		    "data" },
		{ run_channel_extended_data_parse, BYTES_LIT(U32("\1")
		    U32("\1")), PAYLOAD_MAX, "data" },
		{ run_pty_request_parse, { 0 }, TERM_MAX, "TERM" },
		{ run_pty_request_parse, BYTES_LIT(U32("\0") U32("\1")
		    U32("\1") U32("\1") U32("\1")), TTY_MODES_MAX,
		    "terminal modes" },
		{ run_env_request_parse, { 0 }, ENV_NAME_MAX,
		    "variable name" },
		{ run_env_request_parse, BYTES_LIT(U32("\0")), ENV_VALUE_MAX,
		    "variable value" },
		{ run_x11_request_parse, BYTES_LIT("\0"), X11_PROTOCOL_MAX,
		    "X11 protocol" },
		{ run_x11_request_parse, BYTES_LIT("\0" U32("\0")),
		    X11_COOKIE_MAX, "X11 cookie" },
		{ run_exec_request_parse, { 0 }, COMMAND_MAX, "command" },
		{ run_subsystem_request_parse, { 0 }, SUBSYSTEM_NAME_MAX,
		    "subsystem name" },
		{ run_signal_request_parse, { 0 }, SIGNAL_NAME_MAX,
		    "signal name" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint8_t buf[64];
		struct writer w = wr_init(buf, sizeof(buf));
		struct reader r;
		struct err err;

		wr_bytes(&w, cases[i].head.p, cases[i].head.len);
		wr_u32(&w, cases[i].max + 1);
		r = rd_init(wr_view(&w));
		assert_false(cases[i].parse(&r, &err));
		assert_int_equal(err.code, ERR_RANGE);
		assert_string_equal(err.what, cases[i].what);
		/* the limit itself is only short of its bytes */
		put_u32(buf + cases[i].head.len, cases[i].max);
		r = rd_init(wr_view(&w));
		assert_false(cases[i].parse(&r, &err));
		assert_int_equal(err.code, ERR_SHORT);
	}
}

static void
connection__a_peer_that_takes_no_data_at_all_is_rejected(void **state)
{
	struct reader r = rd_init(BYTES_LIT(U32("\1") U32("\2") U32("\3")
	    U32("\0")));
	struct err err;

	(void)state;
	assert_false(run_open_confirmation_parse(&r, &err));
	assert_string_equal(err.what, "maximum packet size");
	r = rd_init(BYTES_LIT(U32("\7") "session" U32("\1") U32("\2")
	    U32("\0")));
	assert_false(run_channel_open_parse(&r, &err));
	assert_string_equal(err.what, "maximum packet size");
}

static void
connection__what_is_built_parses_to_the_same(void **state)
{
	uint8_t buf[256];
	struct writer w = wr_init(buf, sizeof(buf));
	const struct channel_open open = {
		.type = BYTES_LIT("forwarded-tcpip"), .sender_channel = 7,
		.initial_window_size = 2097152, .maximum_packet_size = 32768,
	};
	const struct open_tcp tcp = {
		.host = BYTES_LIT("localhost"), .port = 8022,
		.originator = BYTES_LIT("::1"), .originator_port = 65535,
	};
	struct channel_open open2;
	struct open_tcp tcp2;
	struct reader r;
	struct err err;

	(void)state;
	channel_open_build(&open, &w);
	open_tcp_build(&tcp, &w);
	r = rd_init(wr_view(&w));
	assert_true(channel_open_parse(&r, &open2, &err));
	assert_true(open_tcp_parse(&r, &tcp2, &err));
	assert_true(bytes_equal(open2.type, open.type));
	assert_int_equal(open2.sender_channel, 7);
	assert_int_equal(open2.initial_window_size, 2097152);
	assert_int_equal(open2.maximum_packet_size, 32768);
	assert_true(bytes_equal(tcp2.host, tcp.host));
	assert_int_equal(tcp2.port, 8022);
	assert_true(bytes_equal(tcp2.originator, tcp.originator));
	assert_int_equal(tcp2.originator_port, 65535);
}

static void
connection__answers_are_the_bytes_of_the_rfc(void **state)
{
	uint8_t buf[128];
	struct writer w = wr_init(buf, sizeof(buf));
	const struct open_confirmation confirmation = { 1, 2, 3, 4 };
	const struct open_failure_message failure = { 1, 2, BYTES_LIT("no") };
	const struct exit_signal signal = { BYTES_LIT("TERM"), true };

	(void)state;
	open_confirmation_build(&confirmation, &w);
	assert_true(bytes_equal(wr_view(&w),
	    BYTES_LIT(U32("\1") U32("\2") U32("\3") U32("\4"))));
	w = wr_init(buf, sizeof(buf));
	open_failure_build(&failure, &w);
	assert_true(bytes_equal(wr_view(&w),
	    BYTES_LIT(U32("\1") U32("\2") U32("\2") "no" U32("\0"))));
	w = wr_init(buf, sizeof(buf));
	channel_request_build(5, "exit-signal", false, &w);
	exit_signal_build(&signal, &w);
	assert_true(bytes_equal(wr_view(&w), BYTES_LIT(U32("\5") U32("\13")
	    "exit-signal\0" U32("\4") "TERM\1" U32("\0") U32("\0"))));
	w = wr_init(buf, sizeof(buf));
	window_adjust_build(1, 9, &w);
	assert_true(bytes_equal(wr_view(&w), BYTES_LIT(U32("\1") U32("\11"))));
	w = wr_init(buf, sizeof(buf));
	global_request_build("x", true, &w);
	assert_true(bytes_equal(wr_view(&w), BYTES_LIT(U32("\1") "x\1")));
	w = wr_init(buf, sizeof(buf));
	open_stream_build(BYTES_LIT("/s"), &w);
	assert_true(bytes_equal(wr_view(&w),
	    BYTES_LIT(U32("\2") "/s" U32("\0"))));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(connection__whole_messages_parse),
		TEST(connection__every_truncation_is_rejected),
		TEST(connection__one_trailing_byte_is_rejected),
		TEST(connection__a_length_above_its_limit_is_rejected_by_name),
		TEST(connection__a_peer_that_takes_no_data_at_all_is_rejected),
		TEST(connection__what_is_built_parses_to_the_same),
		TEST(connection__answers_are_the_bytes_of_the_rfc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
