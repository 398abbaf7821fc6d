/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include "lib/wire/reader.h"
#include "lib/wire/writer.h"

static void
reader__reads_back_what_writer_wrote(void **state)
{
	uint8_t buf[64];
	struct writer w = wr_init(buf, sizeof(buf));
	struct reader r;
	struct err err;

	(void)state;
	wr_u8(&w, 7);
	wr_bool(&w, true);
	wr_u32(&w, 0x01020304);
	wr_u64(&w, 0x0102030405060708);
	wr_string(&w, BYTES_LIT("abc"));
	wr_mpint(&w, BYTES_LIT("\x00\x80"));
	assert_true(wr_end(&w, &err));
	r = rd_init(wr_view(&w));
	assert_int_equal(rd_u8(&r, "u8"), 7);
	assert_true(rd_bool(&r, "bool"));
	assert_int_equal(rd_u32(&r, "u32"), 0x01020304);
	assert_true(rd_u64(&r, "u64") == 0x0102030405060708);
	assert_true(bytes_is(rd_string(&r, 3, "string"), "abc"));
	assert_true(bytes_equal(rd_mpint(&r, 8, "mpint"), BYTES_LIT("\x80")));
	assert_true(rd_end(&r, &err));
}

static void
reader__the_first_failure_sticks_with_its_field(void **state)
{
	struct reader r = rd_init(BYTES_LIT("\0\0\0\5ab"));
	struct err err;

	(void)state;
	assert_int_equal(rd_string(&r, 100, "first").len, 0);
	assert_int_equal(rd_u8(&r, "second"), 0);
	assert_false(rd_end(&r, &err));
	assert_int_equal(err.code, ERR_SHORT);
	assert_string_equal(err.what, "first");
}

static void
reader__a_length_near_2_to_32_does_not_wrap(void **state)
{
	struct reader r = rd_init(BYTES_LIT("\xff\xff\xff\xff" "abcd"));
	struct err err;

	(void)state;
	(void)rd_string(&r, SIZE_MAX, "string");
	assert_false(rd_end(&r, &err));
	assert_int_equal(err.code, ERR_SHORT);
}

static void
reader__a_string_above_its_limit_is_refused(void **state)
{
	struct reader r = rd_init(BYTES_LIT("\0\0\0\4abcd"));
	struct err err;

	(void)state;
	(void)rd_string(&r, 3, "string");
	assert_false(rd_end(&r, &err));
	assert_int_equal(err.code, ERR_RANGE);
}

static void
reader__trailing_bytes_are_refused(void **state)
{
	struct reader r = rd_init(BYTES_LIT("ab"));
	struct err err;

	(void)state;
	(void)rd_u8(&r, "u8");
	assert_false(rd_end(&r, &err));
	assert_int_equal(err.code, ERR_TRAILING);
}

static void
rd_mpint__refuses_negative_and_padded_forms(void **state)
{
	static const struct bytes rows[] = {
		{ (const uint8_t *)"\0\0\0\1\x80", 5 },		/* negative */
		{ (const uint8_t *)"\0\0\0\1\0", 5 },		/* zero as 00 */
		{ (const uint8_t *)"\0\0\0\2\0\x7f", 6 },	/* padded */
	};
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct reader r = rd_init(rows[i]);

		(void)rd_mpint(&r, 100, "mpint");
		assert_false(rd_end(&r, &err));
		assert_int_equal(err.code, ERR_FORMAT);
	}
}

static void
writer__what_does_not_fit_is_told_once_at_the_end(void **state)
{
	uint8_t buf[4];
	struct writer w = wr_init(buf, sizeof(buf));
	struct err err;

	(void)state;
	wr_u32(&w, 1);
	assert_true(wr_end(&w, &err));
	wr_u8(&w, 1);
	assert_false(wr_end(&w, &err));
	assert_int_equal(w.len, 4);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(reader__reads_back_what_writer_wrote),
		TEST(reader__the_first_failure_sticks_with_its_field),
		TEST(reader__a_length_near_2_to_32_does_not_wrap),
		TEST(reader__a_string_above_its_limit_is_refused),
		TEST(reader__trailing_bytes_are_refused),
		TEST(rd_mpint__refuses_negative_and_padded_forms),
		TEST(writer__what_does_not_fit_is_told_once_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
