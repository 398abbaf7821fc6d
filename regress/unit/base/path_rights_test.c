/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <string.h>

#include "lib/base/compiler.h"
#include "lib/base/path_rights.h"

static bool
parse(const char *word, struct path_rule *rule, const char **reason)
{
	return path_rule_parse(bytes_str(word), rule, reason);
}

static size_t
parse_all(const char *const *words, struct path_rule *rules)
{
	size_t count = 0;
	const char *reason;

	for (; words[count] != NULL; count++) {
		if (!parse(words[count], &rules[count], &reason))
			fail_msg("%s: %s", words[count], reason);
	}
	return count;
}

static void
path_rule_parse__reads_pattern_and_rights(void **state)
{
	static const struct {
		const char *word, *pattern;
		uint32_t rights;
	} rows[] = {
		{ "/=list", "/", RIGHT_LIST },
		{ "/**=all", "/**", RIGHT_ALL },
		{ "/a=b/c=read,write", "/a=b/c", RIGHT_READ | RIGHT_WRITE },
		{ "/a/*.csv=create,rename,delete", "/a/*.csv", RIGHT_CREATE |
		    RIGHT_RENAME | RIGHT_DELETE },
		{ "/x y=mkdir,link,symlink,setattr", "/x y", RIGHT_MKDIR |
		    RIGHT_LINK | RIGHT_SYMLINK | RIGHT_SETATTR },
		{ "/a=none", "/a", 0 }, { "/a=read,none", "/a", RIGHT_READ },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct path_rule rule;
		const char *reason = "";

		if (!parse(rows[i].word, &rule, &reason) ||
		    !bytes_is(rule.pattern, rows[i].pattern) ||
		    rule.rights != rows[i].rights)
			fail_msg("%s: %s", rows[i].word, reason);
	}
}

static void
path_rule_parse__refuses_what_it_can_not_keep(void **state)
{
	static const char *const words[] = {
		"", "=", "=read", "/a", "a=read", "/a/=read", "//a=read",
		"/a//b=read", "/./a=read", "/a/..=read", "/a**=read",
		"/a/**b=read", "/a/***=read", "/a=", "/a=,read", "/a=read,",
		"/a=read,,write", "/a=Read", "/a=read write", "/=read=",
	};
	char deep[2 * (PATH_PATTERN_MAX + 1) + sizeof("=read")] = "";
	struct path_rule rule;
	const char *reason;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		reason = NULL;
		if (parse(words[i], &rule, &reason) || reason == NULL)
			fail_msg("%s", words[i]);
	}
	for (size_t i = 0; i < PATH_PATTERN_MAX; i++)
		memcpy(deep + 2 * i, "/a", 3);
	strcat(deep, "=read");
	assert_true(parse(deep, &rule, &reason));
	memcpy(deep + 2 * PATH_PATTERN_MAX, "/a=read", sizeof("/a=read"));
	assert_false(parse(deep, &rule, &reason));
}

static void
path_rights_of__patterns_stand_for_components(void **state)
{
	static const struct {
		const char *pattern, *path;
		bool fits;
	} rows[] = {
		{ "/", "/", true }, { "/", "/a", false },
		{ "/**", "/", true }, { "/**", "/a/b/c", true },
		{ "/in/**", "/in", true }, { "/in/**", "/in/x", true },
		{ "/in/**", "/inner", false }, { "/in/**", "/", false },
		{ "/*", "/a", true }, { "/*", "/a/b", false },
		{ "/*", "/", false }, { "/*.part", "/x.part", true },
		{ "/*.part", "/a/x.part", false }, { "/?", "/a", true },
		{ "/?", "/ab", false }, { "/**/x", "/x", true },
		{ "/**/x", "/a/b/x", true }, { "/**/x", "/x/a", false },
		{ "/a/**/b/**/c", "/a/b/b/c", true },
		{ "/a/**/b/**/c", "/a/c", false },
		{ "/**/a/*/b", "/a/a/a/b", true },
		{ "/a", "/A", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct path_rule rule = {
			.pattern = bytes_str(rows[i].pattern), .rights = 7,
		};

		if (path_rights_of(&rule, 1, rows[i].path) !=
		    (rows[i].fits ? 7 : 0))
			fail_msg("%s against %s", rows[i].pattern,
			    rows[i].path);
	}
}

static void
path_rights_of__the_first_rule_that_fits_decides(void **state)
{
	static const char *const words[] = {
		"/a/secret/**=none", "/a/**=read", "/**=list", NULL,
	};
	struct path_rule rules[3];
	size_t count = parse_all(words, rules);

	(void)state;
	assert_int_equal(path_rights_of(rules, count, "/a/secret/x"), 0);
	assert_int_equal(path_rights_of(rules, count, "/a/x"), RIGHT_READ);
	assert_int_equal(path_rights_of(rules, count, "/b"), RIGHT_LIST);
	assert_int_equal(path_rights_of(rules, 0, "/b"), 0);
}

static void
path_rights_below__is_false_where_rules_differ(void **state)
{
	static const char *const words[] = {
		"/a/secret/**=none", "/**/x.part=write", "/b/c/**=read",
		"/a/**=read", NULL,
	}, *const plain[] = { "/b/c/**=read", "/a/*=write", NULL };
	struct path_rule rules[4];
	size_t count = parse_all(words, rules);
	uint32_t rights;

	(void)state;
	assert_true(path_rights_below(rules, count, "/a/secret", &rights));
	assert_int_equal(rights, 0);
	assert_true(path_rights_below(rules, count, "/a/secret/d", &rights));
	/* a later rule of all files would lose to the one of x.part */
	assert_false(path_rights_below(rules, count, "/a", &rights));
	assert_false(path_rights_below(rules, count, "/b/c/d", &rights));
	assert_false(path_rights_below(rules, count, "/", &rights));
	count = parse_all(plain, rules);
	assert_true(path_rights_below(rules, count, "/b/c", &rights));
	assert_int_equal(rights, RIGHT_READ);
	assert_false(path_rights_below(rules, count, "/b", &rights));
	assert_false(path_rights_below(rules, count, "/a", &rights));
	/* nothing is said about what lies below */
	assert_true(path_rights_below(rules, count, "/a/x", &rights));
	assert_int_equal(rights, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(path_rule_parse__reads_pattern_and_rights),
		TEST(path_rule_parse__refuses_what_it_can_not_keep),
		TEST(path_rights_of__patterns_stand_for_components),
		TEST(path_rights_of__the_first_rule_that_fits_decides),
		TEST(path_rights_below__is_false_where_rules_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
