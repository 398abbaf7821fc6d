/* SPDX-License-Identifier: ISC */
/*
 * crypto_speed - what lib/crypto costs, in CPU time of this machine.
 *
 * For each cipher (x MAC): MB/s sealing and opening packets of 32 KiB, and
 * nanoseconds for a small packet of 64 bytes. For each key exchange: the
 * server's microseconds for one answer. Numbers, no judgement.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lib/crypto/init.h"
#include "lib/crypto/kex.h"
#include "lib/crypto/mlkem768.h"
#include "lib/crypto/openssl.h"
#include "lib/crypto/protect.h"
#include "lib/crypto/random.h"
#include "lib/crypto/sntrup761.h"

#define BULK_LEN	(32768 + 16)
#define SMALL_LEN	(64 + 4)
#define BULK_ROUNDS	4000
#define SMALL_ROUNDS	200000

static double
cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void
must(bool ok, const struct err *err)
{
	if (ok)
		return;
	fprintf(stderr, "crypto_speed: %s: %s\n", err->what, err_text(err));
	exit(1);
}

static struct protect *
direction(const struct cipher_alg *cipher, const struct mac_alg *mac,
    bool sealing)
{
	static const uint8_t zeros[PROTECT_KEY_MAX];
	struct protect *p = NULL;
	struct err err;

	must(protect_new(&p, cipher, mac, bytes_of(zeros, cipher->key_len),
	    bytes_of(zeros, cipher->iv_len),
	    bytes_of(zeros, mac == NULL ? 0 : mac->key_len), sealing, &err),
	    &err);
	return p;
}

/* Average nanoseconds to seal and to open a packet of len bytes. */
static void
measure(const struct cipher_alg *cipher, const struct mac_alg *mac,
    size_t len, uint32_t rounds, double *seal_ns, double *open_ns)
{
	struct protect *out = direction(cipher, mac, true);
	struct protect *in = direction(cipher, mac, false);
	size_t slot = len + PROTECT_TAG_MAX;
	uint32_t batch = 16;
	uint8_t *packets = calloc(batch, slot);
	struct err err;

	/* whole blocks, where that matters */
	len -= (protect_aligns_length(out) ? len : len - 4) %
	    protect_block_len(out);
	*seal_ns = *open_ns = 0;
	if (packets == NULL)
		exit(1);
	for (uint32_t seqnr = 0; seqnr < rounds; seqnr += batch) {
		double start = cpu_ns(), middle;

		for (uint32_t i = 0; i < batch; i++)
			must(protect_seal(out, seqnr + i, packets + i * slot,
			    len, &err), &err);
		middle = cpu_ns();
		*seal_ns += middle - start;
		for (uint32_t i = 0; i < batch; i++) {
			uint32_t packet_length;

			must(protect_open_length(in, seqnr + i,
			    packets + i * slot, &packet_length, &err), &err);
			must(protect_open(in, seqnr + i, packets + i * slot,
			    len, &err), &err);
		}
		*open_ns += cpu_ns() - middle;
	}
	*seal_ns /= rounds;
	*open_ns /= rounds;
	free(packets);
	protect_free(out);
	protect_free(in);
}

static void
speed_of(const struct cipher_alg *cipher, const struct mac_alg *mac)
{
	double seal_ns, open_ns, small_seal_ns, small_open_ns;

	measure(cipher, mac, BULK_LEN, BULK_ROUNDS, &seal_ns, &open_ns);
	measure(cipher, mac, SMALL_LEN, SMALL_ROUNDS, &small_seal_ns,
	    &small_open_ns);
	printf("%-30s %-30s %7.0f %7.0f %7.0f %7.0f\n", cipher->name,
	    mac == NULL ? "-" : mac->name, BULK_LEN * 1e3 / seal_ns,
	    BULK_LEN * 1e3 / open_ns, small_seal_ns, small_open_ns);
}

static bool
random_for_sntrup(void *arg, uint8_t *p, size_t len)
{
	return random_bytes(p, len, arg);
}

/* A valid value for the method; returns its length. */
static size_t
client_public(const struct kex_alg *alg, uint8_t *out, size_t cap)
{
	static uint8_t secret[MLKEM768_SECRET_LEN];
	uint8_t seed[MLKEM768_SEED_LEN] = { 1 };
	struct err err, random_err;
	size_t len = 0;

	memset(out, 9, cap);
	if (strncmp(alg->name, "mlkem768", 8) == 0) {
		must(mlkem768_keygen(seed, out, secret, &err), &err);
		return MLKEM768_PUBLIC_LEN + 32;
	}
	if (strncmp(alg->name, "sntrup761", 9) == 0) {
		must(sntrup761_keygen(out, secret, random_for_sntrup,
		    &random_err, &err), &err);
		return SNTRUP761_PUBLIC_LEN + 32;
	}
	if (strncmp(alg->name, "ecdh-sha2-nistp", 15) == 0) {
		const char *bits = alg->name + 15;
		char curve[8];
		EVP_PKEY *key;

		snprintf(curve, sizeof(curve), "P-%s", bits);
		key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", curve);
		EVP_PKEY_get_octet_string_param(key,
		    OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, out, cap, &len);
		EVP_PKEY_free(key);
		return len;
	}
	return alg->form == KEX_FORM_ECDH ? 32 : 200;
}

static void
speed_of_kex(const struct kex_alg *alg)
{
	struct kex_group group = kex_fallback_group(2048);
	unsigned rounds = alg->form == KEX_FORM_ECDH ? 200 : 10;
	uint8_t public[KEX_PUBLIC_MAX];
	size_t len = client_public(alg, public, sizeof(public));
	double first = 0, start = cpu_ns();
	struct err err;

	for (unsigned i = 0; i <= rounds; i++) {
		struct kex_result result;

		must(kex_respond(alg, &group, bytes_of(public, len), &result,
		    &err), &err);
		kex_result_clear(&result);
		if (i == 0) {
			first = cpu_ns() - start;
			start += first;
		}
	}
	printf("%-40s %9.0f %9.0f\n", alg->name, first / 1e3,
	    (cpu_ns() - start) / rounds / 1e3);
}

int
main(void)
{
	double start = cpu_ns();

	crypto_init();
	printf("crypto_init: %.0f us", (cpu_ns() - start) / 1e3);
	start = cpu_ns();
	crypto_warm();
	printf(", crypto_warm: %.0f us\n", (cpu_ns() - start) / 1e3);
	printf("%-40s %9s %9s\n", "key exchange: us", "first", "then");
	for (size_t i = 0; kex_row(i) != NULL; i++)
		speed_of_kex(kex_row(i));
	printf("%-61s %15s %15s\n", "", "32 KiB: MB/s", "64 bytes: ns");
	printf("%-30s %-30s %7s %7s %7s %7s\n", "cipher", "MAC", "seal", "open",
	    "seal", "open");
	for (size_t i = 0; cipher_row(i) != NULL; i++) {
		if (cipher_row(i)->is_aead) {
			speed_of(cipher_row(i), NULL);
			continue;
		}
		for (size_t k = 0; mac_row(k) != NULL; k++)
			speed_of(cipher_row(i), mac_row(k));
	}
	return 0;
}
