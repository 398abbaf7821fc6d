/* SPDX-License-Identifier: ISC */
#include "sftp-server/messages.h"

#include "unit/test.h"

struct row {
	uint8_t type;
	const char *name, *extension, *version, *fields;
};

static const struct row rows[] = {
#define X(id, type, name, extension, version, reach, fields, handler)	\
	{ type, name, extension, version, fields },
	SFTP_REQUESTS(X)
#undef X
};

static void
build_field(struct writer *w, char field)
{
	switch (field) {
	case 'P': wr_cstring(w, "path"); break;
	case 'Q': wr_cstring(w, "path2"); break;
	case 'H': wr_cstring(w, "hand"); break;
	case 'I': wr_cstring(w, "hand2"); break;
	case 'D': wr_cstring(w, "data"); break;
	case 'E': wr_cstring(w, "data2"); break;
	case 'O': wr_u64(w, 0x0102030405060708); break;
	case 'M': wr_u64(w, 0x1112131415161718); break;
	case 'N': wr_u64(w, 0x2122232425262728); break;
	case 'F': wr_u32(w, 0x31323334); break;
	case 'A':
		wr_u32(w, SFTP_ATTR_SIZE | SFTP_ATTR_OWNER | SFTP_ATTR_MODE |
		    SFTP_ATTR_TIMES | SFTP_ATTR_EXTENDED);
		wr_u64(w, 1);
		wr_u32(w, 2);
		wr_u32(w, 3);
		wr_u32(w, 0644);
		wr_u32(w, 5);
		wr_u32(w, 6);
		wr_u32(w, 1);
		wr_cstring(w, "type");
		wr_cstring(w, "data");
		break;
	default: fail_msg("field %c", field);
	}
}

static struct bytes
build(const struct row *row, uint8_t *buf, size_t cap)
{
	struct writer w = wr_init(buf, cap);

	for (const char *f = row->fields; *f != '\0'; f++)
		build_field(&w, *f);
	assert_false(w.full);
	return wr_view(&w);
}

static bool
parse(unsigned kind, struct bytes b, struct sftp_request *q, struct err *err)
{
	struct reader r = rd_init(b);

	*q = (struct sftp_request){ .kind = (enum sftp_request_id)kind };
	return sftp_request_parse(&r, q, err);
}

static void
assert_field(const struct sftp_request *q, char field)
{
	switch (field) {
	case 'P': assert_true(bytes_is(q->peer_path, "path")); break;
	case 'Q': assert_true(bytes_is(q->peer_path2, "path2")); break;
	case 'H': assert_true(bytes_is(q->peer_handle, "hand")); break;
	case 'I': assert_true(bytes_is(q->peer_handle2, "hand2")); break;
	case 'D': assert_true(bytes_is(q->data, "data")); break;
	case 'E': assert_true(bytes_is(q->data2, "data2")); break;
	case 'O': assert_true(q->offset == 0x0102030405060708); break;
	case 'M': assert_true(q->offset2 == 0x1112131415161718); break;
	case 'N': assert_true(q->length == 0x2122232425262728); break;
	case 'F': assert_true(q->number == 0x31323334); break;
	case 'A':
		assert_true(q->attrs.size == 1 && q->attrs.uid == 2 &&
		    q->attrs.gid == 3 && q->attrs.mode == 0644 &&
		    q->attrs.atime == 5 && q->attrs.mtime == 6);
		break;
	}
}

static void
sftp_request__every_row_comes_back_as_sent(void **state)
{
	struct sftp_request q;
	struct err err;
	uint8_t buf[256];

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(parse(i, build(&rows[i], buf, sizeof(buf)), &q,
		    &err));
		for (const char *f = rows[i].fields; *f != '\0'; f++)
			assert_field(&q, *f);
	}
}

static void
sftp_request__every_truncation_is_rejected(void **state)
{
	struct sftp_request q;
	struct err err;
	uint8_t buf[256];

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(rows); i++) {
		struct bytes all = build(&rows[i], buf, sizeof(buf));

		for (size_t n = 0; n < all.len; n++) {
			assert_false(parse(i, bytes_of(all.p, n), &q, &err));
			assert_int_equal(err.code, ERR_SHORT);
		}
	}
}

