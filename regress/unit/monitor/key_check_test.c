/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <stdlib.h>

#include "monitor/key_check.h"

static struct key_options
options_of(const char *text)
{
	struct key_options options;
	struct bytes rest;
	const char *reason = NULL;

	if (!key_options_parse(bytes_str(text), &options, &rest, &reason))
		fail_msg("%s: %s", text, reason);
	return options;
}

static const struct key_use use = {
	.user = "fred", .host = "192.0.2.7", .address = "192.0.2.7",
	.now = 1700000000, .where = "FILE:1",
};

static void
key_from_matches__addresses_networks_and_patterns(void **state)
{
	static const struct { const char *list; bool want; } rows[] = {
		{ "192.0.2.7", true },
		{ "192.0.2.0/24", true },
		{ "192.0.2.*", true },
		{ "*", true },
		{ "10.0.0.0/8,192.0.2.7", true },
		{ "192.0.2.8", false },
		{ "192.0.2.0/24,!192.0.2.7", false },
		{ "!192.0.2.7,*", false },
		{ "!10.0.0.1", false },		/* only negatives */
		{ "192.0.2.1/24,*", false },	/* host bits: means nothing */
		{ "192.0.2.0/33,*", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (key_from_matches(rows[i].list, "192.0.2.7",
		    "192.0.2.7") != rows[i].want)
			fail_msg("%s", rows[i].list);
	}
}

static void
key_from_matches__a_negated_name_beats_a_matching_address(void **state)
{
	(void)state;
	assert_true(key_from_matches("*.example", "a.example", "192.0.2.7"));
	assert_false(key_from_matches("!*.example,192.0.2.7", "a.example",
	    "192.0.2.7"));
}

static void
key_options_permit__says_no_to_what_is_over_or_elsewhere(void **state)
{
	static const struct { const char *text; bool want; } rows[] = {
		{ "pty", true },
		{ "from=\"192.0.2.0/24\"", true },
		{ "from=\"198.51.100.1\"", false },
		{ "expiry-time=\"20990101Z\"", true },
		{ "expiry-time=\"20200101Z\"", false },
		{ "principals=\"fred\"", false },	/* on a plain key */
		{ "command=\"true\",restrict", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct key_options options = options_of(rows[i].text);

		if (key_options_permit(&options, &use) != rows[i].want)
			fail_msg("%s", rows[i].text);
		key_options_clear(&options);
	}
}

static void
key_options_merge__allows_only_what_both_allow(void **state)
{
	struct key_options a = options_of("no-pty,command=\"x\"");
	struct key_options b = options_of("no-port-forwarding,"
	    "verify-required,permitopen=\"h:1\",expiry-time=\"20300101Z\"");
	struct err err;

	(void)state;
	assert_true(key_options_merge(&a, &b, &err));
	assert_false(a.pty);
	assert_false(a.port_forwarding);
	assert_true(a.agent_forwarding);
	assert_true(a.verify_required);
	assert_string_equal(a.command, "x");
	assert_int_equal(a.permit_open.count, 1);
	assert_true(a.expiry == b.expiry);
	key_options_clear(&a);
	key_options_clear(&b);
}

static void
key_options_merge__two_commands_must_be_the_same(void **state)
{
	struct key_options a = options_of("command=\"x\"");
	struct key_options same = options_of("command=\"x\"");
	struct key_options other = options_of("command=\"y\"");
	struct err err;

	(void)state;
	assert_true(key_options_merge(&a, &same, &err));
	assert_false(key_options_merge(&a, &other, &err));
	assert_int_equal(err.code, ERR_DENIED);
	key_options_clear(&a);
	key_options_clear(&same);
	key_options_clear(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(key_from_matches__addresses_networks_and_patterns),
		TEST(key_from_matches__a_negated_name_beats_a_matching_address),
		TEST(key_options_permit__says_no_to_what_is_over_or_elsewhere),
		TEST(key_options_merge__allows_only_what_both_allow),
		TEST(key_options_merge__two_commands_must_be_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
