/* SPDX-License-Identifier: ISC */
#include "unit/keys/keys_util.h"

#include <stdlib.h>
#include <strings.h>
#include <time.h>

#include "keys/authorized_keys.h"
#include "unit/keys/samples.h"

#define LINE_CAP	1024

/* One line "OPTIONS KEY"; the result's options are the caller's. */
static enum key_line
parse(const char *options_text, struct key_options *options,
    const char **reason)
{
	static char line[262144];
	struct pubkey *key;
	enum key_line result;
	int n = snprintf(line, sizeof(line), "%s %s", options_text,
	    sample_ed_pub);

	assert_true(n > 0 && (size_t)n < sizeof(line));
	result = key_line_parse(bytes_str(line), &key, options, reason);
	pubkey_free(key);
	return result;
}

static void
parse_good(const char *text, struct key_options *options)
{
	const char *reason = NULL;

	if (parse(text, options, &reason) != KEY_LINE_KEY)
		fail_msg("%s: %s", text, reason);
}

/* ---- lines -------------------------------------------------------------- */

static void
key_line__without_options_permits_everything(void **state)
{
	struct key_options o;
	struct pubkey *key;
	const char *reason;

	(void)state;
	assert_int_equal(key_line_parse(bytes_str(sample_ed_pub), &key, &o,
	    &reason), KEY_LINE_KEY);
	assert_true(o.port_forwarding && o.agent_forwarding &&
	    o.x11_forwarding && o.pty && o.user_rc);
	assert_false(o.restricted || o.no_touch_required ||
	    o.verify_required || o.cert_authority);
	assert_null(o.command);
	assert_null(o.from);
	assert_null(o.principals);
	assert_true(o.expiry == 0 && o.tunnel == -1);
	assert_int_equal(o.environment.count, 0);
	pubkey_free(key);
	key_options_clear(&o);
}

static void
key_line__blank_and_comment_lines_are_empty(void **state)
{
	static const char *const lines[] = {
		"", " ", "\t \t", "#", "# ssh-ed25519 AAAA", "  # x", "\r",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct key_options o;
		struct pubkey *key;
		const char *reason;

		assert_int_equal(key_line_parse(bytes_str(lines[i]), &key,
		    &o, &reason), KEY_LINE_EMPTY);
	}
}

static void
key_line__blanks_and_windows_line_ends_do_not_matter(void **state)
{
	static const char *const forms[] = {
		"%s", " \t%s", "%s  ", "%s\r", "no-pty %s", "no-pty\t \t%s\r",
		"\tno-pty  %s more words",
	};
	char line[LINE_CAP];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct key_options o;
		struct pubkey *key;
		const char *reason;
		int n;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		n = snprintf(line, sizeof(line), forms[i], sample_ec_pub);
#pragma GCC diagnostic pop
		assert_true(n > 0);
		assert_int_equal(key_line_parse(bytes_str(line), &key, &o,
		    &reason), KEY_LINE_KEY);
		assert_int_equal(o.pty, strstr(line, "no-pty") == NULL);
		pubkey_free(key);
		key_options_clear(&o);
	}
}

static void
key_line__without_a_key_is_bad(void **state)
{
	static const char *const lines[] = {
		"ssh-ed25519", "ssh-ed25519 ", "ssh-ed25519 AAAA",
		"ssh-dss AAAAB3NzaC1kc3MAAACBAP8= old",
		"no-pty", "no-pty ", "no-pty ssh-ed25519",
		"no-pty,command=\"x", "\"", "no-pty no-pty ssh-ed25519 AAAA",
		"rsa-sha2-512 AAAAC3NzaC1lZDI1NTE5AAAAIHT5/ICKc/UTvFd1EKCs7Z"
		    "owOXG91SnaqNoxzgQUA/iN",
		"command=\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHT5/ICKc/UTv"
		    "Fd1EKCs7ZowOXG91SnaqNoxzgQUA/iN\"",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct key_options o;
		struct pubkey *key;
		const char *reason = NULL;

		if (key_line_parse(bytes_str(lines[i]), &key, &o, &reason) !=
		    KEY_LINE_BAD)
			fail_msg("%s", lines[i]);
		assert_non_null(reason);
		assert_null(key);
	}
}