static void
sftp_request__a_trailing_byte_is_left_alone(void **state)
{
	struct sftp_request q;
	struct err err;
	uint8_t buf[256] = { 0 };

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(rows); i++) {
		struct bytes all = build(&rows[i], buf, sizeof(buf) - 1);

		if (!parse(i, bytes_of(all.p, all.len + 1), &q, &err))
			fail_msg("%u: %s", i, err_text(&err));
	}
}

static void
sftp_request__a_handle_of_257_bytes_is_rejected(void **state)
{
	uint8_t buf[512], handle[SFTP_HANDLE_MAX + 1] = { 0 };
	struct writer w = wr_init(buf, sizeof(buf));
	struct sftp_request q;
	struct err err;

	(void)state;
	wr_string(&w, bytes_of(handle, sizeof(handle)));
	assert_false(parse(SFTP_CLOSE, wr_view(&w), &q, &err));
	assert_int_equal(err.code, ERR_RANGE);
	assert_string_equal(err.what, "handle");
}

static void
sftp_attrs__a_count_of_pairs_beyond_the_message_is_rejected(void **state)
{
	uint8_t buf[64];
	struct writer w = wr_init(buf, sizeof(buf));
	struct reader r;
	struct sftp_attrs attrs;
	struct err err;

	(void)state;
	wr_u32(&w, SFTP_ATTR_EXTENDED);
	wr_u32(&w, UINT32_MAX);
	wr_cstring(&w, "a");
	wr_cstring(&w, "b");
	r = rd_init(wr_view(&w));
	sftp_attrs_parse(&r, &attrs);
	assert_false(rd_end(&r, &err));
}

static void
sftp_find_request__finds_each_row_and_no_other(void **state)
{
	enum sftp_request_id kind;
	unsigned plain = 0;

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(sftp_find_request(rows[i].type,
		    bytes_str(rows[i].extension), &kind));
		assert_int_equal(kind, i);
		plain += rows[i].extension == NULL;
		/* extensions and their versions come together */
		assert_int_equal(rows[i].extension == NULL,
		    rows[i].version == NULL);
	}
	assert_int_equal(plain, 18);
	assert_false(sftp_find_request(SFTP_EXTENDED, bytes_str("x"), &kind));
	assert_false(sftp_find_request(SFTP_EXTENDED, bytes_str(""), &kind));
	assert_false(sftp_find_request(21, bytes_str(""), &kind));
	assert_false(sftp_find_request(SFTP_STATUS, bytes_str(""), &kind));
}

static void
sftp_attrs_build__times_that_do_not_fit_are_cut(void **state)
{
	struct statx st = {
		.stx_size = 7, .stx_mode = S_IFREG | 0600,
		.stx_atime.tv_sec = -1, .stx_mtime.tv_sec = INT64_C(1) << 40,
	};
	uint8_t buf[64];
	struct writer w = wr_init(buf, sizeof(buf));
	struct sftp_attrs attrs;
	struct reader r;
	struct err err;

	(void)state;
	sftp_attrs_build(&w, &st);
	r = rd_init(wr_view(&w));
	sftp_attrs_parse(&r, &attrs);
	assert_true(rd_end(&r, &err));
	assert_int_equal(attrs.size, 7);
	assert_int_equal(attrs.mode, S_IFREG | 0600);
	assert_int_equal(attrs.atime, 0);
	assert_true(attrs.mtime == UINT32_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sftp_request__every_row_comes_back_as_sent),
		TEST(sftp_request__every_truncation_is_rejected),
		TEST(sftp_request__a_trailing_byte_is_left_alone),
		TEST(sftp_request__a_handle_of_257_bytes_is_rejected),
		TEST(sftp_attrs__a_count_of_pairs_beyond_the_message_is_rejected),
		TEST(sftp_find_request__finds_each_row_and_no_other),
		TEST(sftp_attrs_build__times_that_do_not_fit_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
