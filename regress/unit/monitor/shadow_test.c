/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "monitor/shadow.h"

static void
shadow__only_what_a_password_can_fit_is_usable(void **state)
{
	static const struct {
		const char *hash;
		bool usable;
	} cases[] = {
		{ "$y$j9T$abc$def", true }, { "$6$salt$x", true },
		{ "abJnggxhB/yWI", true }, { "", false }, { "!", false },
		{ "*", false }, { "!!", false }, { "!$6$salt$x", false },
		{ "*LK*", false }, { "x", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(shadow_hash_usable(cases[i].hash),
		    cases[i].usable);
}

static void
shadow__a_password_ages(void **state)
{
	static const struct {
		long changed, max, today;
		bool aged;
	} cases[] = {
		{ 0, -1, 20000, true },		/* root forced */
		{ -1, 90, 20000, false },	/* never set */
		{ 19910, 90, 20000, false }, { 19909, 90, 20000, true },
		{ 19909, -1, 20000, false }, { 20000, 0, 20000, false },
		{ 19999, 0, 20000, true }, { 20001, 0, 20000, false },
		{ 1, 0x7fffffffffffffff, 20000, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (shadow_is_aged(cases[i].changed, cases[i].max,
		    cases[i].today) != cases[i].aged)
			fail_msg("case %zu", i);
	}
}

static const char *const methods[] = { "$y$", "$6$", "$5$", "$2b$" };

static void
shadow__each_method_of_crypt_verifies(void **state)
{
	struct crypt_data *data = calloc(1, sizeof(*data));

	(void)state;
	assert_non_null(data);
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		const char *salt = crypt_gensalt(methods[i],
		    methods[i][1] == '2' ? 4 : methods[i][1] == 'y' ? 1 : 1000,
		    NULL, 0);
		struct shadow shadow = { .is_real = true };

		assert_non_null(salt);
		shadow.hash = strdup(crypt_r("right", salt, data));
		assert_true(shadow_verify(&shadow, "right"));
		assert_false(shadow_verify(&shadow, "wrong"));
		assert_false(shadow_verify(&shadow, ""));
		/* a stand-in is nobody's, whatever fits it */
		shadow.is_real = false;
		assert_false(shadow_verify(&shadow, "right"));
		shadow_clear(&shadow);
	}
	free(data);
}

static void
shadow__only_nothing_fits_an_empty_password(void **state)
{
	struct shadow shadow = { .is_empty = true, .hash = strdup("$6$abc$") };

	(void)state;
	assert_true(shadow_verify(&shadow, ""));
	assert_false(shadow_verify(&shadow, "x"));
	shadow_clear(&shadow);
}

static void
shadow__a_hash_that_makes_no_sense_fits_nothing(void **state)
{
	static const char *const hashes[] = { "*0", "*1", "$", "$9$x", "ab" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hashes); i++) {
		struct shadow shadow = {
			.is_real = true, .hash = strdup(hashes[i]),
		};

		assert_false(shadow_verify(&shadow, ""));
		assert_false(shadow_verify(&shadow, "*0"));
		assert_false(shadow_verify(&shadow, hashes[i]));
		shadow_clear(&shadow);
	}
}

static char *
chosen(const char *text, uint64_t choice)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	struct err err;
	char *hash;

	assert_non_null(file);
	assert_true(shadow_choose_hash(file, choice, &hash, &err));
	fclose(file);
	return hash;
}

static void
shadow__stand_ins_are_spread_over_the_users_hashes(void **state)
{
	static const char file[] = "root:*:1:::::: \na:$6$a:1::::::\n"
	    "b:!:1::::::\nc:$y$c:1::::::\nd::1::::::\ne:$6$e:1::::::\n";
	unsigned seen[3] = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 300; i++) {
		char *one = chosen(file, i * 0x9e3779b97f4a7c15),
		    *same = chosen(file, i * 0x9e3779b97f4a7c15);

		assert_string_equal(one, same);
		seen[0] += strcmp(one, "$6$a") == 0;
		seen[1] += strcmp(one, "$y$c") == 0;
		seen[2] += strcmp(one, "$6$e") == 0;
		free(one);
		free(same);
	}
	assert_int_equal(seen[0] + seen[1] + seen[2], 300);
	for (size_t i = 0; i < ARRAY_LEN(seen); i++)
		assert_in_range(seen[i], 50, 150);
}

static void
shadow__a_file_without_a_password_has_no_stand_in(void **state)
{
	(void)state;
	assert_null(chosen("root:*:1::::::\nb:!$6$x:1::::::\n", 7));
}

static void
shadow__a_user_who_does_not_exist_gets_a_stand_in(void **state)
{
	struct user user = { .name = strdup("no such user") };
	struct shadow shadow;
	struct err err;

	(void)state;
	assert_true(shadow_load(&shadow, &user, BYTES_LIT("secret"), &err));
	assert_non_null(shadow.hash);
	assert_false(shadow.is_real || shadow.is_empty);
	assert_false(shadow_verify(&shadow, ""));
	shadow_clear(&shadow);
	user_clear(&user);
}

static void
shadow__an_expired_password_is_told(void **state)
{
	struct shadow shadow = { .changed_day = 0, .max_days = -1 };

	(void)state;
	log_open(NULL, NULL, LOG_LEVEL_QUIET);
	assert_true(shadow_password_expired(&shadow, "fred"));
	shadow.changed_day = -1;
	assert_false(shadow_password_expired(&shadow, "fred"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(shadow__only_what_a_password_can_fit_is_usable),
		TEST(shadow__a_password_ages),
		TEST(shadow__each_method_of_crypt_verifies),
		TEST(shadow__only_nothing_fits_an_empty_password),
		TEST(shadow__a_hash_that_makes_no_sense_fits_nothing),
		TEST(shadow__stand_ins_are_spread_over_the_users_hashes),
		TEST(shadow__a_file_without_a_password_has_no_stand_in),
		TEST(shadow__a_user_who_does_not_exist_gets_a_stand_in),
		TEST(shadow__an_expired_password_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
