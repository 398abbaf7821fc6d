/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <stdlib.h>

#include "sshd/net/compress.h"

#define PAYLOAD	32768

static void
compress__payloads_come_back_one_by_one(void **state)
{
	struct deflater *d = NULL;
	struct inflater *i = NULL;
	uint8_t *packed = malloc(deflater_bound(PAYLOAD));
	struct err err;

	(void)state;
	assert_true(deflater_new(&d, PAYLOAD, &err));
	assert_true(inflater_new(&i, &err));
	for (unsigned round = 0; round < 40; round++) {
		size_t len = round * 811 % PAYLOAD + 1, packed_len;
		uint8_t *p = deflater_payload(d);
		struct bytes back;
		uint32_t seed = round;

		for (size_t k = 0; k < len; k++) {
			seed = seed * 1103515245 + 12345;
			p[k] = round % 2 ? (uint8_t)(seed >> 16) : 'a';
		}
		assert_true(deflater_run(d, len, packed, deflater_bound(len),
		    &packed_len, &err));
		assert_true(inflater_run(i, bytes_of(packed, packed_len),
		    &back, &err));
		assert_int_equal(back.len, len);
		assert_memory_equal(back.p, p, len);
	}
	deflater_free(d);
	inflater_free(i);
	free(packed);
}

/* 1 KiB that becomes more than one payload may have. */
static void
compress__a_payload_that_inflates_too_far_is_refused(void **state)
{
	size_t len = PAYLOAD_MAX + 1, packed_len;
	uint8_t *packed = malloc(deflater_bound(len));
	struct bytes back;
	struct err err;

	(void)state;
	for (size_t over = 0; over < 2; over++) {
		struct deflater *d = NULL;
		struct inflater *i = NULL;

		assert_true(deflater_new(&d, len, &err));
		assert_true(inflater_new(&i, &err));
		memset(deflater_payload(d), 0, len);
		assert_true(deflater_run(d, PAYLOAD_MAX + over, packed,
		    deflater_bound(len), &packed_len, &err));
		assert_true(packed_len < 1024);
		assert_int_equal(inflater_run(i, bytes_of(packed, packed_len),
		    &back, &err), !over);
		deflater_free(d);
		inflater_free(i);
	}
	assert_int_equal(err.code, ERR_RANGE);
	free(packed);
}

static void
compress__garbage_is_refused(void **state)
{
	struct inflater *i = NULL;
	struct bytes back;
	struct err err;

	(void)state;
	assert_true(inflater_new(&i, &err));
	assert_false(inflater_run(i, BYTES_LIT("no zlib stream"), &back,
	    &err));
	assert_int_equal(err.code, ERR_FORMAT);
	inflater_free(i);
}

static void
compress__a_stream_that_ends_is_refused(void **state)
{
	/* zlib.compress(b"") of RFC 1950: a finished stream */
	static const uint8_t end[] = { 0x78, 0x9c, 3, 0, 0, 0, 0, 1 };
	struct inflater *i = NULL;
	struct bytes back;
	struct err err;

	(void)state;
	assert_true(inflater_new(&i, &err));
	assert_false(inflater_run(i, bytes_of(end, sizeof(end)), &back,
	    &err));
	inflater_free(i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(compress__payloads_come_back_one_by_one),
		TEST(compress__a_payload_that_inflates_too_far_is_refused),
		TEST(compress__garbage_is_refused),
		TEST(compress__a_stream_that_ends_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
