/* SPDX-License-Identifier: ISC */
#include "unit/config/config_util.h"

#include <sys/stat.h>

#include "lib/base/compiler.h"
#include "sshd/config/keywords.h"

static void
expect_log(struct fixture *f, const char *words)
{
	if (strstr(f->log, words) == NULL)
		fail_msg("want: %s\ngot:\n%s", words, f->log);
}

static void
load__all_errors_of_a_file_are_told_in_one_run(void **state)
{
	struct fixture *f = *state;
	char want[256];

	assert_false(fixture_load(f, "Port 22\nPrmitRootLogin yes\n"
	    "\n# fine\nPort\nMaxAuthTries x\nBanner a b\nMatch usr x\n"
	    "ForceCommand \"\nPermitTTY perhaps\n"));
	snprintf(want, sizeof(want), "%s line 2: Bad configuration option: "
	    "PrmitRootLogin; did you mean \"PermitRootLogin\"?\n", f->path);
	expect_log(f, want);
	expect_log(f, "line 5: no argument after keyword \"Port\"\n");
	expect_log(f, "line 6: MaxAuthTries integer value \"x\" invalid");
	expect_log(f, "line 7: keyword Banner extra arguments at end of "
	    "line\n");
	expect_log(f, "line 8: Bad Match condition: unsupported Match "
	    "attribute \"usr\"");
	expect_log(f, "line 9: invalid quotes\n");
	expect_log(f, "line 10: PermitTTY unsupported option \"perhaps\"");
	snprintf(want, sizeof(want), "%s: terminating, 7 bad configuration "
	    "options\n", f->path);
	expect_log(f, want);
	assert_int_equal(f->err.code, ERR_FORMAT);
}

static void
load__methods_that_are_switched_off_can_not_be_demanded(void **state)
{
	struct fixture *f = *state;

	assert_false(fixture_load(f, "PubkeyAuthentication no\n"
	    "AuthenticationMethods publickey,password publickey\n"));
	expect_log(f, "Disabled method \"publickey\" in AuthenticationMethods "
	    "list \"publickey,password\"\n");
	expect_log(f, "AuthenticationMethods cannot be satisfied by enabled "
	    "authentication methods\n");
	/* one list that can succeed is enough */
	assert_true(fixture_load(f, "PasswordAuthentication no\n"
	    "AuthenticationMethods publickey,password publickey\n"));
	expect_log(f, "Disabled method \"password\"");
	/* an account that asks for nothing */
	assert_true(fixture_load(f, "PubkeyAuthentication no\n"
	    "AuthenticationMethods none\n"));
}

static void
load__a_file_that_is_no_configuration_is_given_up_early(void **state)
{
	struct fixture *f = *state;
	char *text = malloc(100001);
	size_t lines = 0;

	assert_non_null(text);
	for (size_t i = 0; i < 100000; i += 2)
		memcpy(text + i, "x\n", 2);
	text[100000] = '\0';
	assert_false(fixture_load(f, text));
	expect_log(f, "too many errors, the rest is not read");
	for (const char *p = f->log; *p != '\0'; p++)
		lines += *p == '\n';
	assert_int_equal(lines, 102);
	free(text);
}

static void
load__old_keywords_are_accepted_with_a_word(void **state)
{
	struct fixture *f = *state;

	assert_true(fixture_load(f, "Protocol 2\nUseLogin a b c\n"
	    "GSSAPIAuthentication yes\n"
	    "Match user x\nRSAAuthentication no\n"));
	expect_log(f, "line 2: Deprecated option UseLogin\n");
	expect_log(f, "line 3: Unsupported option GSSAPIAuthentication\n");
	expect_log(f, "line 5: Deprecated option RSAAuthentication\n");
	assert_null(strstr(f->log, "Protocol"));
}

static void
load__what_has_no_effect_is_told(void **state)
{
	struct fixture *f = *state;

	assert_true(fixture_load(f, "SshdSessionPath /x\nSshdAuthPath /x\n"
	    "SshdAuthPath " LIBEXECDIR "/sshd-auth\n"
	    "AllowAgentForwarding no\n"));
	expect_log(f, "line 1: SshdSessionPath has no effect: not a part of "
	    "this sshd\n");
	expect_log(f, "line 2: SshdAuthPath has no effect");
	assert_null(strstr(f->log, "line 3"));
	assert_null(strstr(f->log, "line 4"));
}

