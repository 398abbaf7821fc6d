/* SPDX-License-Identifier: ISC */
#include "unit/keys/keys_util.h"

#include "keys/authorized_principals.h"
#include "keys/cert_options.h"

struct pair {
	const char *name;
	struct bytes data;
};

/* Data of an option with a value: one string. */
#define TEXT(s)	BYTES_LIT("\0\0\0" s)
#define NONE	((struct bytes){ 0 })

static void
put_pairs(struct blob *b, const struct pair *pairs, size_t count)
{
	blob_init(b);
	for (size_t i = 0; i < count && pairs[i].name != NULL; i++) {
		wr_cstring(&b->w, pairs[i].name);
		wr_string(&b->w, pairs[i].data);
	}
}

static bool
parse(const struct pair *critical, size_t critical_count,
    const struct pair *extensions, size_t extension_count,
    struct key_options *out, struct bytes *unknown, struct err *err)
{
	static struct blob c, e;
	struct cert cert;

	put_pairs(&c, critical, critical_count);
	put_pairs(&e, extensions, extension_count);
	cert = (struct cert){ .critical = blob_view(&c),
		.extensions = blob_view(&e) };
	return cert_options_parse(&cert, out, unknown, err);
}

static void
cert_options__nothing_is_permitted_unless_granted(void **state)
{
	static const struct pair all[] = {
		{ "permit-X11-forwarding", NONE },
		{ "permit-agent-forwarding", NONE },
		{ "permit-port-forwarding", NONE },
		{ "permit-pty", NONE }, { "permit-user-rc", NONE },
		{ "no-touch-required", NONE },
	};
	struct key_options o;
	struct bytes unknown;
	struct err err;

	(void)state;
	assert_true(parse(NULL, 0, NULL, 0, &o, &unknown, &err));
	assert_false(o.port_forwarding || o.agent_forwarding ||
	    o.x11_forwarding || o.pty || o.user_rc || o.no_touch_required ||
	    o.verify_required);
	assert_true(parse(NULL, 0, all, ARRAY_LEN(all), &o, &unknown, &err));
	assert_true(o.port_forwarding && o.agent_forwarding &&
	    o.x11_forwarding && o.pty && o.user_rc && o.no_touch_required);
}

static void
cert_options__critical_options_are_taken(void **state)
{
	static const struct pair critical[] = {
		{ "force-command", TEXT("\7rm -r x") },
		{ "source-address", TEXT("\16""10.0.0.0/8,::1") },
		{ "verify-required", NONE },
	};
	struct key_options o;
	struct bytes unknown;
	struct err err;

	(void)state;
	assert_true(parse(critical, ARRAY_LEN(critical), NULL, 0, &o,
	    &unknown, &err));
	assert_string_equal(o.command, "rm -r x");
	assert_string_equal(o.source_address, "10.0.0.0/8,::1");
	assert_true(o.verify_required);
	key_options_clear(&o);
}

static void
cert_options__bad_ones_refuse_the_certificate(void **state)
{
	static const struct {
		struct pair critical[2];
		struct pair extension[1];
		enum err_code want;
	} rows[] = {
		{ { { "force-command", NONE } }, { { 0 } }, ERR_SHORT },
		{ { { "force-command", TEXT("\2id!") } }, { { 0 } },
		    ERR_TRAILING },
		{ { { "force-command", TEXT("\3i\0d") } }, { { 0 } },
		    ERR_FORMAT },
		{ { { "force-command", TEXT("\2id") },
		    { "force-command", TEXT("\2id") } }, { { 0 } },
		    ERR_FORMAT },
		{ { { "source-address", TEXT("\3::1") },
		    { "source-address", TEXT("\3::1") } }, { { 0 } },
		    ERR_FORMAT },
		{ { { "source-address", TEXT("\0") } }, { { 0 } },
		    ERR_FORMAT },
		{ { { "source-address", TEXT("\1*") } }, { { 0 } },
		    ERR_FORMAT },
		{ { { "source-address", TEXT("\4!::1") } }, { { 0 } },
		    ERR_FORMAT },
		{ { { "source-address", TEXT("\4,::1") } }, { { 0 } },
		    ERR_FORMAT },
		{ { { "source-address", TEXT("\4::1,") } }, { { 0 } },
		    ERR_FORMAT },
		{ { { "source-address", TEXT("\12""10.0.0.1/8") } },
		    { { 0 } }, ERR_FORMAT },
		{ { { "source-address", TEXT("\5::1%1") } }, { { 0 } },
		    ERR_FORMAT },
		{ { { "verify-required", TEXT("\1x") } }, { { 0 } },
		    ERR_TRAILING },
		{ { { "Force-Command", TEXT("\2id") } }, { { 0 } },
		    ERR_DENIED },
		{ { { "", NONE } }, { { 0 } }, ERR_DENIED },
		{ { { 0 } }, { { "permit-pty", TEXT("\1x") } },
		    ERR_TRAILING },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct key_options o;
		struct bytes unknown;
		struct err err = { 0 };

		if (parse(rows[i].critical, 2, rows[i].extension, 1, &o,
		    &unknown, &err) || err.code != rows[i].want)
			fail_msg("row %zu: %s", i, err_text(&err));
		assert_true(err.code != ERR_DENIED || bytes_is(unknown,
		    rows[i].critical[0].name));
	}
}

