/* SPDX-License-Identifier: ISC */
#include "unit/keys/keys_util.h"

#include <stdlib.h>

#include "keys/known_hosts.h"
#include "unit/keys/samples.h"

#define LINE_CAP	2048

/* ssh-keygen -H of "client.example.org" */
static const char hashed_name[] =
    "|1|D9FwZ2wsFtJVEmjWP/h6iBlvsIk=|HkjhyZ1UGMoDrGbXLbCO1PwC/jQ=";

static bool
parse(const char *head, const char *key, struct known_host *known)
{
	static char line[LINE_CAP];

	(void)snprintf(line, sizeof(line), "%s %s", head, key);
	return known_host_parse(bytes_str(line), known);
}

static void
known_host__has_marker_names_and_key(void **state)
{
	static const struct {
		const char *head;
		enum known_marker marker;
	} rows[] = {
		{ "a,b", KNOWN_PLAIN }, { "@cert-authority a,b", KNOWN_CA },
		{ "  @revoked \ta,b", KNOWN_REVOKED },
	};
	struct known_host known;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(parse(rows[i].head, sample_ed_pub, &known));
		assert_int_equal(known.marker, rows[i].marker);
		assert_true(bytes_is(known.hosts, "a,b"));
		known_host_clear(&known);
	}
}

static void
known_host__anything_else_is_no_line(void **state)
{
	static const char *const heads[] = {
		"", "#a", "@unknown a", "@revoked", "@revoked @revoked a",
		"@CERT-AUTHORITY a", "a b",
	};
	struct known_host known;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		assert_false(parse(heads[i], sample_ed_pub, &known));
	assert_false(parse("a", "ssh-ed25519 AAAA", &known));
	assert_false(parse("a", sample_ed_host_cert, &known));
	assert_false(known_host_parse(bytes_str(""), &known));
}

static void
known_host__every_truncation_is_no_line_or_the_same(void **state)
{
	char line[LINE_CAP];
	struct known_host known;
	size_t len;

	(void)state;
	len = (size_t)snprintf(line, sizeof(line), "host %s", sample_ed_pub);
	for (size_t n = 0; n < len; n++) {
		uint8_t *copy = exact_copy((const uint8_t *)line, n);

		if (known_host_parse(bytes_of(copy, n), &known)) {
			/* only the comment is cut */
			assert_true(n > len - sizeof(" one@example"));
			known_host_clear(&known);
		}
		free(copy);
	}
}

static void
known_host__names_are_patterns_in_any_case(void **state)
{
	static const struct {
		const char *hosts, *name;
		bool matches;
	} rows[] = {
		{ "a.org", "a.org", true }, { "a.org", "A.Org", true },
		{ "A.ORG", "a.org", true }, { "*.org", "a.org", true },
		{ "?.org", "a.org", true }, { "b.org,a.org", "a.org", true },
		{ "*,!a.org", "a.org", false }, { "b.org", "a.org", false },
		{ "[a.org]:22", "a.org", false }, { "", "a.org", false },
		{ "*", "", false },
		{ hashed_name, "client.example.org", true },
		{ hashed_name, "CLIENT.example.org", true },
		{ hashed_name, "client.example.or", false },
		{ "|1|", "a", false }, { "|1||", "a", false },
		{ "|1|AAAA|AAAA", "a", false }, { "|1|AAAA", "a", false },
		{ "|2|AAAA|AAAA", "a", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (known_host_matches(bytes_str(rows[i].hosts),
		    bytes_str(rows[i].name)) != rows[i].matches)
			fail_msg("%s of %s", rows[i].name, rows[i].hosts);
	}
	assert_false(known_host_matches(BYTES_LIT("a*"), BYTES_LIT("a\0b")));
}

/* What a line with this marker and key says of sample_ed. */
static enum known_status
judge(enum known_marker marker, const char *listed, const char *ca_text)
{
	struct pubkey *key = key_of_text(sample_ed_pub);
	struct pubkey *ca = ca_text == NULL ? NULL : key_of_text(ca_text);
	struct known_host known = {
		.marker = marker, .key = key_of_text(listed),
	};
	enum known_status status = KNOWN_NEW;

	known_host_judge(&known, key, ca, &status);
	known_host_clear(&known);
	pubkey_free(key);
	pubkey_free(ca);
	return status;
}

static void
known_host__each_marker_is_for_its_kind_of_key(void **state)
{
	(void)state;
	assert_int_equal(judge(KNOWN_PLAIN, sample_ed_pub, NULL), KNOWN_OK);
	assert_int_equal(judge(KNOWN_PLAIN, sample_ec_pub, NULL),
	    KNOWN_CHANGED);
	assert_int_equal(judge(KNOWN_CA, sample_ed_pub, NULL), KNOWN_CHANGED);
	assert_int_equal(judge(KNOWN_CA, sample_ca_pub, sample_ca_pub),
	    KNOWN_OK);
	/* the plain key of a certificate does not stand for it */
	assert_int_equal(judge(KNOWN_PLAIN, sample_ed_pub, sample_ca_pub),
	    KNOWN_CHANGED);
	assert_int_equal(judge(KNOWN_REVOKED, sample_ed_pub, NULL),
	    KNOWN_IS_REVOKED);
	assert_int_equal(judge(KNOWN_REVOKED, sample_ca_pub, sample_ca_pub),
	    KNOWN_IS_REVOKED);
	assert_int_equal(judge(KNOWN_REVOKED, sample_ec_pub, NULL),
	    KNOWN_NEW);
}

static void
known_host__a_revoked_key_stays_revoked(void **state)
{
	struct pubkey *key = key_of_text(sample_ed_pub);
	struct known_host plain = { .key = key_of_text(sample_ed_pub) };
	enum known_status status = KNOWN_IS_REVOKED;

	(void)state;
	known_host_judge(&plain, key, NULL, &status);
	assert_int_equal(status, KNOWN_IS_REVOKED);
	known_host_clear(&plain);
	pubkey_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(known_host__has_marker_names_and_key),
		TEST(known_host__anything_else_is_no_line),
		TEST(known_host__every_truncation_is_no_line_or_the_same),
		TEST(known_host__names_are_patterns_in_any_case),
		TEST(known_host__each_marker_is_for_its_kind_of_key),
		TEST(known_host__a_revoked_key_stays_revoked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