static void
load__what_linux_lacks_is_an_error(void **state)
{
	assert_refused(*state, "Match user x\nRDomain blue",
	    "line 2: RDomain not supported on this platform");
}

/* ---- command line -------------------------------------------------------- */

static void
load__lines_of_the_command_line_win_over_the_file(void **state)
{
	static const char *const lines[] = {
		"MaxSessions=5", "AcceptEnv A", "Port 77",
	};
	struct fixture *f = *state;
	struct config_args args = {
		.file = f->path, .lines = lines,
		.line_count = ARRAY_LEN(lines), .ports_given = true,
	};
	struct conf conf;

	fixture_write(f, "sshd_config", "MaxSessions 6\nAcceptEnv B\n"
	    "Port 22\nListenAddress 127.0.0.1\n");
	assert_true(fixture_load_args(f, args));
	assert_true(config_evaluate(f->config, NULL, &conf, &f->err));
	assert_int_equal(conf.max_sessions, 5);
	assert_int_equal(conf.accept_env.count, 2);
	assert_string_equal(conf.accept_env.v[0], "A");
	assert_int_equal(conf.port.count, 1);
	assert_int_equal(conf.port.v[0], 77);
	assert_int_equal(conf.listen_address.count, 1);
	conf_clear(&conf);
}

static void
load__a_bad_command_line_is_told_from_a_bad_file(void **state)
{
	static const struct {
		const char *line, *words;
		enum err_code code;
	} cases[] = {
		{ "Frobnicate 1", "command-line line 0: Bad configuration",
		    ERR_NOT_FOUND },
		{ "Port", "command-line line 0: no argument", ERR_NOT_FOUND },
		{ "Port x", "command-line line 0: Port badly formatted",
		    ERR_FORMAT },
		{ "Match all", "Match directive not supported as a "
		    "command-line option", ERR_FORMAT },
		{ "Include /x", "Include directive not supported",
		    ERR_FORMAT },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct config_args args = {
			.file = "none", .lines = &cases[i].line,
			.line_count = 1,
		};

		assert_false(fixture_load_args(f, args));
		expect_log(f, cases[i].words);
		assert_int_equal(f->err.code, cases[i].code);
	}
}

/* ---- files --------------------------------------------------------------- */

static void
load__odd_files_give_one_clear_error(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *path, *words;
	} cases[] = {
		{ "/nonexistent/x", "/nonexistent/x: No such file" },
		{ "/tmp", "/tmp: not a regular file" },
		{ "/dev/zero", "/dev/zero: not a regular file" },
	};
	char fifo[160];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_false(fixture_load_args(f,
		    (struct config_args){ .file = cases[i].path }));
		expect_log(f, cases[i].words);
	}
	snprintf(fifo, sizeof(fifo), "%s/fifo", f->dir);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_false(fixture_load_args(f,
	    (struct config_args){ .file = fifo }));
	expect_log(f, "fifo: not a regular file");
	assert_refused(f, "Include fifo", "line 1: Include ");
	expect_log(f, "fifo: not a regular file");
	assert_true(fixture_load_args(f,
	    (struct config_args){ .file = "/dev/null" }));
	assert_true(fixture_load_args(f,
	    (struct config_args){ .file = "none" }));
}

static void
load__a_huge_file_is_refused_unread(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, "sshd_config", "Port 22\n");
	assert_int_equal(truncate(f->path, 100 * 1024 * 1024), 0);
	assert_false(fixture_load_args(f,
	    (struct config_args){ .file = f->path }));
	expect_log(f, "sshd_config: configuration too large");
	assert_true(strlen(f->log) < 200);
}

/* ---- Include ------------------------------------------------------------- */