static void
cert_options__every_truncation_is_refused(void **state)
{
	static const struct pair pairs[] = {
		{ "force-command", TEXT("\2id") }, { "permit-pty", NONE },
	};
	struct blob critical, extensions;
	struct key_options o;
	struct bytes unknown;
	struct err err;

	(void)state;
	put_pairs(&critical, pairs, 1);
	put_pairs(&extensions, pairs + 1, 1);
	for (size_t n = 1; n < critical.w.len; n++) {
		struct cert cert = { .critical = bytes_of(critical.b, n) };

		assert_false(cert_options_parse(&cert, &o, &unknown, &err));
	}
	for (size_t n = 1; n < extensions.w.len; n++) {
		struct cert cert = { .extensions = bytes_of(extensions.b, n) };

		assert_false(cert_options_parse(&cert, &o, &unknown, &err));
	}
}

static void
cert_options__unknown_extensions_are_walked(void **state)
{
	static const struct pair pairs[] = {
		{ "a@x", NONE }, { "permit-pty", NONE }, { "b@x", TEXT("\1y") },
	};
	struct blob b;
	struct reader cursor;
	struct bytes name;

	(void)state;
	put_pairs(&b, pairs, ARRAY_LEN(pairs));
	cursor = rd_init(blob_view(&b));
	assert_true(cert_unknown_extension(&cursor, &name));
	assert_true(bytes_is(name, "a@x"));
	assert_true(cert_unknown_extension(&cursor, &name));
	assert_true(bytes_is(name, "b@x"));
	assert_false(cert_unknown_extension(&cursor, &name));
}

static void
principal_line__finds_the_name_behind_the_options(void **state)
{
	static const struct {
		const char *line, *name;	/* NULL: empty */
	} rows[] = {
		{ "ops", "ops" }, { "  ops \t\r", "ops" },
		{ "ops # all", "ops" }, { "ops#all", "ops" },
		{ "restrict ops", "ops" },
		{ "command=\"a b\",pty   ops", "ops" },
		{ "", NULL }, { " \t", NULL }, { "# ops", NULL },
		{ " #", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct key_options o;
		struct bytes name;
		const char *reason;
		enum key_line got = principal_line_parse(
		    bytes_str(rows[i].line), &name, &o, &reason);

		if (rows[i].name == NULL) {
			assert_int_equal(got, KEY_LINE_EMPTY);
			continue;
		}
		assert_int_equal(got, KEY_LINE_KEY);
		assert_true(bytes_is(name, rows[i].name));
		key_options_clear(&o);
	}
}

static void
principal_line__what_is_not_understood_is_bad(void **state)
{
	static const char *const lines[] = {
		"all ops", "restrict web ops", "restrict, ops",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct key_options o;
		struct bytes name;
		const char *reason = NULL;

		if (principal_line_parse(bytes_str(lines[i]), &name, &o,
		    &reason) == KEY_LINE_BAD) {
			assert_non_null(reason);
			continue;
		}
		fail_msg("%s", lines[i]);
	}
}

/* They decide as others do, so that a later line can't grant after all. */
static void
principal_line__what_only_keys_may_say_is_told(void **state)
{
	static const struct {
		const char *line, *why;
	} rows[] = {
		{ "cert-authority ops", "cert-authority before a name" },
		{ "cert-authority,principals=\"x\" ops",
		    "cert-authority before a name" },
		{ "principals=\"x\" ops", "principals before a name" },
		{ "restrict ops", NULL }, { "ops", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct key_options o;
		struct bytes name;
		const char *reason = NULL, *why;

		assert_int_equal(principal_line_parse(bytes_str(rows[i].line),
		    &name, &o, &reason), KEY_LINE_KEY);
		assert_true(bytes_is(name, "ops"));
		why = principal_options_misplaced(&o);
		if (rows[i].why == NULL)
			assert_null(why);
		else
			assert_string_equal(why, rows[i].why);
		key_options_clear(&o);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cert_options__nothing_is_permitted_unless_granted),
		TEST(cert_options__critical_options_are_taken),
		TEST(cert_options__bad_ones_refuse_the_certificate),
		TEST(cert_options__every_truncation_is_refused),
		TEST(cert_options__unknown_extensions_are_walked),
		TEST(principal_line__finds_the_name_behind_the_options),
		TEST(principal_line__what_is_not_understood_is_bad),
		TEST(principal_line__what_only_keys_may_say_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