static void
key_line__with_bad_options_still_says_which_key_it_is_about(void **state)
{
	static const char *const options[] = {
		"frob", "no-pty,no", "from=\"127.0.0.1/8\"", "principals=\"a\"",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		struct pubkey *key, *same;
		struct key_options o, none;
		const char *reason;
		char line[LINE_CAP];
		int n = snprintf(line, sizeof(line), "%s %s", options[i],
		    sample_ed_pub);

		assert_int_equal(key_line_parse(bytes_of(line, (size_t)n),
		    &key, &o, &reason), KEY_LINE_BAD);
		assert_int_equal(key_line_parse(bytes_str(sample_ed_pub),
		    &same, &none, &reason), KEY_LINE_KEY);
		assert_non_null(key);
		assert_true(pubkey_equal_plain(key, same));
		pubkey_free(key);
		pubkey_free(same);
		key_options_clear(&none);
	}
}

static void
key_line__a_nul_is_never_skipped_over(void **state)
{
	char line[LINE_CAP];
	int n = snprintf(line, sizeof(line), "command=\"a_b\",no-pty %s",
	    sample_ed_pub);

	(void)state;
	for (int i = 0; i < n && line[i] != ' '; i++) {
		struct key_options o;
		struct pubkey *key;
		const char *reason;
		char was = line[i];

		line[i] = '\0';
		assert_int_equal(key_line_parse(bytes_of(line, (size_t)n),
		    &key, &o, &reason), KEY_LINE_BAD);
		pubkey_free(key);
		line[i] = was;
	}
}

/* ---- options ------------------------------------------------------------ */

static void
key_options__bad_options_spoil_the_line(void **state)
{
	static const struct {
		const char *text, *reason;
	} cases[] = {
		{ "nosuch", "unknown key option" },
		{ "no-", "unknown key option" },
		{ "ptyx", "unknown key option" },
		{ "no-restrict", "unknown key option" },
		{ "no-cert-authority", "unknown key option" },
		{ "no-no-pty", "unknown key option" },
		{ "no-pty,, ,user-rc", "no key that is supported" },
		{ "pty=\"yes\"", "unknown key option" },
		{ "no-command=\"x\"", "unknown key option" },
		{ "command", "unknown key option" },
		{ "command=", "missing start quote" },
		{ "command=x", "missing start quote" },
		{ "command=\"x\"y", "unknown key option" },
		{ "command=\"x\" ,pty", "no key that is supported" },
		{ "command=\"a\",command=\"a\"", "command given twice" },
		{ "cert-authority,principals=\"a\",principals=\"a\"",
		    "principals given twice" },
		{ "principals=\"a\"", "principals without cert-authority" },
		{ "sftp-root=\"/a\",sftp-root=\"/a\"",
		    "sftp-root given twice" },
		{ "sftp-root=\"\"", "invalid sftp-root" },
		{ "sftp-root=\"a/b\"", "invalid sftp-root" },
		{ "sftp-root=\"/a/%z\"", "invalid sftp-root" },
		{ "sftp-root=\"/a%\"", "invalid sftp-root" },
		{ "from=\"a\",from=\"a\"", "from given twice" },
		{ "from=\"10.0.0.0/33\"", "invalid from list" },
		{ "from=\"10.0.0.1/8\"", "invalid from list" },
		{ "from=\"a,,b\"", "invalid from list" },
		{ "expiry-time=\"\"", "invalid expiry-time" },
		{ "expiry-time=\"0\"", "invalid expiry-time" },
		{ "expiry-time=\"20200230\"", "invalid expiry-time" },
		{ "environment=\"=x\"", "invalid environment string" },
		{ "environment=\"A\"", "invalid environment string" },
		{ "environment=\"A-B=x\"", "invalid environment string" },
		{ "permitopen=\"host\"", "invalid permitopen" },
		{ "permitopen=\"host:0\"", "invalid permitopen" },
		{ "permitopen=\"host:65536\"", "invalid permitopen" },
		{ "permitopen=\":\"", "invalid permitopen" },
		{ "permitopen=\"22\"", "invalid permitopen" },
		{ "permitopen=\"\"", "invalid permitopen" },
		{ "permitlisten=\"\"", "invalid permitlisten" },
		{ "permitlisten=\"host:\"", "invalid permitlisten" },
		{ "permitlisten=\"99999\"", "invalid permitlisten" },
		{ "tunnel=\"\"", "invalid tun device" },
		{ "tunnel=\"-1\"", "invalid tun device" },
		{ "tunnel=\"2147483646\"", "invalid tun device" },
		{ "tunnel=\"99999999999\"", "invalid tun device" },
		{ "tunnel=\"Any\"", "invalid tun device" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct key_options o;
		const char *reason = NULL;

		if (parse(cases[i].text, &o, &reason) != KEY_LINE_BAD)
			fail_msg("%s was taken", cases[i].text);
		assert_string_equal(reason, cases[i].reason);
	}
}

static void
key_options__commas_may_have_nothing_between_them(void **state)
{
	static const char *const texts[] = {
		"no-pty,", ",no-pty", "no-pty,,no-user-rc", ",,no-pty,,",
	};
	struct key_options o;
	const char *reason;
	struct bytes rest;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		parse_good(texts[i], &o);
		assert_false(o.pty);
		assert_true(o.port_forwarding);
		key_options_clear(&o);
	}
	parse_good(",", &o);
	assert_true(o.pty);
	key_options_clear(&o);
	/* but no comma is the last of a text without a key */
	assert_false(key_options_parse(BYTES_LIT("no-pty,"), &o, &rest,
	    &reason));
	assert_string_equal(reason, "unexpected end of options");
}

