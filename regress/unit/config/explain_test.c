/* SPDX-License-Identifier: ISC */
#include "unit/config/config_util.h"

#include "lib/base/compiler.h"
#include "sshd/config/explain.h"
#include "sshd/config/lexer.h"

typedef void print_explained(const struct explain *explain, FILE *out);

/* The explanation of a text with the folder's name cut out, malloc'ed. */
static char *
explained(struct fixture *f, const char *text, const struct conf_spec *spec,
    print_explained *print)
{
	struct explain explain;
	char *printed = NULL, *at;
	size_t len, cut = strlen(f->dir) + 1;
	FILE *out = open_memstream(&printed, &len);

	assert_non_null(out);
	if (!fixture_load(f, text))
		fail_msg("not loaded: %s", f->log);
	assert_true(explain_init(&explain, f->config, spec, &f->err));
	print(&explain, out);
	assert_int_equal(fclose(out), 0);
	explain_clear(&explain);
	while ((at = strstr(printed, f->dir)) != NULL)
		memmove(at, at + cut, strlen(at + cut) + 1);
	return printed;
}

static void
expect_lines(struct fixture *f, const char *text, const struct conf_spec *spec,
    const char *const *lines, size_t count)
{
	char *got = explained(f, text, spec, explain_print);

	for (size_t i = 0; i < count; i++) {
		if (!has_line(got, lines[i]))
			fail_msg("want: %sgot:\n%s", lines[i], got);
	}
	free(got);
}

#define EXPECT(f, text, spec, ...) expect_lines(f, text, spec,		\
    (const char *const[]){ __VA_ARGS__ },				\
    ARRAY_LEN(((const char *const[]){ __VA_ARGS__ })))

static const struct conf_spec nobody = { .local_port = -1 };
static const struct conf_spec bob = { .user = "bob", .local_port = -1 };

static void
explain__each_line_names_its_source(void **state)
{
	EXPECT(*state, "Port 2200\nPort 2201\n\nMaxSessions 3\n"
	    "AcceptEnv A B\nAcceptEnv C\nForceCommand echo # x\n", &nobody,
	    "port 2200 # sshd_config:1\n", "port 2201 # sshd_config:2\n",
	    "maxsessions 3 # sshd_config:4\n", "acceptenv A # sshd_config:5\n",
	    "acceptenv B # sshd_config:5\n", "acceptenv C # sshd_config:6\n",
	    "forcecommand echo # x # sshd_config:7\n",
	    "maxauthtries 6 # default\n");
}

static void
explain__addresses_name_their_line(void **state)
{
	EXPECT(*state, "ListenAddress 127.0.0.1\nPort 1\nPort 2\n"
	    "ListenAddress 127.0.0.2:3\n", &nobody,
	    "listenaddress 127.0.0.1:1 # sshd_config:1\n",
	    "listenaddress 127.0.0.1:2 # sshd_config:1\n",
	    "listenaddress 127.0.0.2:3 # sshd_config:4\n");
	EXPECT(*state, "AddressFamily inet\n", &nobody,
	    "listenaddress 0.0.0.0:22 # default\n");
}

static void
explain__lines_of_an_included_file_name_that_file(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, "more", "\nMaxSessions 2\n");
	EXPECT(f, "Include more\nMaxSessions 3\n", &nobody,
	    "maxsessions 2 # more:2\n",
	    "#   shadowed: maxsessions 3 # sshd_config:2\n");
}

static void
explain__what_an_earlier_line_shadows_is_listed(void **state)
{
	EXPECT(*state, "MaxSessions 2\nMaxSessions 3\nMaxSessions 2\n"
	    "StreamLocalBindMask 0177\nStreamLocalBindMask 0111\n"
	    "Subsystem a /x\nSubsystem a /y\nSubsystem b /z\n"
	    "RekeyLimit 1G\nRekeyLimit 2G 1h\nRekeyLimit 3G 2h\n", &nobody,
	    "maxsessions 2 # sshd_config:1\n",
	    "#   shadowed: maxsessions 3 # sshd_config:2\n",
	    "#   shadowed: maxsessions 2 # sshd_config:3\n",
	    "streamlocalbindmask 0111 # sshd_config:5\n",
	    "#   shadowed: streamlocalbindmask 0177 # sshd_config:4\n",
	    "subsystem a /x # sshd_config:6\n",
	    "#   shadowed: subsystem a /y # sshd_config:7\n",
	    "subsystem b /z # sshd_config:8\n",
	    "rekeylimit 1073741824 3600 # sshd_config:9; sshd_config:10\n",
	    "#   shadowed: rekeylimit 3G 2h # sshd_config:11\n");
}