static void
load__includes_are_read_in_lexical_order_where_they_stand(void **state)
{
	struct fixture *f = *state;
	char absolute[256];

	fixture_write(f, "b.conf", "AcceptEnv B\nMaxSessions 2\n");
	fixture_write(f, "a.conf", "AcceptEnv A\n");
	fixture_write(f, "c.conf", "AcceptEnv C\n");
	assert_prints(f, "AcceptEnv 1\nInclude [ab].conf\nAcceptEnv 2\n"
	    "MaxSessions 3\n", NULL,
	    "acceptenv 1\nacceptenv A\nacceptenv B\nacceptenv 2\n");
	assert_prints(f, "Include b.conf a.conf\nMaxSessions 3\n", NULL,
	    "acceptenv B\nacceptenv A\n");
	assert_prints(f, "Include b.conf\nMaxSessions 3\n", NULL,
	    "maxsessions 2\n");
	snprintf(absolute, sizeof(absolute), "Include %s/c.conf\n", f->dir);
	assert_prints(f, absolute, NULL, "acceptenv C\n");
}

static void
load__includes_without_a_file_are_nothing(void **state)
{
	struct fixture *f = *state;

	assert_true(fixture_load(f, "Include nosuch nosuch*.conf /no/such\n"));
	assert_string_equal(f->log, "");
	assert_refused(f, "Include", "no argument after keyword \"Include\"");
	assert_refused(f, "Include \"\"", "empty argument");
}

static void
load__a_folder_is_included_as_nothing_and_that_is_said(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, "c.conf", "MaxSessions 5\n");
	assert_prints(f, "Include . [c.]*\n", NULL, "maxsessions 5\n");
	expect_log(f, "line 1: Include ");
	expect_log(f, "/.: is a directory, nothing is read");
}

static void
load__a_list_of_which_a_comment_is_left_is_ignored_and_that_is_said(
    void **state)
{
	static const char *const lists[] = {
		"AcceptEnv", "AllowGroups", "AllowUsers", "AuthorizedKeysFile",
		"DenyGroups", "DenyUsers", "LogVerbose", "PubkeyAuthOptions",
		"SetEnv",
	};
	struct fixture *f = *state;
	char text[64];

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		snprintf(text, sizeof(text), "%s # x\n", lists[i]);
		assert_true(fixture_load(f, text));
		expect_log(f, "line 1: ");
		expect_log(f, "no argument but a comment");
	}
	assert_prints(f, "AllowUsers # x\nAllowUsers fred\n", NULL,
	    "allowusers fred\n");
	assert_refused(f, "AllowUsers\n", "no argument after keyword");
	assert_refused(f, "Banner # x\n", "no argument after keyword");
}

static void
load__errors_in_an_included_file_name_that_file(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, "x.conf", "# one\nFrobnicate x\n");
	assert_refused(f, "Port 22\nInclude x.conf\nPort x\n",
	    "x.conf line 2: Bad configuration option");
	expect_log(f, "sshd_config line 3: Port badly");
	expect_log(f, "sshd_config: terminating, 2 bad");
}

static void
load__a_match_in_an_included_file_ends_with_that_file(void **state)
{
	const struct conf_spec fred = { .user = "fred", .local_port = -1 };
	struct fixture *f = *state;
	struct conf conf;

	fixture_write(f, "m.conf", "Match user other\nMaxSessions 2\n");
	conf = fixture_conf(f, "Include m.conf\nMaxSessions 3\n", &fred);
	assert_int_equal(conf.max_sessions, 3);
	conf_clear(&conf);
	/* and Port is legal again */
	assert_true(fixture_load(f, "Include m.conf\nPort 23\n"));
}

