/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include "lib/wire/transport.h"
#include "lib/base/limits.h"

static bool
parse_disconnect(struct reader *r, struct err *err)
{
	struct disconnect m;

	return disconnect_parse(r, &m, err);
}

static bool
parse_debug(struct reader *r, struct err *err)
{
	struct debug m;

	return debug_parse(r, &m, err);
}

static bool
parse_unimplemented(struct reader *r, struct err *err)
{
	uint32_t seqnr;

	return unimplemented_parse(r, &seqnr, err);
}

static bool
parse_service_request(struct reader *r, struct err *err)
{
	struct bytes name;

	return service_request_parse(r, &name, err);
}

static bool
parse_ext_info(struct reader *r, struct err *err)
{
	struct bytes name, value;
	uint32_t count;

	if (!ext_info_parse(r, &count, err))
		return false;
	while (count-- != 0) {
		if (!ext_info_next(r, &name, &value, err))
			return false;
	}
	return rd_end(r, err);
}

static const struct {
	bool (*parse)(struct reader *, struct err *);
	struct bytes bytes;
	size_t optional;	/* bytes at the end that may be absent */
} samples[] = {
	{ parse_disconnect, BYTES_LIT("\0\0\0\13\0\0\0\3bye\0\0\0\2en"), 6 },
	{ parse_debug, BYTES_LIT("\1\0\0\0\4text\0\0\0\0"), 0 },
	{ parse_unimplemented, BYTES_LIT("\0\0\0\7"), 0 },
	{ parse_service_request, BYTES_LIT("\0\0\0\14ssh-userauth"), 0 },
	{ parse_ext_info,
	    BYTES_LIT("\0\0\0\2\0\0\0\1a\0\0\0\1b\0\0\0\1c\0\0\0\0"), 0 },
};

static void
transport_messages__whole_ones_parse(void **state)
{
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		struct reader r = rd_init(samples[i].bytes);

		assert_true(samples[i].parse(&r, &err));
	}
}

static void
transport_messages__every_truncation_is_rejected(void **state)
{
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		struct bytes b = samples[i].bytes;
		size_t whole = b.len;

		while (b.len-- != 0) {
			struct reader r = rd_init(b);

			if (samples[i].optional != 0 &&
			    b.len == whole - samples[i].optional)
				continue;
			assert_false(samples[i].parse(&r, &err));
			assert_int_equal(err.code, ERR_SHORT);
		}
	}
}

static void
transport_messages__one_trailing_byte_is_rejected(void **state)
{
	uint8_t buf[64] = { 0 };
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		struct bytes b = samples[i].bytes;
		struct reader r = rd_init(bytes_of(buf, b.len + 1));

		memcpy(buf, b.p, b.len);
		buf[b.len] = 0;
		assert_false(samples[i].parse(&r, &err));
		assert_int_equal(err.code, ERR_TRAILING);
	}
}

static void
disconnect__what_is_built_parses_back(void **state)
{
	struct disconnect m = { SSH_DISCONNECT_MAC_ERROR,
	    BYTES_LIT("Corrupted"), BYTES_LIT("") }, back;
	uint8_t buf[64];
	struct writer w = wr_init(buf, sizeof(buf));
	struct reader r;
	struct err err;

	(void)state;
	disconnect_build(&m, &w);
	r = rd_init(wr_view(&w));
	assert_true(disconnect_parse(&r, &back, &err));
	assert_int_equal(back.reason, 5);
	assert_true(bytes_is(back.description, "Corrupted"));
}

static void
debug__round_trip(void **state)
{
	uint8_t buf[64];
	const struct debug m = { .text = BYTES_LIT("why") };
	struct debug back;
	struct writer w = wr_init(buf, sizeof(buf));
	struct reader r;
	struct err err;

	(void)state;
	debug_build(&m, &w);
	r = rd_init(wr_view(&w));
	assert_true(debug_parse(&r, &back, &err));
	assert_false(back.always_display);
	assert_true(bytes_is(back.text, "why"));
	assert_int_equal(back.language.len, 0);
}

static void
ext_info__more_entries_than_the_limit_are_rejected(void **state)
{
	uint8_t buf[4];
	uint32_t count;
	struct err err;

	(void)state;
	for (uint32_t n = EXT_INFO_COUNT_MAX; n <= EXT_INFO_COUNT_MAX + 1;
	    n++) {
		struct reader r = rd_init(bytes_of(buf, sizeof(buf)));

		put_u32(buf, n);
		assert_int_equal(ext_info_parse(&r, &count, &err),
		    n <= EXT_INFO_COUNT_MAX);
	}
	assert_int_equal(err.code, ERR_RANGE);
}

static void
service_request__a_name_over_the_limit_is_rejected(void **state)
{
	uint8_t buf[4 + SERVICE_NAME_MAX + 1] = { 0 };
	struct bytes name;
	struct reader r;
	struct err err;

	(void)state;
	put_u32(buf, SERVICE_NAME_MAX);
	r = rd_init(bytes_of(buf, 4 + SERVICE_NAME_MAX));
	assert_true(service_request_parse(&r, &name, &err));
	put_u32(buf, SERVICE_NAME_MAX + 1);
	r = rd_init(bytes_of(buf, sizeof(buf)));
	assert_false(service_request_parse(&r, &name, &err));
	assert_int_equal(err.code, ERR_RANGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(transport_messages__whole_ones_parse),
		TEST(transport_messages__every_truncation_is_rejected),
		TEST(transport_messages__one_trailing_byte_is_rejected),
		TEST(disconnect__what_is_built_parses_back),
		TEST(debug__round_trip),
		TEST(ext_info__more_entries_than_the_limit_are_rejected),
		TEST(service_request__a_name_over_the_limit_is_rejected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