static void
explain__a_match_block_names_itself_and_the_line(void **state)
{
	EXPECT(*state, "MaxSessions 2\nMatch user bob\nMaxSessions 5\n"
	    "Match user b*\nMaxSessions 6\nMaxAuthTries 1\n", &bob,
	    "maxsessions 5 # Match at sshd_config:2, set at sshd_config:3\n",
	    "#   overridden: maxsessions 2 # sshd_config:1\n",
	    "#   shadowed: maxsessions 6 # Match at sshd_config:4, set at "
	    "sshd_config:5\n",
	    "maxauthtries 1 # Match at sshd_config:4, set at "
	    "sshd_config:6\n");
}

/* It is read in both passes: in the first it loses, in the second it wins. */
static void
explain__a_block_for_everybody_is_told_once(void **state)
{
	char *got = explained(*state, "MaxSessions 2\nMatch all\n"
	    "MaxSessions 5\n", &nobody, explain_print);

	assert_true(has_line(got, "maxsessions 5 # Match at sshd_config:2, "
	    "set at sshd_config:3\n"));
	assert_true(has_line(got,
	    "#   overridden: maxsessions 2 # sshd_config:1\n"));
	assert_null(strstr(got, "shadowed"));
	free(got);
}

static void
explain__undecided_blocks_are_named(void **state)
{
	const char text[] = "Match user bob address 192.0.2.0/24\n"
	    "MaxSessions 1\nMatch user eve host x\nMaxSessions 2\n"
	    "Match localport 22\nMaxSessions 3\nMatch all\nMaxSessions 4\n";
	char *got;

	EXPECT(*state, text, &bob,
	    "# Match at sshd_config:1 is not decided: -C lacks addr\n",
	    "# Match at sshd_config:5 is not decided: -C lacks lport\n",
	    "maxsessions 4 # Match at sshd_config:7, set at sshd_config:8\n");
	got = explained(*state, text, &bob, explain_print);
	/* it is not eve, whatever the host is */
	assert_null(strstr(got, "sshd_config:3 is not decided"));
	free(got);
	EXPECT(*state, text, &nobody,
	    "# Match at sshd_config:1 is not decided: -C lacks user,addr\n",
	    "# Match at sshd_config:3 is not decided: -C lacks user,host\n");
}

static void
explain__the_command_line_is_a_source(void **state)
{
	struct fixture *f = *state;
	const char *const lines[] = { "MaxSessions 9" };
	struct explain explain;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_true(fixture_load_args(f, (struct config_args){
	    .lines = lines, .line_count = 1 }));
	assert_true(explain_init(&explain, f->config, &nobody, &f->err));
	explain_print(&explain, out);
	assert_int_equal(fclose(out), 0);
	assert_true(has_line(text, "maxsessions 9 # command line\n"));
	explain_clear(&explain);
	free(text);
}

static void
explain__json_is_escaped(void **state)
{
	char *got = explained(*state, "Banner \"/a\\\\\\\"b\xc3\xa4\xff\x01\"\n"
	    "Banner /y\nMatch user x\n", &nobody, explain_print_json);

	assert_non_null(strstr(got, "\"banner\": [{\"value\": "));
	assert_non_null(strstr(got, "\xc3\xa4\\ufffd\\u0001"));
	assert_non_null(strstr(got, "\"origins\": [{\"from\": \"file\", "
	    "\"file\": \"sshd_config\", \"line\": 1}]"));
	assert_non_null(strstr(got, "{\"keyword\": \"banner\", \"value\": "
	    "\"/y\", \"why\": \"shadowed\", \"from\": \"file\", \"file\": "
	    "\"sshd_config\", \"line\": 2}"));
	assert_non_null(strstr(got, "{\"file\": \"sshd_config\", \"line\": 3, "
	    "\"lacking\": \"user\"}"));
	assert_non_null(strstr(got, "\"maxsessions\": [{\"value\": \"10\", "
	    "\"origins\": []}]"));
	free(got);
}

