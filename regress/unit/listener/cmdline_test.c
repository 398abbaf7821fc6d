/* SPDX-License-Identifier: ISC */
#include "regress/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "sshd/listener/cmdline.h"

#define ARGS_MAX	600

/* Parses "sshd" and the words, which getopt() may not modify. */
static bool
parse(struct cmdline *cmdline, int count, const char *const *words)
{
	char *argv[ARGS_MAX];

	argv[0] = (char *)"/usr/sbin/sshd";
	for (int i = 0; i < count; i++)
		argv[i + 1] = (char *)words[i];
	argv[count + 1] = NULL;
	return cmdline_parse(cmdline, count + 1, argv);
}

#define PARSE(cmdline, ...) parse(cmdline,				\
    (int)ARRAY_LEN(((const char *const[]){ __VA_ARGS__ })),		\
    (const char *const[]){ __VA_ARGS__ })

static void
cmdline__without_flags_it_listens_with_the_default_file(void **state)
{
	struct cmdline cmdline;

	(void)state;
	assert_true(parse(&cmdline, 0, NULL));
	assert_int_equal(cmdline.mode, RUN_LISTEN);
	assert_string_equal(cmdline.config.file, SYSCONFDIR "/sshd_config");
	assert_int_equal(cmdline.config.line_count, 0);
	assert_false(cmdline.foreground);
	assert_false(cmdline.log_stderr);
	cmdline_clear(&cmdline);
}

static void
cmdline__joined_options_are_understood(void **state)
{
	struct cmdline cmdline;

	(void)state;
	assert_true(PARSE(&cmdline, "-tf", "/x/conf", "-E/var/log/x",
	    "-oPort=2200"));
	assert_int_equal(cmdline.mode, RUN_TEST);
	assert_string_equal(cmdline.config.file, "/x/conf");
	assert_string_equal(cmdline.log_file, "/var/log/x");
	assert_true(cmdline.log_stderr);
	assert_int_equal(cmdline.config.line_count, 1);
	assert_string_equal(cmdline.config.lines[0], "Port=2200");
	cmdline_clear(&cmdline);
}

static void
cmdline__flags_become_configuration_lines_in_their_order(void **state)
{
	static const char *const want[] = {
		"LoginGraceTime 60", "AddressFamily inet6", "HostKey \"/k\"",
		"HostCertificate \"/c\"", "Port 2222", "MaxSessions 3",
		"UseDNS no",
	};
	struct cmdline cmdline;

	(void)state;
	assert_true(PARSE(&cmdline, "-6", "-h", "/k", "-c", "/c", "-g", "1m",
	    "-p", "2222", "-o", "MaxSessions 3", "-u0"));
	assert_int_equal(cmdline.config.line_count, ARRAY_LEN(want));
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		assert_string_equal(cmdline.config.lines[i], want[i]);
	assert_true(cmdline.config.ports_given);
	cmdline_clear(&cmdline);
}

static void
cmdline__flags_win_over_the_same_in_an_option(void **state)
{
	static const char *const want[] = {
		"AddressFamily inet", "AddressFamily inet6", "Port=1",
		"AddressFamily=any", "Port 2222", "Portx 5",
	};
	struct cmdline cmdline;

	(void)state;
	assert_true(PARSE(&cmdline, "-oPort=1", "-oAddressFamily=any", "-6",
	    "-4", "-p2222", "-oPort=3", "-o", " PORT 4", "-oPortx 5"));
	assert_int_equal(cmdline.config.line_count, ARRAY_LEN(want));
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		assert_string_equal(cmdline.config.lines[i], want[i]);
	cmdline_clear(&cmdline);
}

static void
cmdline__a_file_name_with_quotes_and_blanks_stays_one_word(void **state)
{
	struct cmdline cmdline;

	(void)state;
	assert_true(PARSE(&cmdline, "-h", "/a b/#\"\\"));
	assert_string_equal(cmdline.config.lines[0],
	    "HostKey \"/a b/#\\\"\\\\\"");
	cmdline_clear(&cmdline);
}

static void
cmdline__debug_flags_raise_the_level_up_to_three_and_win(void **state)
{
	struct cmdline cmdline;

	(void)state;
	assert_true(PARSE(&cmdline, "-oLogLevel=ERROR", "-ddddd"));
	assert_int_equal(cmdline.debug_level, 3);
	assert_true(cmdline.foreground);
	assert_true(cmdline.log_stderr);
	assert_int_equal(cmdline.config.line_count, 2);
	assert_string_equal(cmdline.config.lines[0], "LogLevel DEBUG3");
	assert_string_equal(cmdline.config.lines[1], "LogLevel=ERROR");
	cmdline_clear(&cmdline);
}

static void
cmdline__quiet_is_a_log_level(void **state)
{
	struct cmdline cmdline;

	(void)state;
	assert_true(PARSE(&cmdline, "-q"));
	assert_string_equal(cmdline.config.lines[0], "LogLevel QUIET");
	assert_true(cmdline.quiet);
	cmdline_clear(&cmdline);
}

static void
cmdline__connection_specs_add_up(void **state)
{
	struct cmdline cmdline;

	(void)state;
	assert_true(PARSE(&cmdline, "-T", "-C",
	    "user=fred,addr=192.0.2.1,,lport=2222", "-C",
	    "host=h.example,laddr=::1,rdomain=blue,invalid-user"));
	assert_int_equal(cmdline.mode, RUN_PRINT);
	assert_true(cmdline.spec_given);
	assert_string_equal(cmdline.spec.user, "fred");
	assert_string_equal(cmdline.spec.address, "192.0.2.1");
	assert_int_equal(cmdline.spec.local_port, 2222);
	assert_string_equal(cmdline.spec.host, "h.example");
	assert_string_equal(cmdline.spec.local_address, "::1");
	assert_string_equal(cmdline.spec.rdomain, "blue");
	assert_true(cmdline.spec.invalid_user);
	cmdline_clear(&cmdline);
}

