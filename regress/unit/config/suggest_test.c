/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include "lib/base/compiler.h"
#include "sshd/config/keywords.h"
#include "sshd/config/suggest.h"

static void
suggest__slips_of_the_finger_find_their_keyword(void **state)
{
	static const struct {
		const char *typed, *want;
	} cases[] = {
		{ "PermitRootLogn", "PermitRootLogin" },
		{ "permitrotologin", "PermitRootLogin" },
		{ "Prot", "Port" },
		{ "PasswordAuthentification", "PasswordAuthentication" },
		{ "Subsytem", "Subsystem" },
		{ "Includ", "Include" },
		{ "Mach", "Match" },
		{ "AllowTCPFowarding", "AllowTcpForwarding" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *got = keyword_suggest(cases[i].typed);

		if (got == NULL || strcmp(got, cases[i].want) != 0)
			fail_msg("%s: want %s, got %s", cases[i].typed,
			    cases[i].want, got == NULL ? "nothing" : got);
	}
}

static void
suggest__what_resembles_nothing_gets_no_suggestion(void **state)
{
	char name[5000];

	(void)state;
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_null(keyword_suggest(name));
	assert_null(keyword_suggest(""));
	assert_null(keyword_suggest("Frobnicate"));
	assert_null(keyword_suggest("#"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(suggest__slips_of_the_finger_find_their_keyword),
		TEST(suggest__what_resembles_nothing_gets_no_suggestion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
