/* SPDX-License-Identifier: ISC */
/*
 * protect_ops - what a cipher and a MAC do for protect.c; all rows.
 *
 * Shapes:  a cipher is either an AEAD, which seals and opens whole packets,
 *          or a key stream, which protect.c combines with a MAC.
 * Units:   bytes; packet and len as in protect.h.
 * Errors:  ERR_MISMATCH for a wrong tag, ERR_CRYPTO, ERR_NOMEM.
 * Owns:    the state made by new(), wiped by free().
 * Source:  see protect.h. Included by lib/crypto only.
 */
#ifndef LIB_CRYPTO_PROTECT_OPS_H
#define LIB_CRYPTO_PROTECT_OPS_H

#include "lib/crypto/protect.h"

struct cipher_ops {
	/* Key and IV have the lengths of the row. NULL with err on failure. */
	void *(*new)(const struct cipher_alg *alg, struct bytes key,
	    struct bytes iv, bool sealing, struct err *err);
	void (*free)(void *state);
	/* AEAD; NULL for a key stream. */
	bool (*seal)(void *state, uint32_t seqnr, uint8_t *packet, size_t len,
	    struct err *err);
	bool (*open_length)(void *state, uint32_t seqnr,
	    const uint8_t packet[static 4], uint32_t *packet_length,
	    struct err *err);
	bool (*open)(void *state, uint32_t seqnr, uint8_t *packet, size_t len,
	    struct err *err);
	/* Key stream, runs on over all packets; NULL for an AEAD. */
	bool (*crypt)(void *state, uint8_t *p, size_t len, struct err *err);
};

/* packet_length, in clear. */
static inline uint32_t
get_u32(const uint8_t p[static 4])
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

struct mac_ops {
	void *(*new)(const struct mac_alg *alg, struct bytes key,
	    struct err *err);
	void (*free)(void *state);
	/* Over the sequence number and the bytes; writes tag_len bytes. */
	bool (*compute)(void *state, uint32_t seqnr, const uint8_t *p,
	    size_t len, uint8_t tag[static PROTECT_TAG_MAX], struct err *err);
};

extern const struct cipher_alg cipher_chachapoly;
extern const struct cipher_alg cipher_aes128_gcm, cipher_aes256_gcm;
extern const struct cipher_alg cipher_aes128_ctr, cipher_aes192_ctr,
    cipher_aes256_ctr;
extern const struct cipher_alg cipher_aes128_cbc, cipher_aes192_cbc,
    cipher_aes256_cbc, cipher_3des_cbc;

extern const struct mac_alg mac_umac_64, mac_umac_128;
extern const struct mac_alg mac_umac_64_etm, mac_umac_128_etm;
extern const struct mac_alg mac_hmac_sha2_256, mac_hmac_sha2_512,
    mac_hmac_sha1;
extern const struct mac_alg mac_hmac_sha2_256_etm, mac_hmac_sha2_512_etm,
    mac_hmac_sha1_etm;

#endif
