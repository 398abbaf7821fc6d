/* SPDX-License-Identifier: ISC */
#include "regress/unit/test.h"

#include <stdio.h>

#include "lib/base/compiler.h"
#include "sshd/listener/penalties.h"

static const struct conf defaults = {
	.per_source_net_block_size_v4 = 32,
	.per_source_net_block_size_v6 = 128,
	.per_source_penalties = {
		.enabled = true, .crash_s = 90, .authfail_s = 5,
		.noauth_s = 1, .invaliduser_s = 5, .grace_exceeded_s = 10,
		.refuseconnection_s = 10, .max_s = 600, .min_s = 15,
		.max_sources4 = 65536, .max_sources6 = 65536,
	},
};
#define PENALTIES	(&defaults.per_source_penalties)

static struct cidr
source(const char *text, const struct conf *conf)
{
	struct ip_addr ip;

	assert_true(ip_parse(bytes_str(text), &ip));
	return penalties_source(conf, &ip);
}

static struct penalty_result
add(struct penalties *penalties, const char *text, enum child_end end,
    int64_t now_ms)
{
	struct cidr from = source(text, &defaults);

	return penalties_add(penalties, PENALTIES, &from, end, now_ms);
}

static const char *
refusal(struct penalties *penalties, const char *text, int64_t now_ms)
{
	struct cidr from = source(text, &defaults);

	return penalties_refusal(penalties, PENALTIES, &from, now_ms);
}

static void
penalties__a_crash_is_refused_at_once(void **state)
{
	struct penalties penalties = { .seed = 1 };
	struct penalty_result result = add(&penalties, "192.0.2.1", END_CRASH,
	    1000);

	(void)state;
	assert_int_equal(result.change, PENALTY_NEW);
	assert_true(result.active);
	assert_int_equal(result.left_ms, 90000);
	assert_string_equal(refusal(&penalties, "192.0.2.1", 90999),
	    "penalty: caused crash");
	assert_null(refusal(&penalties, "192.0.2.2", 1000));
	assert_null(refusal(&penalties, "192.0.2.1", 91000));
	penalties_clear(&penalties);
}

static void
penalties__small_ones_add_up_until_they_count(void **state)
{
	struct penalties penalties = { .seed = 1 };

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct penalty_result result = add(&penalties, "192.0.2.1",
		    END_AUTH_FAILED, 0);

		assert_int_equal(result.change, i == 0 ? PENALTY_NEW :
		    PENALTY_RAISED);
		assert_false(result.active);
		assert_null(refusal(&penalties, "192.0.2.1", 0));
	}
	/* 15 seconds are not more than 15 seconds */
	assert_int_equal(add(&penalties, "192.0.2.1", END_AUTH_FAILED,
	    0).change, PENALTY_ACTIVATED);
	assert_string_equal(refusal(&penalties, "192.0.2.1", 19999),
	    "penalty: failed authentication");
	assert_null(refusal(&penalties, "192.0.2.1", 20000));
	penalties_clear(&penalties);
}

static void
penalties__time_pays_them_off(void **state)
{
	struct penalties penalties = { .seed = 1 };

	(void)state;
	for (int64_t now_ms = 0; now_ms < 1000000; now_ms += 5000)
		assert_false(add(&penalties, "192.0.2.1", END_AUTH_FAILED,
		    now_ms).active);
	penalties_clear(&penalties);
}

static void
penalties__there_is_a_longest_one(void **state)
{
	struct penalties penalties = { .seed = 1 };

	(void)state;
	for (int i = 0; i < 20; i++)
		assert_in_range(add(&penalties, "2001:db8::1", END_CRASH,
		    7000).left_ms, 90000, 600000);
	assert_null(refusal(&penalties, "2001:db8::1", 607000));
	penalties_clear(&penalties);
}

static void
penalties__a_network_shares_its_fate(void **state)
{
	struct conf conf = defaults;
	struct penalties penalties = { .seed = 1 };
	struct cidr from;

	(void)state;
	conf.per_source_net_block_size_v4 = 24;
	conf.per_source_net_block_size_v6 = 56;
	from = source("192.0.2.77", &conf);
	(void)penalties_add(&penalties, PENALTIES, &from, END_CRASH, 0);
	from = source("2001:db8:0:77::1", &conf);
	(void)penalties_add(&penalties, PENALTIES, &from, END_CRASH, 0);
	from = source("192.0.2.1", &conf);
	assert_non_null(penalties_refusal(&penalties, PENALTIES, &from, 1));
	from = source("192.0.3.1", &conf);
	assert_null(penalties_refusal(&penalties, PENALTIES, &from, 1));
	from = source("2001:db8:0:1::2", &conf);
	assert_non_null(penalties_refusal(&penalties, PENALTIES, &from, 1));
	from = source("2001:db8:0:177::2", &conf);
	assert_null(penalties_refusal(&penalties, PENALTIES, &from, 1));
	penalties_clear(&penalties);
}

