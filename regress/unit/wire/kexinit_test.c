/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include "lib/base/limits.h"
#include "lib/wire/kexinit.h"

static const uint8_t cookie[KEXINIT_COOKIE_LEN] = "0123456789abcde";

static const struct kexinit sample = {
	.cookie = { cookie, sizeof(cookie) },
	.lists = {
		{ (const uint8_t *)"k1,k2", 5 }, { (const uint8_t *)"h", 1 },
		{ (const uint8_t *)"c1", 2 }, { (const uint8_t *)"c2,c3", 5 },
		{ (const uint8_t *)"m1", 2 }, { (const uint8_t *)"m2", 2 },
		{ (const uint8_t *)"none", 4 }, { (const uint8_t *)"zlib", 4 },
		{ (const uint8_t *)"", 0 }, { (const uint8_t *)"en,de", 5 },
	},
	.first_kex_packet_follows = true,
};

static size_t
build(const struct kexinit *m, uint8_t *buf, size_t cap)
{
	struct writer w = wr_init(buf, cap);
	struct err err;

	assert_true(kexinit_build(m, &w, &err));
	return w.len;
}

static void
kexinit__round_trip(void **state)
{
	uint8_t buf[256];
	size_t len = build(&sample, buf, sizeof(buf));
	struct reader r = rd_init(bytes_of(buf + 1, len - 1));
	struct kexinit m;
	struct err err;

	(void)state;
	assert_int_equal(buf[0], 20);
	assert_true(kexinit_parse(&r, &m, &err));
	assert_true(bytes_equal(m.cookie, sample.cookie));
	for (size_t i = 0; i < KEXINIT_LISTS; i++)
		assert_true(bytes_equal(m.lists[i], sample.lists[i]));
	assert_true(m.first_kex_packet_follows);
}

static void
kexinit__every_truncation_is_rejected(void **state)
{
	uint8_t buf[256];
	size_t len = build(&sample, buf, sizeof(buf));

	(void)state;
	for (size_t n = 0; n < len - 1; n++) {
		struct reader r = rd_init(bytes_of(buf + 1, n));
		struct kexinit m;
		struct err err;

		assert_false(kexinit_parse(&r, &m, &err));
		assert_int_equal(err.code, ERR_SHORT);
	}
}

static void
kexinit__one_trailing_byte_is_rejected(void **state)
{
	uint8_t buf[256] = { 0 };
	size_t len = build(&sample, buf, sizeof(buf));
	struct reader r = rd_init(bytes_of(buf + 1, len));
	struct kexinit m;
	struct err err;

	(void)state;
	assert_false(kexinit_parse(&r, &m, &err));
	assert_int_equal(err.code, ERR_TRAILING);
}

static void
kexinit__a_list_may_be_as_long_as_its_limit_and_not_longer(void **state)
{
	static uint8_t list[NAME_LIST_MAX + 1], buf[NAME_LIST_MAX + 256];

	(void)state;
	memset(list, 'a', sizeof(list));
	for (size_t i = 0; i < KEXINIT_LISTS; i++) {
		for (size_t over = 0; over < 2; over++) {
			struct kexinit m;
			struct reader r;
			struct err err;
			size_t len;

			m = sample;
			m.lists[i] = bytes_of(list, NAME_LIST_MAX + over);
			len = build(&m, buf, sizeof(buf));
			r = rd_init(bytes_of(buf + 1, len - 1));
			assert_int_equal(kexinit_parse(&r, &m, &err), !over);
			if (over)
				assert_int_equal(err.code, ERR_RANGE);
		}
	}
}

static void
kexinit__bytes_outside_of_ascii_are_rejected(void **state)
{
	static const uint8_t bad[] = { 0, '\n', 0x1f, 0x7f, 0x80, 0xff };

	(void)state;
	for (size_t i = 0; i < sizeof(bad); i++) {
		uint8_t list[] = { 'a', bad[i], 'b' }, buf[256];
		struct kexinit m;
		struct reader r;
		struct err err;
		size_t len;

		m = sample;
		m.lists[KEXINIT_MAC_S2C] = bytes_of(list, sizeof(list));
		len = build(&m, buf, sizeof(buf));
		r = rd_init(bytes_of(buf + 1, len - 1));
		assert_false(kexinit_parse(&r, &m, &err));
		assert_int_equal(err.code, ERR_FORMAT);
		assert_string_equal(err.what,
		    "mac_algorithms_server_to_client");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(kexinit__round_trip),
		TEST(kexinit__every_truncation_is_rejected),
		TEST(kexinit__one_trailing_byte_is_rejected),
		TEST(kexinit__a_list_may_be_as_long_as_its_limit_and_not_longer),
		TEST(kexinit__bytes_outside_of_ascii_are_rejected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
