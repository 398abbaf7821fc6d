/* SPDX-License-Identifier: ISC */
#include "unit/config/config_util.h"

#include "lib/base/compiler.h"

static bool
load_strictly(struct fixture *f, const char *text)
{
	fixture_write(f, "sshd_config", text);
	return fixture_load_args(f, (struct config_args){
	    .file = f->path, .strict = true });
}

/* Fine for everyday use, and the one complaint under --strict. */
static void
expect_doubt(struct fixture *f, const char *text, const char *words)
{
	if (!fixture_load(f, text))
		fail_msg("not loaded: %s\n%s", text, f->log);
	if (load_strictly(f, text))
		fail_msg("no complaint: %s", text);
	if (strstr(f->log, words) == NULL)
		fail_msg("want: %s\ngot:\n%s", words, f->log);
	if (strstr(f->log, "terminating, 1 bad configuration options") == NULL)
		fail_msg("want one complaint, got:\n%s", f->log);
	assert_int_equal(f->err.code, ERR_FORMAT);
}

static void
expect_fine(struct fixture *f, const char *text)
{
	if (!load_strictly(f, text) || f->log[0] != '\0')
		fail_msg("complaint about: %s\n%s", text, f->log);
}

static void
strict__a_line_without_effect_is_an_error(void **state)
{
	struct fixture *f = *state;

	expect_doubt(f, "MaxSessions 3\n\nMaxSessions 4\n", "sshd_config line "
	    "3: MaxSessions has no effect: line 1 of ");
	expect_doubt(f, "StreamLocalBindMask 0177\nStreamLocalBindMask 0111\n",
	    "line 1: StreamLocalBindMask has no effect: line 2 of ");
	expect_doubt(f, "Subsystem a /x\nSubsystem a /y\n",
	    "line 2: Subsystem has no effect: line 1 of ");
	expect_doubt(f, "RekeyLimit 1G\nRekeyLimit 2G\n",
	    "line 2: RekeyLimit has no effect: line 1 of ");
	expect_doubt(f, "Match user x\nMaxSessions 1\nMaxSessions 2\n",
	    "line 3: MaxSessions has no effect: line 2 of ");
	expect_doubt(f, "MaxStartups 3\nMatch all\nMaxStartups 4\n",
	    "line 3: MaxStartups has no effect: line 1 of ");
}

static void
strict__a_file_that_is_missing_or_of_no_use_is_an_error(void **state)
{
	struct fixture *f = *state;

	expect_doubt(f, "RevokedKeys /dev/null/krl\n", "line 1: RevokedKeys "
	    "/dev/null/krl can't be used, so that no public key is accepted: "
	    "Not a directory");
	expect_doubt(f, "Match user x\nBanner /nonexistent/banner\n",
	    "line 2: Banner /nonexistent/banner can't be used, so that "
	    "nothing is shown: No such file or directory");
	expect_doubt(f, "TrustedUserCAKeys /dev\n", "so that no certificate "
	    "is accepted: not a regular file");
	expect_doubt(f, "RevokedKeys /proc/version /nonexistent\n",
	    "/nonexistent can't be used");
	expect_fine(f, "RevokedKeys none\nBanner none\n");
	expect_fine(f, "Banner /proc/version\nTrustedUserCAKeys "
	    "/proc/version\n");
}

static void
strict__lines_that_add_up_or_serve_others_are_fine(void **state)
{
	struct fixture *f = *state;

	expect_fine(f, "Port 1\nPort 2\nAcceptEnv A\nAcceptEnv A\n");
	expect_fine(f, "MaxSessions 3\nMatch user a\nMaxSessions 4\n"
	    "Match user b\nMaxSessions 5\n");
	expect_fine(f, "RekeyLimit 1G\nRekeyLimit default 1h\n");
	expect_fine(f, "Subsystem a /x\nSubsystem b /y\n");
	expect_fine(f, "ListenAddress 127.0.0.1\nListenAddress 127.0.0.2\n");
}

/* Flags are there to win over the file. */
static void
strict__the_command_line_may_shadow(void **state)
{
	struct fixture *f = *state;
	const char *const lines[] = { "MaxSessions 9" };

	fixture_write(f, "sshd_config", "MaxSessions 3\n");
	assert_true(fixture_load_args(f, (struct config_args){
	    .file = f->path, .lines = lines, .line_count = 1,
	    .strict = true }));
}

static void
strict__old_keywords_are_errors(void **state)
{
	struct fixture *f = *state;

	expect_doubt(f, "UseLogin no\n", "line 1: Deprecated option UseLogin");
	expect_doubt(f, "Protocol 2\n", "line 1: Deprecated option Protocol");
	expect_doubt(f, "GSSAPIAuthentication no\n",
	    "line 1: Unsupported option GSSAPIAuthentication");
	expect_doubt(f, "KeepAlive yes\n",
	    "line 1: KeepAlive is an old name of TCPKeepAlive");
	expect_fine(f, "tcpkeepalive yes\n");
}