static void
penalties__each_end_has_its_price(void **state)
{
	static const struct { enum child_end end; int64_t ms; } rows[] = {
		{ END_ORDERLY, 0 }, { END_GRACE, 10000 }, { END_CRASH, 90000 },
		{ END_NET_CRASH, 90000 }, { END_AUTH_FAILED, 5000 },
		{ END_REFUSED, 10000 }, { END_INVALID_USER, 5000 },
		{ END_NO_AUTH, 1000 }, { END_OURS, 0 },
	};

	(void)state;
	assert_int_equal(ARRAY_LEN(rows), END_COUNT);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct penalties penalties = { .seed = 1 };

		assert_int_equal(add(&penalties, "192.0.2.1", rows[i].end,
		    0).left_ms, rows[i].ms);
		penalties_clear(&penalties);
	}
}

static void
penalties__none_are_given_when_they_are_off(void **state)
{
	struct conf_penalties off = *PENALTIES, free_of_charge = *PENALTIES;
	struct penalties penalties = { .seed = 1 };
	struct cidr from = source("192.0.2.1", &defaults);

	(void)state;
	off.enabled = false;
	free_of_charge.crash_s = 0;
	assert_int_equal(penalties_add(&penalties, &off, &from, END_CRASH,
	    0).change, PENALTY_NONE);
	assert_int_equal(penalties_add(&penalties, &free_of_charge, &from,
	    END_CRASH, 0).change, PENALTY_NONE);
	(void)add(&penalties, "192.0.2.1", END_CRASH, 0);
	assert_null(penalties_refusal(&penalties, &off, &from, 0));
	penalties_clear(&penalties);
}

static struct cidr
numbered(unsigned i)
{
	char text[32];

	snprintf(text, sizeof(text), "10.%u.%u.%u", i >> 16 & 255, i >> 8 & 255,
	    i & 255);
	return source(text, &defaults);
}

static void
penalties__a_full_table_forgets_the_first_to_end(void **state)
{
	struct conf_penalties conf = *PENALTIES;
	struct penalties penalties = { .seed = 1 };
	unsigned refused = 0;

	(void)state;
	conf.max_sources4 = 1000;
	for (unsigned i = 0; i < 5000; i++) {
		struct cidr from = numbered(i);

		assert_int_equal(penalties_add(&penalties, &conf, &from,
		    END_CRASH, i).change, PENALTY_NEW);
		assert_true(penalties.v4.count <= 1000);
	}
	for (unsigned i = 0; i < 5000; i++) {
		struct cidr from = numbered(i);
		bool is = penalties_refusal(&penalties, &conf, &from, 5000) !=
		    NULL;

		assert_int_equal(is, i >= 4000);
		refused += is;
	}
	assert_int_equal(refused, 1000);
	penalties_clear(&penalties);
}

static void
penalties__a_full_table_may_shut_out_everybody(void **state)
{
	struct conf_penalties conf = *PENALTIES;
	struct penalties penalties = { .seed = 1 };
	struct cidr stranger = source("192.0.2.1", &defaults);
	struct cidr other = source("2001:db8::1", &defaults);

	(void)state;
	conf.max_sources4 = 3;
	conf.overflow_deny = true;
	for (unsigned i = 0; i < 3; i++) {
		struct cidr from = numbered(i);

		assert_null(penalties_refusal(&penalties, &conf, &stranger,
		    0));
		(void)penalties_add(&penalties, &conf, &from, END_CRASH, 0);
	}
	assert_string_equal(penalties_refusal(&penalties, &conf, &stranger, 0),
	    "too many penalised addresses");
	assert_null(penalties_refusal(&penalties, &conf, &other, 0));
	assert_int_equal(penalties_add(&penalties, &conf, &stranger, END_CRASH,
	    0).change, PENALTY_FULL);
	/* until one ends */
	assert_null(penalties_refusal(&penalties, &conf, &stranger, 90000));
	penalties_clear(&penalties);
}

/* The heap keeps its order whatever comes: whoever ends is gone in time. */
static void
penalties__many_of_all_lengths_end_in_time(void **state)
{
	struct penalties penalties = { .seed = 1 };
	int64_t ends[500] = { 0 };
	unsigned random = 1;

	(void)state;
	for (int64_t now_ms = 0; now_ms < 200000; now_ms += 20) {
		unsigned i = (random = random * 1103515245 + 12345) >> 8;
		enum child_end end = (i >> 10) % END_COUNT;
		struct cidr from = numbered(i % 500);
		struct penalty_result result = penalties_add(&penalties,
		    PENALTIES, &from, end, now_ms);
		size_t alive = 0;

		if (result.change != PENALTY_NONE)
			ends[i % 500] = now_ms + result.left_ms;
		if (now_ms % 10000 != 0)
			continue;
		(void)penalties_refusal(&penalties, PENALTIES, &from, now_ms);
		for (size_t n = 0; n < ARRAY_LEN(ends); n++)
			alive += ends[n] > now_ms;
		assert_int_equal(penalties.v4.count, alive);
	}
	penalties_clear(&penalties);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(penalties__a_crash_is_refused_at_once),
		TEST(penalties__small_ones_add_up_until_they_count),
		TEST(penalties__time_pays_them_off),
		TEST(penalties__there_is_a_longest_one),
		TEST(penalties__a_network_shares_its_fate),
		TEST(penalties__each_end_has_its_price),
		TEST(penalties__none_are_given_when_they_are_off),
		TEST(penalties__a_full_table_forgets_the_first_to_end),
		TEST(penalties__a_full_table_may_shut_out_everybody),
		TEST(penalties__many_of_all_lengths_end_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