static void
cmdline__without_spec_nothing_is_known_about_the_connection(void **state)
{
	struct cmdline cmdline;

	(void)state;
	assert_true(PARSE(&cmdline, "-T"));
	assert_null(cmdline.spec.user);
	assert_null(cmdline.spec.address);
	assert_int_equal(cmdline.spec.local_port, -1);
	cmdline_clear(&cmdline);
}

struct mode_case {
	const char *flags;
	enum run_mode want;
};

static void
cmdline__of_several_modes_the_one_that_does_least_wins(void **state)
{
	static const struct mode_case cases[] = {
		{ "-i", RUN_INETD }, { "-it", RUN_TEST }, { "-ti", RUN_TEST },
		{ "-tT", RUN_PRINT }, { "-Tt", RUN_PRINT },
		{ "-GT", RUN_PRINT_UNCHECKED }, { "-TG", RUN_PRINT_UNCHECKED },
		{ "-tV", RUN_VERSION }, { "-VT", RUN_VERSION },
		{ "-bkQrD", RUN_LISTEN },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct cmdline cmdline;

		if (strcmp(cases[i].flags, "-bkQrD") == 0)
			assert_true(PARSE(&cmdline, "-b", "768", "-k", "1h",
			    "-QrD"));
		else
			assert_true(PARSE(&cmdline, cases[i].flags));
		if (cmdline.mode != cases[i].want)
			print_message("%s: got %d want %d\n", cases[i].flags,
			    (int)cmdline.mode, (int)cases[i].want);
		assert_int_equal(cmdline.mode, cases[i].want);
		cmdline_clear(&cmdline);
	}
}

struct bad_case {
	const char *words[3];
	int exit_code;
	const char *error;
	bool usage;
};

static void
cmdline__mistakes_are_named_and_have_their_exit_code(void **state)
{
	static const struct bad_case cases[] = {
		{ { "-D", "word" }, 1, "Extra argument word.", false },
		{ { "word", "-D" }, 1, "Extra argument word.", false },
		{ { "-x" }, 1, "unknown option -- x", true },
		{ { "-f" }, 1, "option requires an argument -- f", true },
		{ { "-p", "0" }, 1, "Bad port number: 0", false },
		{ { "-p", "65536" }, 1, "Bad port number: 65536", false },
		{ { "-p", "22x" }, 1, "Bad port number: 22x", false },
		{ { "-g", "soon" }, 1, "Bad login grace time: soon", false },
		{ { "-u", "66" }, 1, "Bad utmp length: 66", false },
		{ { "-u", "-1" }, 1, "Bad utmp length: -1", false },
		{ { "-R" }, 255, "-R is not a flag of this program", false },
		{ { "-C", "user=a" }, 255, "Connection specification (-C) "
		    "provided without test mode (-T)", false },
		{ { "-GC", "user=a" }, 255, "Connection specification (-C) "
		    "provided without test mode (-T)", false },
		{ { "--loud" }, 1, "unknown or incomplete option --loud",
		    true },
		{ { "--json=x", "-T" }, 1, "unknown or incomplete option "
		    "--json=x", true },
		{ { "--explain" }, 1, "--explain and --json go with -T or -G",
		    false },
		{ { "-t", "--json" }, 1, "--explain and --json go with -T or "
		    "-G", false },
		{ { "-D", "--strict" }, 1, "--strict goes with -t, -T or -G",
		    false },
		{ { "-TC", "color=red" }, 1, "Unknown word in connection "
		    "specification: color=red", false },
		{ { "-TC", "lport=x" }, 1, "Bad port number in connection "
		    "specification: lport=x", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct cmdline cmdline;
		int count = 0;

		while (count < 3 && cases[i].words[count] != NULL)
			count++;
		assert_false(parse(&cmdline, count, cases[i].words));
		assert_string_equal(cmdline.error, cases[i].error);
		assert_int_equal(cmdline.exit_code, cases[i].exit_code);
		assert_int_equal(cmdline.show_usage, cases[i].usage);
		cmdline_clear(&cmdline);
	}
}

static void
cmdline__one_port_too_many_is_refused(void **state)
{
	const char *words[CMDLINE_PORTS_MAX + 1];
	struct cmdline cmdline;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		words[i] = "-p22";
	assert_true(parse(&cmdline, CMDLINE_PORTS_MAX, words));
	cmdline_clear(&cmdline);
	assert_false(parse(&cmdline, CMDLINE_PORTS_MAX + 1, words));
	assert_string_equal(cmdline.error, "too many ports");
	cmdline_clear(&cmdline);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cmdline__without_flags_it_listens_with_the_default_file),
		TEST(cmdline__joined_options_are_understood),
		TEST(cmdline__flags_become_configuration_lines_in_their_order),
		TEST(cmdline__flags_win_over_the_same_in_an_option),
		TEST(cmdline__a_file_name_with_quotes_and_blanks_stays_one_word),
		TEST(cmdline__debug_flags_raise_the_level_up_to_three_and_win),
		TEST(cmdline__quiet_is_a_log_level),
		TEST(cmdline__connection_specs_add_up),
		TEST(cmdline__without_spec_nothing_is_known_about_the_connection),
		TEST(cmdline__of_several_modes_the_one_that_does_least_wins),
		TEST(cmdline__mistakes_are_named_and_have_their_exit_code),
		TEST(cmdline__one_port_too_many_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
