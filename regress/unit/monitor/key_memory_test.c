/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include "lib/wire/writer.h"
#include "monitor/key_memory.h"

/* An Ed25519 key of which the first byte is given. */
static struct bytes
blob_of(uint8_t first, uint8_t buf[static 64])
{
	const uint8_t point[32] = { first };
	struct writer w = wr_init(buf, 64);

	wr_cstring(&w, "ssh-ed25519");
	wr_string(&w, bytes_of(point, sizeof(point)));
	return wr_view(&w);
}

#define NOW	INT64_C(5000000000)

static void
remember(struct key_memory *memory, uint8_t first)
{
	struct key_answer *answer;
	uint8_t buf[64];
	struct err err;

	assert_true(key_answer_new(&answer, &err));
	assert_true(pubkey_parse(blob_of(first, buf), &answer->key, &err));
	answer->listed = true;
	key_memory_put(memory, &answer, NOW);
	assert_null(answer);
}

static bool
take_at(struct key_memory *memory, uint8_t first, int64_t now_ns)
{
	uint8_t buf[64];
	struct key_answer *answer = key_memory_take(memory,
	    blob_of(first, buf), now_ns);
	bool known = answer != NULL;

	if (known) {
		assert_true(answer->listed);
		assert_int_equal(answer->key->point.p[0], first);
	}
	key_answer_free(answer);
	return known;
}

static bool
take(struct key_memory *memory, uint8_t first)
{
	return take_at(memory, first, NOW);
}

static void
key_memory__an_answer_gets_old(void **state)
{
	struct key_memory memory = { 0 };

	(void)state;
	remember(&memory, 1);
	remember(&memory, 2);
	assert_true(take_at(&memory, 1, NOW + KEY_MEMORY_AGE_NS - 1));
	assert_false(take_at(&memory, 2, NOW + KEY_MEMORY_AGE_NS));
	assert_false(take(&memory, 2));
}

static void
key_memory__an_answer_is_used_once(void **state)
{
	struct key_memory memory = { 0 };

	(void)state;
	assert_false(take(&memory, 1));
	remember(&memory, 1);
	remember(&memory, 2);
	assert_true(take(&memory, 1));
	assert_false(take(&memory, 1));
	assert_true(take(&memory, 2));
	key_memory_clear(&memory);
}

static void
key_memory__the_oldest_is_forgotten(void **state)
{
	struct key_memory memory = { 0 };

	(void)state;
	for (uint8_t i = 0; i <= KEY_MEMORY_MAX; i++)
		remember(&memory, i);
	assert_false(take(&memory, 0));
	for (uint8_t i = 1; i <= KEY_MEMORY_MAX; i++)
		assert_true(take(&memory, i));
	remember(&memory, 9);
	key_memory_clear(&memory);
	assert_false(take(&memory, 9));
}

static void
key_answer__holds_until_line_or_certificate_expires(void **state)
{
	struct pubkey key = { .cert = { .valid_before = 200 } };
	struct key_answer plain = { .key = &key };
	struct key_answer cert = { .key = &key, .ca = &key };

	(void)state;
	assert_true(key_answer_holds(&plain, 1000));
	plain.options.expiry = cert.options.expiry = 100;
	assert_true(key_answer_holds(&plain, 100));
	assert_false(key_answer_holds(&plain, 101));
	assert_false(key_answer_holds(&cert, 101));
	cert.options.expiry = 300;
	assert_true(key_answer_holds(&cert, 199));
	assert_false(key_answer_holds(&cert, 200));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(key_memory__an_answer_gets_old),
		TEST(key_memory__an_answer_is_used_once),
		TEST(key_memory__the_oldest_is_forgotten),
		TEST(key_answer__holds_until_line_or_certificate_expires),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
