/* SPDX-License-Identifier: ISC */
#include "unit/config/config_util.h"

#include "keys/algorithms.h"
#include "lib/base/compiler.h"
#include "monitor/sig_algs.h"

static void
sig_algs_plain__names_each_plain_algorithm_once(void **state)
{
	static const struct { const char *accepted, *want; } rows[] = {
		{ "rsa-sha2-512-cert-v01@openssh.com,ssh-ed25519,"
		    "ssh-ed25519-cert-v01@openssh.com,nonsense,rsa-sha2-256,"
		    "rsa-sha2-512", "rsa-sha2-512,ssh-ed25519,rsa-sha2-256" },
		{ "ssh-ed25519", "ssh-ed25519" },
		{ "nonsense", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *got = sig_algs_plain(rows[i].accepted);

		assert_string_equal(got, rows[i].want);
		free(got);
	}
}

/* What the buffer's size relies on. */
static void
sig_algs_plain__no_plain_name_is_longer_than_its_own(void **state)
{
	const struct sig_alg_row *row;

	(void)state;
	for (size_t i = 0; (row = sig_alg_row(i)) != NULL; i++)
		assert_true(strlen(row->sig_name) <= strlen(row->name));
}

static void
sig_algs_for_all__adds_what_match_blocks_take_of_other_kinds(void **state)
{
	static const struct { const char *text, *want; } rows[] = {
		{ "PubkeyAcceptedAlgorithms ssh-ed25519\n", "ssh-ed25519" },
		{ "PubkeyAcceptedAlgorithms ssh-ed25519\n"
		    "Match user a\nPubkeyAcceptedAlgorithms rsa-sha2-512\n",
		    "ssh-ed25519,rsa-sha2-512" },
		{ "PubkeyAcceptedAlgorithms ssh-ed25519\nMatch user a\n"
		    "PubkeyAcceptedAlgorithms rsa-sha2-512,ssh-ed25519\n"
		    "Match user b\nPubkeyAcceptedAlgorithms "
		    "rsa-sha2-256-cert-v01@openssh.com,rsa-sha2-512\n"
		    "PubkeyAcceptedAlgorithms ecdsa-sha2-nistp256\n",
		    "ssh-ed25519,rsa-sha2-512,rsa-sha2-256,"
		    "ecdsa-sha2-nistp256" },
		/* the algorithm of a kind is not left to chance */
		{ "PubkeyAcceptedAlgorithms rsa-sha2-256\n"
		    "Match user a\nPubkeyAcceptedAlgorithms rsa-sha2-512,"
		    "ssh-rsa,ssh-ed25519\n", "rsa-sha2-256,ssh-ed25519" },
		{ "PubkeyAcceptedAlgorithms ecdsa-sha2-nistp256\n"
		    "Match user a\nPubkeyAcceptedAlgorithms "
		    "ecdsa-sha2-nistp384\n",
		    "ecdsa-sha2-nistp256,ecdsa-sha2-nistp384" },
		{ "PubkeyAcceptedAlgorithms ssh-ed25519\n"
		    "Match user a\nMaxSessions 3\n", "ssh-ed25519" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fixture *f = *state;
		struct conf conf = fixture_conf(f, rows[i].text, NULL);
		char *got = sig_algs_for_all(f->config,
		    conf.pubkey_accepted_algorithms);

		assert_string_equal(got, rows[i].want);
		free(got);
		conf_clear(&conf);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(sig_algs_plain__names_each_plain_algorithm_once),
		TEST(sig_algs_plain__no_plain_name_is_longer_than_its_own),
		TEST_IN_DIR(
		    sig_algs_for_all__adds_what_match_blocks_take_of_other_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