static void
explain__a_list_of_none_is_told_too(void **state)
{
	EXPECT(*state, "HostKey none\nSftpRights none\n", &nobody,
	    "hostkey none # sshd_config:1\n",
	    "sftprights none # sshd_config:2\n");
	EXPECT(*state, "HostKey none\nHostKey /a\nAllowUsers # x\n"
	    "AllowUsers b\n", &nobody, "hostkey /a # sshd_config:2\n",
	    "allowusers b # sshd_config:4\n");
}

static void
explain__a_list_that_was_overridden_is_told_line_by_line(void **state)
{
	EXPECT(*state, "AllowUsers a b\nAllowUsers c\nMatch user bob\n"
	    "AllowUsers d\nMatch user b*\nAllowUsers a e\n", &bob,
	    "allowusers d # Match at sshd_config:3, set at sshd_config:4\n",
	    "allowusers a # Match at sshd_config:5, set at sshd_config:6\n",
	    "allowusers e # Match at sshd_config:5, set at sshd_config:6\n",
	    "#   overridden: allowusers a b # sshd_config:1\n",
	    "#   overridden: allowusers c # sshd_config:2\n");
}

/* ---- how much is printed -------------------------------------------------- */

static size_t words_printed;

void __real_lex_print_word(FILE *out, const char *word, enum lex_quoting how);
void __wrap_lex_print_word(FILE *out, const char *word, enum lex_quoting how);

void
__wrap_lex_print_word(FILE *out, const char *word, enum lex_quoting how)
{
	words_printed++;
	__real_lex_print_word(out, word, how);
}

/* Each word of a long list once for its line and once for the value. */
static void
explain__its_work_grows_as_the_file_does(void **state)
{
	struct fixture *f = *state;
	char *text = NULL, *got;
	size_t len, lines = 500;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	for (size_t i = 0; i < lines; i++)
		fprintf(out, "AllowUsers u%zu\nPermitOpen h:%zu\n", i, i + 1);
	assert_int_equal(fclose(out), 0);
	words_printed = 0;
	got = explained(f, text, &nobody, explain_print);
	assert_true(words_printed >= 2 * lines);
	assert_true(words_printed < 5 * lines);
	assert_true(has_line(got, "allowusers u499 # sshd_config:999\n"));
	words_printed = 0;
	fixture_write(f, "sshd_config", text);
	(void)!fixture_load_args(f, (struct config_args){ .file = f->path,
	    .strict = true });
	assert_true(words_printed < 5 * lines);
	free(got);
	free(text);
}

/* The values are those of sshd -T, whoever looks on. */
static void
explain__the_witness_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct conf conf = fixture_conf(f, "Port 1\nMaxSessions 2\n"
	    "MaxSessions 3\nMatch user bob\nMaxSessions 4\nAcceptEnv A\n"
	    "Subsystem a /b\n", &bob);
	struct explain explain;
	char *want = conf_text(&conf), *got;

	assert_true(explain_init(&explain, f->config, &bob, &f->err));
	got = conf_text(&explain.conf);
	assert_string_equal(got, want);
	explain_clear(&explain);
	conf_clear(&conf);
	free(want);
	free(got);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_IN_DIR(explain__each_line_names_its_source),
		TEST_IN_DIR(explain__addresses_name_their_line),
		TEST_IN_DIR(explain__lines_of_an_included_file_name_that_file),
		TEST_IN_DIR(explain__what_an_earlier_line_shadows_is_listed),
		TEST_IN_DIR(explain__a_match_block_names_itself_and_the_line),
		TEST_IN_DIR(explain__a_block_for_everybody_is_told_once),
		TEST_IN_DIR(explain__undecided_blocks_are_named),
		TEST_IN_DIR(explain__the_command_line_is_a_source),
		TEST_IN_DIR(explain__json_is_escaped),
		TEST_IN_DIR(explain__a_list_of_none_is_told_too),
		TEST_IN_DIR(explain__a_list_that_was_overridden_is_told_line_by_line),
		TEST_IN_DIR(explain__its_work_grows_as_the_file_does),
		TEST_IN_DIR(explain__the_witness_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
