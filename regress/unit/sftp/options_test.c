/* SPDX-License-Identifier: ISC */
#include "sftp-server/options/options.h"

#include <syslog.h>

#include "unit/test.h"

static struct sftp_command command;
static struct sftp_options options;
static char reason[SFTP_REASON_MAX];

static void
sftp_command_parse__takes_every_option(void **state)
{
	(void)state;
	assert_true(sftp_command_parse("internal-sftp -eR -d '/a b/%u' "
	    "-fLOCAL3 -l verbose -m 640 -u 0027 -P remove,rmdir -p "
	    "\"open,close\"", &command, &options, reason));
	assert_true(options.logs_to_stderr && options.is_read_only);
	assert_string_equal(options.start_dir, "/a b/%u");
	assert_int_equal(options.facility, LOG_LOCAL3);
	assert_int_equal(options.level, LOG_LEVEL_VERBOSE);
	assert_true(options.has_file_mode && options.file_mode == 0640);
	assert_true(options.has_umask && options.umask == 027);
	assert_true(options.denied == (UINT64_C(1) << SFTP_REMOVE |
	    UINT64_C(1) << SFTP_RMDIR));
	assert_true(options.allowed == (UINT64_C(1) << SFTP_OPEN |
	    UINT64_C(1) << SFTP_CLOSE));
}

static void
sftp_command_parse__nothing_given_is_openssh_s_default(void **state)
{
	(void)state;
	assert_true(sftp_command_parse("internal-sftp", &command, &options,
	    reason));
	assert_int_equal(options.facility, LOG_AUTH);
	assert_int_equal(options.level, LOG_LEVEL_ERROR);
	assert_null(options.start_dir);
	assert_false(options.is_read_only || options.has_umask ||
	    options.has_file_mode || options.logs_to_stderr);
	assert_true(options.denied == 0 && options.allowed == UINT64_MAX);
}

static void
sftp_command_parse__what_is_wrong_is_named(void **state)
{
	static const struct {
		const char *line, *reason;
	} rows[] = {
		{ "internal-sftp -x", "unknown option \"-x\"" },
		{ "internal-sftp -l", "option \"-l\" needs a value" },
		{ "internal-sftp -l loud", "unknown log level \"loud\"" },
		{ "internal-sftp -f MAIL", "unknown log facility \"MAIL\"" },
		{ "internal-sftp -u 8", "bad mode \"8\"" },
		{ "internal-sftp -u 01000", "bad mode \"01000\"" },
		{ "internal-sftp -m ''", "bad mode \"\"" },
		{ "internal-sftp -P open,delete", "unknown request \"delete\"" },
		{ "internal-sftp -p ''", "a list of requests is empty" },
		{ "internal-sftp -d /%h", "bad token in directory \"/%h\"" },
		{ "internal-sftp -d %", "bad token in directory \"%\"" },
		{ "internal-sftp -d '/x", "a quote is not closed" },
		{ "internal-sftp -h", "options -h and -Q" },
		{ "internal-sftp -Q requests", "options -h and -Q" },
		{ "internal-sftp -Q ciphers", "unknown query \"ciphers\"" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_false(sftp_command_parse(rows[i].line, &command,
		    &options, reason));
		if (strstr(reason, rows[i].reason) == NULL)
			fail_msg("%s: got %s, want %s", rows[i].line, reason,
			    rows[i].reason);
	}
}

/* Such a line works with OpenSSH: nobody is shut out for it. */
static void
sftp_command_parse__words_behind_the_options_are_kept_apart(void **state)
{
	(void)state;
	assert_true(sftp_command_parse("internal-sftp -R # for all", &command,
	    &options, reason));
	assert_true(options.is_read_only);
	assert_string_equal(options.extra, "#");
}

static void
sftp_options_parse__a_login_shell_s_words_are_left_alone(void **state)
{
	static const char *const words[] = {
		"sftp-server", "-R", "-c", "/usr/libexec/sftp-server", "-x",
	};

	(void)state;
	assert_true(sftp_options_parse(words, ARRAY_LEN(words), &options,
	    reason));
	assert_true(options.is_read_only);
}

static void
sftp_command_is_internal__wants_the_whole_word(void **state)
{
	(void)state;
	assert_true(sftp_command_is_internal("internal-sftp"));
	assert_true(sftp_command_is_internal("internal-sftp -R"));
	assert_true(sftp_command_is_internal("internal-sftp\t-R"));
	assert_false(sftp_command_is_internal("internal-sftp2"));
	assert_false(sftp_command_is_internal("/internal-sftp"));
	assert_false(sftp_command_is_internal(""));
}

static void
sftp_command_external_options__are_those_of_the_program(void **state)
{
	static const char *const rows[][2] = {
		{ "/usr/lib/openssh/sftp-server -R -d /x", " -R -d /x" },
		{ "sftp-server\t-R", "\t-R" },
		{ "/usr/lib/sftp-server", "" },
		{ "/usr/lib/sftp-server2 -R", "" },
		{ "/usr/lib/sftp-server/cat -R", "" },
		{ "/bin/cat /usr/lib/sftp-server -R", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_string_equal(sftp_command_external_options(rows[i][0]),
		    rows[i][1]);
}

static void
sftp_command_parse__limits_hold(void **state)
{
	static char line[SFTP_COMMAND_MAX + 16];

	(void)state;
	memset(line, ' ', sizeof(line) - 1);
	memcpy(line, "internal-sftp", 13);
	assert_false(sftp_command_parse(line, &command, &options, reason));
	memset(line, 0, sizeof(line));
	strcpy(line, "internal-sftp");
	for (int i = 0; i < SFTP_COMMAND_WORDS - 1; i++)
		strcat(line, " -R");
	assert_true(sftp_command_parse(line, &command, &options, reason));
	strcat(line, " -R");
	assert_false(sftp_command_parse(line, &command, &options, reason));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sftp_command_parse__takes_every_option),
		TEST(sftp_command_parse__nothing_given_is_openssh_s_default),
		TEST(sftp_command_parse__what_is_wrong_is_named),
		TEST(sftp_command_parse__words_behind_the_options_are_kept_apart),
		TEST(sftp_options_parse__a_login_shell_s_words_are_left_alone),
		TEST(sftp_command_is_internal__wants_the_whole_word),
		TEST(sftp_command_external_options__are_those_of_the_program),
		TEST(sftp_command_parse__limits_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
