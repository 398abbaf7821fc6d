/* SPDX-License-Identifier: ISC */
#include "unit/keys/keys_util.h"

#include "keys/revoked.h"
#include "unit/keys/samples.h"

#define TEXT_CAP	8192

/* sample_ed_pub in a file with that text. */
static bool
find(const char *text, bool *revoked, size_t *line)
{
	struct pubkey *key = key_of_text(sample_ed_pub);
	struct err err;
	bool ok = revoked_find(bytes_str(text), key, revoked, line, &err);

	pubkey_free(key);
	return ok;
}

static void
revoked__text_lists_keys_line_by_line(void **state)
{
	char text[TEXT_CAP];
	bool revoked;
	size_t line;

	(void)state;
	(void)snprintf(text, sizeof(text), "# lost\n\n %s\r\n%s",
	    sample_ec_pub, sample_ed_pub);
	assert_true(find(text, &revoked, &line));
	assert_true(revoked);
	(void)snprintf(text, sizeof(text), "%s\n  # x\n\t\n%s\n",
	    sample_ec_pub, sample_rsa_pub);
	assert_true(find(text, &revoked, &line));
	assert_false(revoked);
}

static void
revoked__a_listed_certificate_revokes_its_key(void **state)
{
	bool revoked;
	size_t line;

	(void)state;
	assert_true(find(sample_ed_host_cert, &revoked, &line));
	assert_true(revoked);
}

static void
revoked__an_empty_file_revokes_nothing(void **state)
{
	bool revoked;
	size_t line;

	(void)state;
	assert_true(find("", &revoked, &line));
	assert_false(revoked);
}

static void
revoked__a_line_that_is_no_key_is_an_error_even_after_a_hit(void **state)
{
	static const char *const lines[] = {
		"no-pty ssh-ed25519 AAAA", "ssh-ed25519", "ssh-ed25519 AAAA",
		"ssh-ed25519 !", "x", "SSHKRL",
	};
	char text[TEXT_CAP];
	bool revoked;
	size_t line;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		(void)snprintf(text, sizeof(text), "%s\n%s\n",
		    sample_ed_pub, lines[i]);
		assert_false(find(text, &revoked, &line));
		assert_int_equal(line, 2);
	}
}

static void
revoked__a_short_rsa_key_is_passed_over(void **state)
{
	/* 768 bits: nobody can log in with it */
	static const char text[] =
	    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAYQD///////////////////"
	    "//////////////////////////////////////////////////"
	    "//////////////////////////////////////////////////"
	    "////////8= short\n";
	bool revoked;
	size_t line;

	(void)state;
	assert_true(find(text, &revoked, &line));
	assert_false(revoked);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(revoked__text_lists_keys_line_by_line),
		TEST(revoked__a_listed_certificate_revokes_its_key),
		TEST(revoked__an_empty_file_revokes_nothing),
		TEST(revoked__a_line_that_is_no_key_is_an_error_even_after_a_hit),
		TEST(revoked__a_short_rsa_key_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