static void
key_options__flags_take_effect_in_order_and_any_case(void **state)
{
	static const struct {
		const char *text;
		bool port, agent, x11, pty, rc, no_touch, verify;
	} cases[] = {
		{ "no-port-forwarding", 0, 1, 1, 1, 1, 0, 0 },
		{ "no-agent-forwarding", 1, 0, 1, 1, 1, 0, 0 },
		{ "no-X11-forwarding", 1, 1, 0, 1, 1, 0, 0 },
		{ "NO-x11-FORWARDING", 1, 1, 0, 1, 1, 0, 0 },
		{ "no-pty", 1, 1, 1, 0, 1, 0, 0 },
		{ "no-user-rc", 1, 1, 1, 1, 0, 0, 0 },
		{ "no-touch-required", 1, 1, 1, 1, 1, 1, 0 },
		{ "no-touch-required,touch-required", 1, 1, 1, 1, 1, 0, 0 },
		{ "verify-required", 1, 1, 1, 1, 1, 0, 1 },
		{ "verify-required,no-verify-required",
		    1, 1, 1, 1, 1, 0, 0 },
		{ "no-pty,pty", 1, 1, 1, 1, 1, 0, 0 },
		{ "pty,no-pty", 1, 1, 1, 0, 1, 0, 0 },
		{ "restrict", 0, 0, 0, 0, 0, 0, 0 },
		{ "restrict,pty", 0, 0, 0, 1, 0, 0, 0 },
		{ "Restrict,Port-Forwarding", 1, 0, 0, 0, 0, 0, 0 },
		{ "pty,restrict", 0, 0, 0, 0, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct key_options o;

		parse_good(cases[i].text, &o);
		if (o.port_forwarding != cases[i].port ||
		    o.agent_forwarding != cases[i].agent ||
		    o.x11_forwarding != cases[i].x11 ||
		    o.pty != cases[i].pty || o.user_rc != cases[i].rc ||
		    o.no_touch_required != cases[i].no_touch ||
		    o.verify_required != cases[i].verify ||
		    o.restricted != (strncasecmp(cases[i].text, "restrict",
		    8) == 0 || strstr(cases[i].text, ",restrict") != NULL))
			fail_msg("%s", cases[i].text);
		key_options_clear(&o);
	}
}

static void
key_options__quotes_keep_blanks_commas_and_backslashes(void **state)
{
	static const struct {
		const char *text, *command;
	} cases[] = {
		{ "command=\"\"", "" },
		{ "command=\"a b\tc\"", "a b\tc" },
		{ "command=\"a,b=c\"", "a,b=c" },
		{ "command=\"say \\\"hi\\\" now\"", "say \"hi\" now" },
		{ "command=\"a\\\\b\\n\"", "a\\\\b\\n" },
		{ "command=\"\\\" ssh-rsa AAAA\"", "\" ssh-rsa AAAA" },
		{ "COMMAND=\"x\"", "x" },
		{ "no-pty,command=\"x # y\",user-rc", "x # y" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct key_options o;

		parse_good(cases[i].text, &o);
		assert_string_equal(o.command, cases[i].command);
		key_options_clear(&o);
	}
}

static void
key_options__values_are_kept(void **state)
{
	struct key_options o;

	(void)state;
	parse_good("cert-authority,principals=\"a,b\",from=\"10.0.0.0/8,"
	    "!10.1.*,*.example\",permitopen=\"h:22\",permitopen=\"[::1]:*\","
	    "permitopen=\"*:80\",permitlisten=\"8080\",permitlisten=\"*\","
	    "permitlisten=\"localhost:1\",environment=\"A=1\","
	    "environment=\"B=x=\",environment=\"A=2\",environment=\"AB=\","
	    "tunnel=\"3\"", &o);
	assert_true(o.cert_authority);
	assert_string_equal(o.principals, "a,b");
	assert_string_equal(o.from, "10.0.0.0/8,!10.1.*,*.example");
	assert_int_equal(o.permit_open.count, 3);
	assert_string_equal(o.permit_open.v[0], "h:22");
	assert_string_equal(o.permit_open.v[1], "[::1]:*");
	assert_string_equal(o.permit_open.v[2], "*:80");
	assert_int_equal(o.permit_listen.count, 3);
	assert_string_equal(o.permit_listen.v[0], "*:8080");
	assert_string_equal(o.permit_listen.v[1], "*:*");
	assert_string_equal(o.permit_listen.v[2], "localhost:1");
	assert_int_equal(o.environment.count, 3);
	assert_string_equal(o.environment.v[0], "A=1");
	assert_string_equal(o.environment.v[1], "B=x=");
	assert_string_equal(o.environment.v[2], "AB=");
	assert_true(o.tunnel == 3);
	key_options_clear(&o);
	parse_good("tunnel=\"2147483645\",tunnel=\"any\"", &o);
	assert_true(o.tunnel == KEY_TUNNEL_ANY);
	key_options_clear(&o);
}

static void
fill_line(char *out, size_t cap, const char *option, const char *tail,
    size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += (size_t)snprintf(out + n, cap - n, "%s%s=\"a%zu%s\"",
		    i == 0 ? "" : ",", option, i, tail);
	assert_true(n < cap);
}

static void
key_options__lists_have_limits(void **state)
{
	static const struct {
		const char *option, *tail;
		size_t max;
	} cases[] = {
		{ "environment", "=1", KEY_ENVIRONMENT_MAX },
		{ "permitopen", ":1", KEY_PERMIT_MAX },
		{ "permitlisten", ":1", KEY_PERMIT_MAX },
	};
	static char text[200000];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct key_options o;
		const char *reason;

		fill_line(text, sizeof(text), cases[i].option, cases[i].tail,
		    cases[i].max);
		parse_good(text, &o);
		key_options_clear(&o);
		fill_line(text, sizeof(text), cases[i].option, cases[i].tail,
		    cases[i].max + 1);
		assert_int_equal(parse(text, &o, &reason), KEY_LINE_BAD);
	}
}

static void
key_options__rest_begins_behind_the_blank(void **state)
{
	struct key_options o;
	struct bytes rest;
	const char *reason;

	(void)state;
	assert_true(key_options_parse(BYTES_LIT("no-pty,command=\"a b\" \t "
	    "fred x"), &o, &rest, &reason));
	assert_true(bytes_is(rest, "fred x"));
	key_options_clear(&o);
	assert_true(key_options_parse(BYTES_LIT("no-pty"), &o, &rest,
	    &reason));
	assert_int_equal(rest.len, 0);
	key_options_clear(&o);
	assert_false(key_options_parse(BYTES_LIT(""), &o, &rest, &reason));
	assert_false(key_options_parse(BYTES_LIT(" pty"), &o, &rest,
	    &reason));
}

/* ---- expiry ------------------------------------------------------------- */

static void
key_expiry__reads_dates_in_utc(void **state)
{
	static const struct {
		const char *text;
		uint64_t want;		/* 0: refused */
	} cases[] = {
		{ "20200101Z", 1577836800 },
		{ "20200101UTC", 1577836800 },
		{ "202001010001Z", 1577836860 },
		{ "20200101000102Z", 1577836862 },
		{ "20991231235959Z", 4102444799 },
		{ "20240229Z", 1709164800 },
		{ "19700101000001Z", 1 },
		{ "19700101Z", 0 }, { "19691231Z", 0 }, { "20230229Z", 0 },
		{ "20200001Z", 0 }, { "20201301Z", 0 }, { "20200100Z", 0 },
		{ "20200132Z", 0 }, { "202001012400Z", 0 },
		{ "202001010060Z", 0 }, { "20200101000061Z", 0 },
		{ "2020010Z", 0 }, { "202001010Z", 0 }, { "2020010100Z", 0 },
		{ "Z", 0 }, { "UTC", 0 }, { "", 0 }, { "20200101 Z", 0 },
		{ "20200101z", 1577836800 }, { "20200101utc", 1577836800 },
		{ "20200101uz", 0 }, { "-0200101Z", 0 },
		{ "20200101ZZ", 0 }, { "20200101000000GMT", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint64_t got = 0;
		bool ok = key_expiry_parse(bytes_str(cases[i].text), &got);

		if (ok != (cases[i].want != 0) || got != cases[i].want)
			fail_msg("%s: got %llu", cases[i].text,
			    (unsigned long long)got);
	}
}

static void
key_expiry__is_local_time_without_a_zone(void **state)
{
	uint64_t local, utc;

	(void)state;
	assert_int_equal(setenv("TZ", "XYZ-3", 1), 0);	/* east of Greenwich */
	tzset();
	assert_true(key_expiry_parse(BYTES_LIT("202001011200"), &local));
	assert_true(key_expiry_parse(BYTES_LIT("202001011200Z"), &utc));
	assert_true(utc - local == 3 * 3600);
	assert_int_equal(unsetenv("TZ"), 0);
	tzset();
}

static void
key_expiry__the_earliest_of_several_counts(void **state)
{
	struct key_options o;

	(void)state;
	parse_good("expiry-time=\"20300101Z\",expiry-time=\"20200101Z\","
	    "expiry-time=\"20250101Z\"", &o);
	assert_true(o.expiry == 1577836800);
	key_options_clear(&o);
}

/* ---- truncation --------------------------------------------------------- */

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void
key_line__no_truncation_grants_more(void **state)
{
	static const char full[] = "restrict,command=\"a \\\"b\\\" c\","
	    "from=\"10.0.0.0/8\",expiry-time=\"20300101Z\",no-pty,"
	    "permitopen=\"h:22\",verify-required ";
	char line[LINE_CAP];
	struct key_options want;
	size_t len;

	(void)state;
	len = (size_t)snprintf(line, sizeof(line), "%s%s", full,
	    sample_ed_pub);
	parse_good("restrict,command=\"a \\\"b\\\" c\",from=\"10.0.0.0/8\","
	    "expiry-time=\"20300101Z\",no-pty,permitopen=\"h:22\","
	    "verify-required", &want);
	for (size_t n = 0; n < len; n++) {
		uint8_t *cut = exact_copy((uint8_t *)line, n);
		struct key_options o;
		struct pubkey *key;
		const char *reason;
		enum key_line result;

		result = key_line_parse(bytes_of(cut, n), &key, &o, &reason);
		if (result == KEY_LINE_KEY) {
			/* only the comment is shorter */
			assert_true(n >= strlen(full) + 80);
			assert_true(o.restricted && o.verify_required);
			assert_false(o.pty || o.port_forwarding ||
			    o.agent_forwarding || o.x11_forwarding ||
			    o.user_rc);
			assert_true(same_text(o.command, want.command));
			assert_true(same_text(o.from, want.from));
			assert_true(o.expiry == want.expiry);
			assert_int_equal(o.permit_open.count, 1);
			key_options_clear(&o);
		} else
			assert_true(n < strlen(full) + 80);
		pubkey_free(key);
		free(cut);
	}
	key_options_clear(&want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(key_line__without_options_permits_everything),
		TEST(key_line__blank_and_comment_lines_are_empty),
		TEST(key_line__blanks_and_windows_line_ends_do_not_matter),
		TEST(key_line__without_a_key_is_bad),
		TEST(key_line__with_bad_options_still_says_which_key_it_is_about),
		TEST(key_line__a_nul_is_never_skipped_over),
		TEST(key_options__bad_options_spoil_the_line),
		TEST(key_options__commas_may_have_nothing_between_them),
		TEST(key_options__flags_take_effect_in_order_and_any_case),
		TEST(key_options__quotes_keep_blanks_commas_and_backslashes),
		TEST(key_options__values_are_kept),
		TEST(key_options__lists_have_limits),
		TEST(key_options__rest_begins_behind_the_blank),
		TEST(key_expiry__reads_dates_in_utc),
		TEST(key_expiry__is_local_time_without_a_zone),
		TEST(key_expiry__the_earliest_of_several_counts),
		TEST(key_line__no_truncation_grants_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