static void
strict__blocks_for_nobody_are_errors(void **state)
{
	struct fixture *f = *state;

	expect_doubt(f, "Match user !bob\n",
	    "line 1: Match user !bob holds for nobody: a list of negated");
	expect_doubt(f, "Match group no-such-group-here\n",
	    "holds for nobody: there is no such group");
	expect_doubt(f, "Match host *.example.org\n",
	    "holds for nobody: without UseDNS");
	expect_doubt(f, "Match address example.org\n",
	    "holds for nobody: it is no address");
	expect_fine(f, "Match host 192.0.2.*\nMatch host *\n"
	    "Match group root\nMatch group no*\nMatch address 192.0.2.0/24\n"
	    "Match localaddress fe80::1%eth0\nMatch user *,!bob\n"
	    "Match localport 22\nMatch invalid-user\nMatch all\n");
}

static void
strict__tokens_that_stand_for_nothing_are_errors(void **state)
{
	struct fixture *f = *state;

	expect_doubt(f, "AuthorizedKeysFile .ssh/a /etc/keys/%n\n",
	    "line 1: AuthorizedKeysFile has \"%n\", which stands for");
	expect_doubt(f, "Match user a\nChrootDirectory /srv/%%%\n",
	    "line 2: ChrootDirectory has \"%\", which stands for");
	expect_doubt(f, "AuthorizedKeysCommand /x%i %u %i\n"
	    "AuthorizedKeysCommandUser nobody\n",
	    "line 1: AuthorizedKeysCommand has \"%i\", which stands for");
	expect_fine(f, "AuthorizedKeysFile %h/%u/%U/%%\n"
	    "AuthorizedPrincipalsCommand /x%i %%%C%D%F%f%h%i%K%k%s%T%t%U%u\n"
	    "AuthorizedPrincipalsCommandUser %u\nForceCommand date +%s\n");
}

static void
strict__weak_settings_are_errors(void **state)
{
	static const struct { const char *line, *words; } rows[] = {
		{ "PermitRootLogin yes", "PermitRootLogin yes is weak: " },
		{ "StrictModes no", "StrictModes no is weak: " },
		{ "LoginGraceTime 0", "LoginGraceTime 0 is weak: " },
		{ "RequiredRSASize 1024", "RequiredRSASize 1024 is weak: " },
		{ "FingerprintHash md5", "FingerprintHash MD5 is weak: " },
		{ "Ciphers aes256-ctr,aes128-cbc",
		    "Ciphers aes128-cbc is weak: " },
		{ "KexAlgorithms +diffie-hellman-group14-sha1",
		    "KexAlgorithms diffie-hellman-group14-sha1 is weak: " },
		{ "PubkeyAcceptedAlgorithms +ssh-rsa",
		    "PubkeyAcceptedAlgorithms ssh-rsa is weak: " },
		{ "Match user x\nPermitRootLogin yes",
		    "line 2: PermitRootLogin yes is weak: " },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		expect_doubt(*state, rows[i].line, rows[i].words);
}

/* What somebody gets who asks for nothing is not weak. */
static void
strict__the_defaults_are_fine(void **state)
{
	static const char *const named[] = {
		"PermitRootLogin prohibit-password", "StrictModes yes",
		"LoginGraceTime 120", "RequiredRSASize 2048",
		"PermitUserEnvironment no", "X11UseLocalhost yes",
		"MACs +hmac-sha1", "Ciphers ^aes256-ctr",
	};

	expect_fine(*state, "");
	for (size_t i = 0; i < ARRAY_LEN(named); i++)
		expect_fine(*state, named[i]);
}

static void
strict__all_complaints_come_in_one_run(void **state)
{
	struct fixture *f = *state;

	assert_false(load_strictly(f, "UseLogin no\nStrictModes no\n"
	    "MaxSessions 1\nMaxSessions 2\nMatch user !x\nMaxSessions 3\n"
	    "MaxSessions 4\n"));
	assert_non_null(strstr(f->log, "terminating, 5 bad configuration"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_IN_DIR(strict__a_line_without_effect_is_an_error),
		TEST_IN_DIR(
		    strict__a_file_that_is_missing_or_of_no_use_is_an_error),
		TEST_IN_DIR(strict__lines_that_add_up_or_serve_others_are_fine),
		TEST_IN_DIR(strict__the_command_line_may_shadow),
		TEST_IN_DIR(strict__old_keywords_are_errors),
		TEST_IN_DIR(strict__blocks_for_nobody_are_errors),
		TEST_IN_DIR(
		    strict__tokens_that_stand_for_nothing_are_errors),
		TEST_IN_DIR(strict__weak_settings_are_errors),
		TEST_IN_DIR(strict__the_defaults_are_fine),
		TEST_IN_DIR(strict__all_complaints_come_in_one_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
