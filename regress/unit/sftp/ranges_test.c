/* SPDX-License-Identifier: ISC */
/* All of a file is all of its bytes, not as many. */
#include "unit/test.h"

#include <string.h>

#include "lib/base/compiler.h"
#include "sftp-server/ranges.h"

static void
ranges__only_what_was_read_is_covered(void **state)
{
	static const struct {
		struct { uint64_t offset; size_t len; } reads[5];
		uint64_t size;
		bool is_covered;
	} rows[] = {
		{ { { 0, 0 } }, 0, true },
		{ { { 0, 0 } }, 1, false },
		{ { { 0, 10 } }, 10, true },
		{ { { 0, 10 } }, 11, false },
		{ { { 0, 5 }, { 0, 5 } }, 10, false },
		{ { { 0, 5 }, { 5, 5 } }, 10, true },
		{ { { 5, 5 }, { 0, 5 } }, 10, true },
		{ { { 5, 5 }, { 0, 4 } }, 10, false },
		{ { { 0, 2 }, { 4, 2 }, { 8, 2 }, { 1, 8 } }, 10, true },
		{ { { 8, 2 }, { 4, 2 }, { 0, 2 }, { 2, 2 }, { 6, 2 } }, 10,
		    true },
		{ { { 3, 5 }, { 0, 9 } }, 9, true },
		{ { { UINT64_MAX - 4, 4 }, { 0, 3 } }, 3, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ranges ranges = { 0 };

		for (size_t n = 0; n < ARRAY_LEN(rows[i].reads); n++)
			ranges_add(&ranges, rows[i].reads[n].offset,
			    rows[i].reads[n].len);
		if (ranges_cover(&ranges, rows[i].size) != rows[i].is_covered)
			fail_msg("row %zu", i);
	}
}

#define SIZE	64

/* Against a map of every byte: never more is covered than was read. */
static void
ranges__no_order_of_reads_covers_too_much(void **state)
{
	uint32_t dice = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct ranges ranges = { 0 };
		uint8_t map[SIZE] = { 0 };

		for (int i = 0; i < 24; i++) {
			size_t at, len;

			dice = dice * 1664525 + 1013904223;
			at = dice >> 16 & (SIZE - 1);
			len = MIN((size_t)(dice >> 24 & 7), SIZE - at);
			memset(map + at, 1, len);
			ranges_add(&ranges, at, len);
			assert_true(ranges.count <= RANGES_MAX);
			for (unsigned n = 0; n < ranges.count; n++) {
				const struct range *r = &ranges.v[n];

				assert_true(r->start < r->end);
				assert_true(n == 0 || r[-1].end < r->start);
				for (uint64_t b = r->start; b < r->end; b++)
					assert_int_equal(map[b], 1);
			}
		}
	}
}

/* Requests in flight arrive in another order than they were made. */
static void
ranges__a_few_out_of_order_are_enough(void **state)
{
	struct ranges ranges = { 0 };

	(void)state;
	for (uint64_t block = 0; block < 1000; block += 8) {
		for (uint64_t i = 8; i-- > 0;)
			ranges_add(&ranges, (block + i) * 10, 10);
	}
	assert_int_equal(ranges.count, 1);
	assert_true(ranges_cover(&ranges, 10000));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(ranges__only_what_was_read_is_covered),
		TEST(ranges__no_order_of_reads_covers_too_much),
		TEST(ranges__a_few_out_of_order_are_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
