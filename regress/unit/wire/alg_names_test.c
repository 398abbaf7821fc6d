/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include "keys/pubkey.h"
#include "lib/base/compiler.h"
#include "lib/crypto/kex.h"
#include "lib/crypto/protect.h"
#include "lib/wire/alg_names.h"

/* The next row that has code behind it. */
static const struct alg_name *
next_built(enum alg_kind kind, size_t *i)
{
	const struct alg_name *row;

	while ((row = alg_name_row(kind, (*i)++)) != NULL) {
		if (row->use != ALG_MISSING)
			return row;
	}
	return NULL;
}

static void
same(const struct alg_name *row, const char *name, bool is_default)
{
	if (row == NULL)
		fail_msg("%s has code but no name here", name);
	assert_string_equal(row->name, name);
	if (is_default != (row->use == ALG_DEFAULT))
		fail_msg("%s: default differs", name);
}

static void
alg_names__key_exchange_methods_are_those_with_code(void **state)
{
	const struct kex_alg *alg;
	size_t at = 0;

	(void)state;
	for (size_t i = 0; (alg = kex_row(i)) != NULL; i++)
		same(next_built(ALG_KEX, &at), alg->name, alg->is_default);
	assert_null(next_built(ALG_KEX, &at));
}

static void
alg_names__ciphers_and_macs_are_those_with_code(void **state)
{
	const struct cipher_alg *cipher;
	const struct mac_alg *mac;
	size_t at = 0;

	(void)state;
	for (size_t i = 0; (cipher = cipher_row(i)) != NULL; i++)
		same(next_built(ALG_CIPHER, &at), cipher->name,
		    !cipher->is_cbc);
	assert_null(next_built(ALG_CIPHER, &at));
	at = 0;
	for (size_t i = 0; (mac = mac_row(i)) != NULL; i++)
		same(next_built(ALG_MAC, &at), mac->name, true);
	assert_null(next_built(ALG_MAC, &at));
}

static void
alg_names__signatures_are_those_with_code(void **state)
{
	const struct sig_alg_row *alg;
	size_t at = 0, at_ca = 0;

	(void)state;
	for (size_t i = 0; (alg = sig_alg_row(i)) != NULL; i++) {
		same(next_built(ALG_SIGNATURE, &at), alg->name,
		    alg->is_default);
		if (strstr(alg->name, "-cert-v01@") == NULL)
			same(next_built(ALG_CA_SIGNATURE, &at_ca), alg->name,
			    alg->is_default);
	}
	assert_null(next_built(ALG_SIGNATURE, &at));
	assert_null(next_built(ALG_CA_SIGNATURE, &at_ca));
}

static void
alg_names__no_name_stands_twice(void **state)
{
	(void)state;
	for (int kind = 0; kind < ALG_KIND_COUNT; kind++) {
		const struct alg_name *row, *other;

		for (size_t i = 0; (row = alg_name_row(kind, i)) != NULL; i++) {
			for (size_t j = 0; j < i; j++) {
				other = alg_name_row(kind, j);
				assert_string_not_equal(row->name,
				    other->name);
			}
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(alg_names__key_exchange_methods_are_those_with_code),
		TEST(alg_names__ciphers_and_macs_are_those_with_code),
		TEST(alg_names__signatures_are_those_with_code),
		TEST(alg_names__no_name_stands_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