static void
load__an_include_in_a_match_holds_with_its_block(void **state)
{
	const struct conf_spec fred = {
		.user = "fred", .address = "10.0.0.1", .local_port = -1,
	};
	static const struct {
		const char *outer;
		uint32_t want;
	} cases[] = {
		{ "Match user fred\nInclude m.conf\nMaxSessions 4\n", 2 },
		{ "Match user other\nInclude m.conf\nMaxSessions 4\n", 10 },
		{ "Match user fred\nInclude n.conf\nMaxSessions 4\n", 4 },
	};
	struct fixture *f = *state;

	fixture_write(f, "m.conf", "Match address 10.0.0.0/8\nMaxSessions 2\n"
	    "Match all\nMaxSessions 3\n");
	fixture_write(f, "n.conf", "Match address 11.0.0.0/8\n"
	    "MaxSessions 2\n");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct conf conf = fixture_conf(f, cases[i].outer, &fred);

		assert_int_equal(conf.max_sessions, cases[i].want);
		conf_clear(&conf);
	}
	fixture_write(f, "p.conf", "Port 23\n");
	assert_refused(f, "Match user fred\nInclude p.conf\n",
	    "p.conf line 1: Directive 'Port' is not allowed within a Match");
	fixture_write(f, "q.conf", "Match all\nPort 23\n");
	assert_refused(f, "Match user fred\nInclude q.conf\n",
	    "q.conf line 2: Directive 'Port' is not allowed within a Match");
}

static void
write_chain(struct fixture *f, int links)
{
	for (int i = 1; i <= links; i++) {
		char name[32], text[64];

		snprintf(name, sizeof(name), "chain%d", i);
		snprintf(text, sizeof(text), i == links ? "MaxSessions 7\n" :
		    "Include chain%d\n", i + 1);
		fixture_write(f, name, text);
	}
}

static void
load__sixteen_nested_includes_are_the_limit(void **state)
{
	struct fixture *f = *state;

	write_chain(f, 16);
	assert_prints(f, "Include chain1\n", NULL, "maxsessions 7\n");
	write_chain(f, 17);
	assert_refused(f, "Include chain1\n", "chain16 line 1: Too many "
	    "recursive configuration includes");
}

static void
load__a_loop_of_includes_ends_with_one_error(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, "loop", "Include loop\nInclude loop\nInclude loop\n");
	assert_refused(f, "Include loop\nInclude loop\n",
	    "Too many recursive configuration includes");
	expect_log(f, "terminating, 1 bad configuration options");
	/* a tree that never is too deep is bounded by its size */
	fixture_write(f, "l9", "#\n");
	for (char i = '0'; i < '9'; i++) {
		char name[] = { 'l', i, '\0' };
		char text[8 * 11 + 1] = "";

		for (int n = 0; n < 8; n++) {
			char line[] = { 'I', 'n', 'c', 'l', 'u', 'd', 'e',
			    ' ', 'l', (char)(i + 1), '\n', '\0' };

			strcat(text, line);
		}
		fixture_write(f, name, text);
	}
	assert_refused(f, "Include l0\n", "configuration too large");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_IN_DIR(
		    load__methods_that_are_switched_off_can_not_be_demanded),
		TEST_IN_DIR(load__all_errors_of_a_file_are_told_in_one_run),
		TEST_IN_DIR(
		    load__a_file_that_is_no_configuration_is_given_up_early),
		TEST_IN_DIR(load__old_keywords_are_accepted_with_a_word),
		TEST_IN_DIR(load__what_has_no_effect_is_told),
		TEST_IN_DIR(load__what_linux_lacks_is_an_error),
		TEST_IN_DIR(load__lines_of_the_command_line_win_over_the_file),
		TEST_IN_DIR(load__a_bad_command_line_is_told_from_a_bad_file),
		TEST_IN_DIR(load__odd_files_give_one_clear_error),
		TEST_IN_DIR(load__a_huge_file_is_refused_unread),
		TEST_IN_DIR(
		    load__includes_are_read_in_lexical_order_where_they_stand),
		TEST_IN_DIR(load__includes_without_a_file_are_nothing),
		TEST_IN_DIR(
		    load__a_folder_is_included_as_nothing_and_that_is_said),
		TEST_IN_DIR(
		    load__a_list_of_which_a_comment_is_left_is_ignored_and_that_is_said),
		TEST_IN_DIR(load__errors_in_an_included_file_name_that_file),
		TEST_IN_DIR(
		    load__a_match_in_an_included_file_ends_with_that_file),
		TEST_IN_DIR(load__an_include_in_a_match_holds_with_its_block),
		TEST_IN_DIR(load__sixteen_nested_includes_are_the_limit),
		TEST_IN_DIR(load__a_loop_of_includes_ends_with_one_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
