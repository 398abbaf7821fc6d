/* SPDX-License-Identifier: ISC */
#include "unit/config/config_util.h"

#include "lib/base/compiler.h"

static const uint32_t root_group[] = { 0 };

static const struct conf_spec fred = {
	.user = "fred", .groups = root_group, .group_count = 1,
	.host = "Client.Example.ORG", .address = "192.0.2.7",
	.local_address = "2001:db8::1", .local_port = 22, .rdomain = "blue",
};
static const struct conf_spec nobody_known = { .local_port = -1 };
static const struct conf_spec ghost = {
	.user = "ghost", .invalid_user = true, .address = "::1",
	.local_port = 22,
};

/* Does a block under this line hold? */
static bool
holds(struct fixture *f, const char *line, const struct conf_spec *spec)
{
	char text[512];
	struct conf conf;
	bool held;

	snprintf(text, sizeof(text), "%s\n\tMaxSessions 3\n", line);
	conf = fixture_conf(f, text, spec);
	held = conf.max_sessions == 3;
	conf_clear(&conf);
	return held;
}

static void
match__each_criterion_decides_by_its_own_fact(void **state)
{
	static const struct {
		const char *line;
		bool fred, nobody, ghost;
	} cases[] = {
		{ "Match all", true, true, true },
		{ "Match ALL # x", true, true, true },
		{ "Match user fred", true, false, false },
		{ "Match User=fred", true, false, false },
		{ "Match user Fred", false, false, false },
		{ "Match user fr?d,x", true, false, false },
		{ "Match user *", true, false, true },
		{ "Match user *,!fred", false, false, true },
		{ "Match user !ghost", false, false, false },
		{ "Match \"user\" \"fred\"", true, false, false },
		{ "Match invalid-user", false, false, true },
		{ "Match group root", true, false, false },
		{ "Match group ro*", true, false, false },
		{ "Match group !root,*", false, false, false },
		{ "Match group *,!roo?", false, false, false },
		{ "Match group nosuchgroup", false, false, false },
		{ "Match group nosuchgroup,root", true, false, false },
		{ "Match host client.example.org", true, false, false },
		{ "Match host CLIENT.*", true, false, false },
		{ "Match host *.example.com", false, false, false },
		{ "Match address 192.0.2.0/24", true, false, false },
		{ "Match address 192.0.2.0/24,!192.0.2.7", false, false,
		    false },
		{ "Match address 192.0.2.*", true, false, false },
		{ "Match address ::/0", false, false, true },
		{ "Match address foo/8", false, false, false },
		{ "Match localaddress 2001:db8::/32", true, false, false },
		{ "Match localport 22", true, false, true },
		{ "Match localport 23", false, false, false },
		{ "Match localport ssh", true, false, true },
		{ "Match rdomain b*", true, false, false },
		{ "Match version OpenSSH_10.*", true, true, true },
		{ "Match version OpenSSH_9.*", false, false, false },
		{ "Match user fred address 192.0.2.7", true, false, false },
		{ "Match user fred address ::1", false, false, false },
		{ "Match version * user fred", true, false, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bool got[] = {
			holds(*state, cases[i].line, &fred),
			holds(*state, cases[i].line, &nobody_known),
			holds(*state, cases[i].line, &ghost),
		};

		if (got[0] != cases[i].fred || got[1] != cases[i].nobody ||
		    got[2] != cases[i].ghost)
			fail_msg("%s: %d %d %d", cases[i].line, got[0],
			    got[1], got[2]);
	}
}

static void
match__what_has_no_address_is_in_no_list(void **state)
{
	const struct conf_spec pipes = {
		.user = "fred", .host = "UNKNOWN", .address = "UNKNOWN",
		.local_address = "UNKNOWN", .local_port = 65535,
	};

	assert_false(holds(*state, "Match address *", &pipes));
	assert_false(holds(*state, "Match address *,!10.0.0.0/8", &pipes));
	assert_false(holds(*state, "Match localaddress *", &pipes));
	assert_true(holds(*state, "Match host *", &pipes));
}

static void
match__groups_are_looked_up_when_they_are_not_given(void **state)
{
	const struct conf_spec root = { .user = "root", .local_port = -1 };
	const struct conf_spec other = {
		.user = "nosuchuser_", .local_port = -1,
	};

	assert_true(holds(*state, "Match group root", &root));
	assert_false(holds(*state, "Match group *", &other));
}

static void
match__bad_lines_are_errors_that_name_the_criterion(void **state)
{
	static const struct {
		const char *line, *words;
	} cases[] = {
		{ "Match", "no argument after keyword \"Match\"" },
		{ "Match # user fred", "no argument after keyword" },
		{ "Match user", "missing Match criteria for user" },
		{ "Match user \"\"", "missing Match criteria for user" },
		{ "Match user=", "missing Match criteria for user" },
		{ "Match usr fred", "unsupported Match attribute \"usr\"; did "
		    "you mean \"user\"?" },
		{ "Match exec true", "unsupported Match attribute \"exec\"" },
		{ "Match all user fred", "cannot be combined" },
		{ "Match user fred all", "cannot be combined" },
		{ "Match all=x", "invalid Match all argument" },
		{ "Match address 10.0.0.1/8",
		    "invalid Match address argument \"10.0.0.1/8\"" },
		{ "Match localaddress ::/129", "invalid Match localaddress" },
		{ "Match localport 22,23", "invalid Match localport" },
		{ "Match localport 0", "invalid Match localport" },
		{ "Match user fred\nPort 23", "line 2: Directive 'Port' is "
		    "not allowed within a Match block" },
		{ "Match user fred\nDSAAuthentication no",
		    "not allowed within a Match block" },
		{ "Match user fred\nUseLogin no",
		    "'UseLogin' is not allowed within a Match block" },
		{ "Match user fred\nFrobnicate x", "line 2: Bad configuration "
		    "option: Frobnicate" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_refused(*state, cases[i].line, cases[i].words);
}

static void
match__too_many_criteria_are_refused(void **state)
{
	char text[8 + 65 * 8 + 1] = "Match";

	for (int i = 0; i < 64; i++)
		strcat(text, " user *");
	assert_true(fixture_load(*state, text));
	strcat(text, " user *");
	assert_refused(*state, text, "too many Match criteria");
}

static void
match__the_first_block_that_holds_wins_for_each_keyword(void **state)
{
	static const char text[] =
	    "MaxSessions 1\nMaxAuthTries 1\nPermitTTY no\n"
	    "Match user nobody\nMaxSessions 2\n"
	    "Match user fred\nMaxSessions 3\n"
	    "Match address 192.0.2.7\nMaxSessions 4\nMaxAuthTries 4\n";
	struct conf conf = fixture_conf(*state, text, &fred);

	assert_int_equal(conf.max_sessions, 3);
	assert_int_equal(conf.max_auth_tries, 4);
	assert_false(conf.permit_tty);
	conf_clear(&conf);
	conf = fixture_conf(*state, text, NULL);
	assert_int_equal(conf.max_sessions, 1);
	assert_int_equal(conf.max_auth_tries, 1);
	conf_clear(&conf);
}

static void
match__lists_of_all_blocks_add_up_and_replace_the_global_one(void **state)
{
	static const char text[] =
	    "AcceptEnv A\nSubsystem sftp /1\nSubsystem x /2\n"
	    "Match user fred\nAcceptEnv B\nSubsystem sftp /3\n"
	    "Match all\nAcceptEnv C\nSubsystem sftp /4\nSubsystem y /5\n";
	struct conf conf = fixture_conf(*state, text, &fred);

	assert_int_equal(conf.accept_env.count, 2);
	assert_string_equal(conf.accept_env.v[0], "B");
	assert_string_equal(conf.accept_env.v[1], "C");
	assert_int_equal(conf.subsystem.count, 2);
	assert_string_equal(conf.subsystem.v[0].name, "sftp");
	assert_string_equal(conf.subsystem.v[0].command, "/3");
	assert_string_equal(conf.subsystem.v[1].name, "y");
	conf_clear(&conf);
}

static void
match__half_a_rekey_limit_leaves_the_other_half(void **state)
{
	struct conf conf = fixture_conf(*state, "RekeyLimit 1K 1m\n"
	    "Match user fred\nRekeyLimit 2K\n", &fred);

	assert_int_equal(conf.rekey_limit_bytes, 2048);
	assert_int_equal(conf.rekey_limit_seconds, 60);
	conf_clear(&conf);
}

static void
match__what_always_holds_may_set_what_is_global(void **state)
{
	struct conf conf = fixture_conf(*state, "MaxSessions 1\n"
	    "Match all\nPort 77\nMaxSessions 2\n"
	    "Match version *\nStrictModes no\n", NULL);

	assert_int_equal(conf.port.v[0], 77);
	assert_int_equal(conf.max_sessions, 1);
	assert_false(conf.strict_modes);
	conf_clear(&conf);
	conf = fixture_conf(*state, "MaxSessions 1\nMatch all\n"
	    "MaxSessions 2\n", &nobody_known);
	assert_int_equal(conf.max_sessions, 2);
	conf_clear(&conf);
}

static void
match__modifiers_in_a_block_change_the_built_in_list(void **state)
{
	struct conf conf = fixture_conf(*state,
	    "PubkeyAcceptedAlgorithms rsa-sha2-512\n"
	    "Match user fred\nPubkeyAcceptedAlgorithms -*-cert-*,sk-*,"
	    "webauthn-*,ecdsa*\n", &fred);

	assert_string_equal(conf.pubkey_accepted_algorithms,
	    "ssh-ed25519,rsa-sha2-512,rsa-sha2-256");
	conf_clear(&conf);
}

static void
match__a_test_must_give_the_port_that_a_line_asks_for(void **state)
{
	struct fixture *f = *state;
	struct conf_spec spec = { .local_port = -1, .is_test = true };
	struct conf conf;

	assert_true(fixture_load(f, "Match localport 22\nMaxSessions 1"));
	assert_false(config_evaluate(f->config, &spec, &conf, &f->err));
	assert_string_equal(f->err.what, "'Match LocalPort' in configuration "
	    "but 'lport' not in connection test specification.");
	spec.local_port = 23;
	assert_true(config_evaluate(f->config, &spec, &conf, &f->err));
	conf_clear(&conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_IN_DIR(match__each_criterion_decides_by_its_own_fact),
		TEST_IN_DIR(match__what_has_no_address_is_in_no_list),
		TEST_IN_DIR(
		    match__groups_are_looked_up_when_they_are_not_given),
		TEST_IN_DIR(
		    match__bad_lines_are_errors_that_name_the_criterion),
		TEST_IN_DIR(match__too_many_criteria_are_refused),
		TEST_IN_DIR(
		    match__the_first_block_that_holds_wins_for_each_keyword),
		TEST_IN_DIR(
	    match__lists_of_all_blocks_add_up_and_replace_the_global_one),
		TEST_IN_DIR(match__half_a_rekey_limit_leaves_the_other_half),
		TEST_IN_DIR(match__what_always_holds_may_set_what_is_global),
		TEST_IN_DIR(
		    match__modifiers_in_a_block_change_the_built_in_list),
		TEST_IN_DIR(
		    match__a_test_must_give_the_port_that_a_line_asks_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
