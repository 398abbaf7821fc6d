/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <stdio.h>
#include <string.h>

#include "monitor/peer_name.h"

static void
peer_name_clean__only_host_names_in_lower_case(void **state)
{
	static const struct {
		const char *name, *want;	/* NULL: refused */
	} rows[] = {
		{ "a.example.org", "a.example.org" },
		{ "A.Example.ORG.", "a.example.org" },
		{ "my_host-1", "my_host-1" },
		{ "", NULL }, { ".", NULL }, { ".a", NULL }, { "-a", NULL },
		{ "a b", NULL }, { "a,b", NULL }, { "!a", NULL },
		{ "*.org", NULL }, { "a\nb", NULL }, { "a\xc3\xa9", NULL },
		{ "::1", NULL }, { "a/24", NULL }, { "a@b", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char name[64];

		snprintf(name, sizeof(name), "%s", rows[i].name);
		assert_int_equal(peer_name_clean(name), rows[i].want != NULL);
		if (rows[i].want != NULL)
			assert_string_equal(name, rows[i].want);
	}
}

static void
peer_name_find__a_pipe_has_none(void **state)
{
	struct peer peer;

	(void)state;
	peer_init(&peer);
	peer_name_find(&peer, -1);
	assert_string_equal(peer.name, "UNKNOWN");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(peer_name_clean__only_host_names_in_lower_case),
		TEST(peer_name_find__a_pipe_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
