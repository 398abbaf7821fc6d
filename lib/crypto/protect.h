/* SPDX-License-Identifier: ISC */
/*
 * protect - one direction of the binary packet protocol: cipher and MAC.
 *
 * Shapes:  a packet lies in one run of memory:
 *              u32 packet_length | u8 padding_length | payload | padding | tag
 *          and is sealed and opened in place. packet_length counts what is
 *          between itself and the tag.
 * Units:   bytes.
 * Errors:  ERR_MISMATCH for a wrong tag, ERR_RANGE for a packet shorter than
 *          its head, ERR_CRYPTO when libcrypto refuses.
 * Owns:    keys and contexts, wiped by protect_free().
 * Source:  RFC 4253 section 6, RFC 4344, RFC 5647, RFC 6668, OpenSSH
 *          PROTOCOL (etm, gcm) and PROTOCOL.chacha20poly1305.
 */
#ifndef LIB_CRYPTO_PROTECT_H
#define LIB_CRYPTO_PROTECT_H

#include "lib/base/bytes.h"
#include "lib/base/err.h"
#include "lib/base/limits.h"
#include "lib/crypto/digest.h"

#define PROTECT_TAG_MAX		64	/* hmac-sha2-512 */
#define PROTECT_KEY_MAX		64	/* chacha20-poly1305, hmac-sha2-512 */
#define PROTECT_IV_MAX		16

struct protect;

/* One row of the cipher table. */
struct cipher_alg {
	const char *name;		/* RFC 4250 4.11.1 name */
	size_t key_len, iv_len;
	size_t block_len;		/* padding granularity, >= 8 */
	bool is_aead;			/* no MAC is negotiated */
	bool is_cbc;			/* see protect_hides_errors() */
	size_t aead_tag_len;		/* 0 unless is_aead */
	uint64_t rekey_bytes;		/* the volume after which keys change */
	const struct cipher_ops *ops;	/* private to lib/crypto */
	const char *core_name;		/* what libcrypto calls it */
};

/* One row of the MAC table. */
struct mac_alg {
	const char *name;
	size_t key_len, tag_len;
	bool is_etm;
	const struct mac_ops *ops;	/* private to lib/crypto */
	enum digest_id hash;		/* that the MAC is made of */
};

const struct cipher_alg *cipher_find(struct bytes name);
const struct mac_alg *mac_find(struct bytes name);
/* Row i of the table, in order of preference; NULL past the end. */
const struct cipher_alg *cipher_row(size_t i);
const struct mac_alg *mac_row(size_t i);

/*
 * A direction. cipher NULL: no protection yet (before the first NEWKEYS);
 * mac NULL for an AEAD. Keys and IV have the lengths of the rows and are
 * copied. sealing: true for what we send.
 */
MUST_CHECK bool protect_new(struct protect **out,
    const struct cipher_alg *cipher, const struct mac_alg *mac,
    struct bytes key, struct bytes iv, struct bytes mac_key, bool sealing,
    struct err *err);
void protect_free(struct protect *p);

/*
 * CBC without encrypt-then-MAC: when a packet is bad, how soon we say so tells
 * an attacker about the plaintext, so as much as a largest packet is read
 * first (CVE-2008-5161).
 */
bool protect_hides_errors(const struct protect *p);
/* Then these bytes cost the time of opening a packet; they are overwritten. */
void protect_waste(struct protect *p, uint32_t seqnr, uint8_t *bytes,
    size_t len);

/* What padding must align to, and whether packet_length counts in that. */
size_t protect_block_len(const struct protect *p);
bool protect_aligns_length(const struct protect *p);
size_t protect_tag_len(const struct protect *p);

/*
 * Seals in place: packet holds len bytes (u32 packet_length included, already
 * filled in) and has room for the tag behind them.
 */
MUST_CHECK bool protect_seal(struct protect *p, uint32_t seqnr,
    uint8_t *packet, size_t len, struct err *err);

/* How many bytes must be there before protect_open_length() can answer. */
size_t protect_head_len(const struct protect *p);
/*
 * packet_length of the packet that begins at packet. May decrypt the head in
 * place; is called once for a packet, and protect_open() knows.
 */
MUST_CHECK bool protect_open_length(struct protect *p, uint32_t seqnr,
    uint8_t *packet, uint32_t *packet_length, struct err *err);
/*
 * Checks the tag and decrypts in place; len = 4 + packet_length, the tag
 * lies behind. Payload is readable only after true.
 */
MUST_CHECK bool protect_open(struct protect *p, uint32_t seqnr,
    uint8_t *packet, size_t len, struct err *err);

#endif
