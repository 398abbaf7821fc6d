/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/cidr.h"

static bool
matches(const char *list, const char *address)
{
	struct ip_text addr = ip_text_of(address);

	return addr_list_match(bytes_str(list), &addr) == PATTERN_YES;
}

static void
cidr__networks_hold_their_addresses_and_no_others(void **state)
{
	static const struct {
		const char *list, *address;
		bool want;
	} cases[] = {
		{ "192.0.2.0/24", "192.0.2.255", true },
		{ "192.0.2.0/24", "192.0.3.0", false },
		{ "192.0.2.128/25", "192.0.2.127", false },
		{ "192.0.2.128/25", "192.0.2.128", true },
		{ "0.0.0.0/0", "255.255.255.255", true },
		{ "0.0.0.0/0", "::1", false },
		{ "::/0", "2001:db8::1", true },
		{ "::/0", "10.0.0.1", false },
		{ "2001:db8::/33", "2001:db8:7fff::", true },
		{ "2001:db8::/33", "2001:db8:8000::", false },
		{ "192.0.2.1", "192.0.2.1", true },
		{ "192.0.2.1/32", "192.0.2.1", true },
		{ "2001:DB8:0::1", "2001:db8::1", true },
		{ "192.0.2.1", "::ffff:192.0.2.1", true },
		{ "fe80::/10", "fe80::1%eth0", true },
		{ "fe80::1%eth0", "fe80::1%eth0", true },
		{ "fe80::1%eth0", "fe80::1%eth1", false },
		{ "fe80::1%eth0", "fe80::1", false },
		{ "fe80::%eth0/64", "fe80::1%eth0", true },
		{ "fe80::%eth0/64", "fe80::1%eth1", false },
		{ "::/0,!fe80::1%eth0", "fe80::1%eth1", true },
		{ "::/0,!fe80::1%eth0", "fe80::1%eth0", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (matches(cases[i].list, cases[i].address) != cases[i].want)
			fail_msg("%s in %s: want %d", cases[i].address,
			    cases[i].list, cases[i].want);
	}
}

static void
cidr__a_negated_entry_wins_wherever_it_stands(void **state)
{
	(void)state;
	assert_true(matches("10.0.0.0/8,!10.1.0.0/16", "10.2.0.1"));
	assert_false(matches("10.0.0.0/8,!10.1.0.0/16", "10.1.0.1"));
	assert_false(matches("!10.1.0.0/16,10.0.0.0/8", "10.1.0.1"));
	assert_false(matches("!10.1.0.0/16", "10.2.0.1"));
}

static void
cidr__what_is_no_address_is_a_pattern_over_the_text(void **state)
{
	(void)state;
	assert_true(matches("192.0.2.*", "192.0.2.7"));
	assert_true(matches("192.0.2.?", "192.0.2.7"));
	assert_false(matches("192.0.2.?", "192.0.2.77"));
	assert_false(matches("foo/8", "192.0.2.7"));
	assert_true(matches("UNKNOWN", "UNKNOWN"));
	assert_false(matches("0.0.0.0/0", "UNKNOWN"));
}

static void
cidr__a_wrong_prefix_is_bad_and_never_a_network(void **state)
{
	static const char *const bad[] = {
		"10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x",
		"10.0.0.0/-1", "10.0.0.0/8 ", "10.0.0.0/08888", "::/129",
		"2001:db8::1/64", "10.0.0.0/8/8",
	};
	struct cidr cidr;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct bytes found;
		char list[64];

		if (cidr_parse(bytes_str(bad[i]), &cidr) != CIDR_BAD)
			fail_msg("%s", bad[i]);
		assert_false(matches(bad[i], "10.0.0.1"));
		snprintf(list, sizeof(list), "192.0.2.0/24,!%s", bad[i]);
		assert_true(addr_list_find_bad(bytes_str(list), &found));
		assert_int_equal(found.p[0], '!');
	}
}

static void
cidr__every_truncation_parses_or_not_without_harm(void **state)
{
	static const char text[] = "2001:db8:1234:5678:9abc:def0:1.2.3.4/128";
	struct cidr cidr;

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++) {
		char *copy = malloc(n + 1);	/* exact: for valgrind */

		assert_non_null(copy);
		memcpy(copy, text, n);
		(void)cidr_parse(bytes_of(copy, n), &cidr);
		free(copy);
	}
}

static void
cidr__an_empty_list_holds_nobody(void **state)
{
	struct bytes bad;

	(void)state;
	assert_false(matches("", "10.0.0.1"));
	assert_false(addr_list_find_bad(bytes_str(""), &bad));
	assert_true(addr_list_find_bad(bytes_str("10.0.0.1,,::1"), &bad));
	assert_true(addr_list_find_bad(bytes_str("10.0.0.1,"), &bad));
	assert_int_equal(bad.len, 0);
	assert_true(addr_list_find_bad(bytes_str(","), &bad));
	assert_true(addr_list_find_bad(bytes_str("!"), &bad));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cidr__networks_hold_their_addresses_and_no_others),
		TEST(cidr__a_negated_entry_wins_wherever_it_stands),
		TEST(cidr__what_is_no_address_is_a_pattern_over_the_text),
		TEST(cidr__a_wrong_prefix_is_bad_and_never_a_network),
		TEST(cidr__every_truncation_parses_or_not_without_harm),
		TEST(cidr__an_empty_list_holds_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
