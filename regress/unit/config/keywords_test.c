/* SPDX-License-Identifier: ISC */
#include "unit/config/config_util.h"

#include <ctype.h>
#include <strings.h>

#include "lib/base/compiler.h"
#include "sshd/config/evaluate.h"
#include "sshd/config/keywords.h"
#include "sshd/config/value.h"

static void
keywords__each_name_stands_once_in_all_tables(void **state)
{
	const char *names[256];
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < keyword_count; i++)
		names[count++] = keywords[i].name;
	for (size_t i = 0; i < keyword_alias_count; i++)
		names[count++] = keyword_aliases[i].name;
	for (size_t i = 0; i < keyword_gone_count; i++)
		names[count++] = keywords_gone[i].name;
	names[count++] = "Match";
	names[count++] = "Include";
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(strcasecmp(names[i], names[j]),
			    0);
	}
}

static void
keywords__each_row_is_complete(void **state)
{
	(void)state;
	for (size_t i = 0; i < keyword_count; i++) {
		const struct keyword *kw = &keywords[i];
		uint8_t scope;

		if (kw->type == NULL || kw->type->parse == NULL ||
		    kw->type->print == NULL || kw->help == NULL ||
		    kw->help[0] == '\0' || kw->size == 0 ||
		    (size_t)kw->offset + kw->size > sizeof(struct conf) ||
		    kw->min > kw->max)
			fail_msg("%s", kw->name);
		if (value_grows(kw) && kw->type->count == NULL)
			fail_msg("%s has no count", kw->name);
		assert_int_equal(keyword_find(kw->name, &scope), i);
		assert_int_equal(scope, kw->scope);
		for (size_t j = 0; j < i; j++) {
			if (keywords[j].offset == kw->offset)
				fail_msg("%s and %s share a field", kw->name,
				    keywords[j].name);
		}
	}
}

static void
keywords__each_default_passes_its_own_checks(void **state)
{
	(void)state;
	for (size_t i = 0; i < keyword_count; i++) {
		struct arena *arena = arena_new();
		struct conf conf = { .arena = NULL };
		char reason[VALUE_REASON_MAX] = "";
		uint32_t parts = 0;

		if (!evaluate_default(&keywords[i], arena, &conf, &parts,
		    reason))
			fail_msg("%s: %s", keywords[i].name, reason);
		arena_free(arena);
	}
}

static void
keywords__each_alias_leads_to_a_keyword(void **state)
{
	uint8_t scope;

	(void)state;
	for (size_t i = 0; i < keyword_alias_count; i++) {
		size_t id = keyword_find(keyword_aliases[i].name, &scope);

		assert_int_not_equal(id, KEYWORD_NONE);
		assert_string_equal(keywords[id].name,
		    keyword_aliases[i].target);
		assert_int_equal(scope, keyword_aliases[i].scope);
	}
	assert_int_equal(keyword_find("NoSuchKeyword", &scope), KEYWORD_NONE);
}

/* The sheet's count: 103, of which 8 are of builds with GSSAPI; and ours. */
static void
keywords__all_live_keywords_are_there(void **state)
{
	size_t elsewhere = 0;

	(void)state;
	for (size_t i = 0; i < keyword_gone_count; i++)
		elsewhere += keywords_gone[i].fate == FATE_UNSUPPORTED;
	assert_int_equal(keyword_count, 103 - 8 + 3 + 5);
	assert_int_equal(elsewhere, 8 + 8);	/* and vendors' eight */
}

/* Without a file: one line or more for each default, in table order. */
static void
keywords__defaults_print_in_the_order_of_the_table(void **state)
{
	static const char *const order[] = {
		"port 22\n", "addressfamily any\n", "listenaddress ",
		"usepam no\n", "logingracetime 120\n", "maxauthtries 6\n",
		"streamlocalbindmask 0177\n", "unusedconnectiontimeout none\n",
		"permitrootlogin prohibit-password\n", "printlastlog yes\n",
		"fingerprinthash SHA256\n", "pidfile ", "ciphers ", "macs ",
		"banner none\n", "kexalgorithms ", "loglevel INFO\n",
		"authorizedkeysfile .ssh/authorized_keys "
		    ".ssh/authorized_keys2\n",
		"hostkey ", "authenticationmethods any\n",
		"channeltimeout none\n", "maxstartups 10:30:100\n",
		"persourcenetblocksize 32:128\n", "ipqos ef cs0\n",
		"rekeylimit 0 0\n", "permitopen any\n", "permitlisten any\n",
		"permituserenvironment no\n", "pubkeyauthoptions none\n",
		"persourcepenalties crash:90.000000 authfail:5.000000 "
		    "noauth:1.000000 invaliduser:5.000000 "
		    "grace-exceeded:10.000000 refuseconnection:10.000000 "
		    "max:600.000000 min:15.000000 max-sources4:65536 "
		    "max-sources6:65536 overflow:permissive "
		    "overflow6:permissive\n",
		"logforwards yes\n", "sessionidletimeout none\n",
		"sessionmaxduration none\n",
		"sftproot none\n", "sftprights none\n", "sftpupload direct\n",
		"sftpmodes none\n", "sftpaudit yes\n",
	};
	struct fixture *f = *state;
	struct conf conf = fixture_conf(f, "", NULL);
	char *text = conf_text(&conf);
	const char *at = text;

	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		const char *found = strstr(at, order[i]);

		if (found == NULL || (found != text && found[-1] != '\n'))
			fail_msg("%s not behind the line before:\n%s",
			    order[i], at);
		at = found + strlen(order[i]);
	}
	assert_int_equal(*at, '\0');
	free(text);
	conf_clear(&conf);
}

static void
keywords__names_are_printed_in_lower_case(void **state)
{
	struct fixture *f = *state;
	struct conf conf = fixture_conf(f, "", NULL);
	char *text = conf_text(&conf);

	for (const char *p = text; p != NULL && *p != '\0';
	    p = strchr(p, '\n') + 1) {
		for (const char *c = p; *c != ' '; c++)
			assert_true(islower((unsigned char)*c) ||
			    isdigit((unsigned char)*c));
	}
	free(text);
	conf_clear(&conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keywords__each_name_stands_once_in_all_tables),
		TEST(keywords__each_row_is_complete),
		TEST(keywords__each_default_passes_its_own_checks),
		TEST(keywords__each_alias_leads_to_a_keyword),
		TEST(keywords__all_live_keywords_are_there),
		TEST_IN_DIR(
		    keywords__defaults_print_in_the_order_of_the_table),
		TEST_IN_DIR(keywords__names_are_printed_in_lower_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
