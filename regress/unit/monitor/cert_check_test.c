/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include "lib/wire/writer.h"
#include "monitor/cert_check.h"

#define NOW	1700000000

static struct bytes
principals_of(const char *const *names, size_t count, uint8_t buf[static 256])
{
	struct writer w = wr_init(buf, 256);

	for (size_t i = 0; i < count; i++)
		wr_cstring(&w, names[i]);
	return wr_view(&w);
}

static void
cert_find_fault__kind_time_and_names_in_this_order(void **state)
{
	static const char *const names[] = { "ops", "fred" };
	static const struct {
		uint32_t type;
		uint64_t after, before;
		size_t count;
		const char *name, *want;
	} rows[] = {
		{ CERT_USER, NOW, NOW + 1, 2, "fred", NULL },
		{ CERT_USER, 0, UINT64_MAX, 2, "ops", NULL },
		{ CERT_USER, 0, UINT64_MAX, 1, NULL, NULL },
		{ CERT_HOST, 0, UINT64_MAX, 2, "fred",
		    "Certificate invalid: not a user certificate" },
		{ CERT_HOST, NOW + 1, NOW, 0, "x",
		    "Certificate invalid: not a user certificate" },
		{ CERT_USER, NOW + 1, UINT64_MAX, 0, "x",
		    "Certificate invalid: not yet valid" },
		{ CERT_USER, 0, NOW, 0, "x", "Certificate invalid: expired" },
		{ CERT_USER, 0, 0, 2, "fred", "Certificate invalid: expired" },
		{ CERT_USER, 0, UINT64_MAX, 0, "x",
		    "Certificate lacks principal list" },
		{ CERT_USER, 0, UINT64_MAX, 0, NULL,
		    "Certificate lacks principal list" },
		{ CERT_USER, 0, UINT64_MAX, 1, "fred",
		    "Certificate invalid: name is not a listed principal" },
		{ CERT_USER, 0, UINT64_MAX, 2, "",
		    "Certificate invalid: name is not a listed principal" },
		{ CERT_USER, 0, UINT64_MAX, 2, "fre",
		    "Certificate invalid: name is not a listed principal" },
	};
	uint8_t buf[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct cert cert = {
			.type = rows[i].type, .valid_after = rows[i].after,
			.valid_before = rows[i].before,
			.principals = principals_of(names, rows[i].count,
			    buf),
		};
		const char *fault = cert_find_fault(&cert, rows[i].name, NOW);

		if (rows[i].want == NULL) {
			assert_null(fault);
			continue;
		}
		assert_non_null(fault);
		assert_string_equal(fault, rows[i].want);
	}
}

static void
cert_lists_any__compares_whole_names(void **state)
{
	static const char *const names[] = { "ops", "a,b", "" };
	static const struct { const char *list; bool want; } rows[] = {
		{ "ops", true }, { "web,ops", true }, { "web", false },
		{ "op", false }, { "opss", false }, { "OPS", false },
		{ "*", false }, { "!ops", false }, { "", false },
		{ "a,c", false },	/* "a,b" is one name of the list */
		{ ",web", false },	/* an empty name is nobody's */
	};
	uint8_t buf[256];
	const struct cert cert = {
		.principals = principals_of(names, ARRAY_LEN(names), buf),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (cert_lists_any(&cert, rows[i].list) != rows[i].want)
			fail_msg("%s", rows[i].list);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cert_find_fault__kind_time_and_names_in_this_order),
		TEST(cert_lists_any__compares_whole_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
