/* SPDX-License-Identifier: ISC */
#include "lib/crypto/protect.h"

#include <assert.h>
#include <stdlib.h>

#include "lib/crypto/openssl.h"
#include "lib/crypto/protect_ops.h"

#define LENGTH_LEN	4	/* of packet_length itself, RFC 4253 6 */
#define PLAIN_BLOCK_LEN	8	/* padding before the first NEWKEYS */

enum protect_mode {
	PROTECT_PLAIN,		/* before the first NEWKEYS */
	PROTECT_AEAD,
	PROTECT_ETM,		/* length in clear, MAC over ciphertext */
	PROTECT_EAM,		/* all encrypted, MAC over plaintext */
};

struct protect {
	enum protect_mode mode;
	bool sealing;
	bool head_is_open;	/* EAM: first block of the packet decrypted */
	const struct cipher_alg *cipher;
	const struct mac_alg *mac;
	void *cipher_state, *mac_state;
};

static enum protect_mode
mode_of(const struct cipher_alg *cipher, const struct mac_alg *mac)
{
	if (cipher == NULL)
		return PROTECT_PLAIN;
	if (cipher->is_aead)
		return PROTECT_AEAD;
	return mac->is_etm ? PROTECT_ETM : PROTECT_EAM;
}

bool
protect_new(struct protect **out, const struct cipher_alg *cipher,
    const struct mac_alg *mac, struct bytes key, struct bytes iv,
    struct bytes mac_key, bool sealing, struct err *err)
{
	struct protect *p;

	assert((cipher == NULL || cipher->is_aead) == (mac == NULL));
	if (cipher != NULL &&
	    (key.len != cipher->key_len || iv.len != cipher->iv_len))
		return err_set(err, ERR_RANGE, "cipher key length");
	if (mac != NULL && mac_key.len != mac->key_len)
		return err_set(err, ERR_RANGE, "MAC key length");
	if ((p = calloc(1, sizeof(*p))) == NULL)
		return err_set(err, ERR_NOMEM, "packet protection");
	p->mode = mode_of(cipher, mac);
	p->sealing = sealing;
	p->cipher = cipher;
	p->mac = mac;
	if (cipher != NULL && (p->cipher_state = cipher->ops->new(cipher, key,
	    iv, sealing, err)) == NULL)
		goto fail;
	if (mac != NULL &&
	    (p->mac_state = mac->ops->new(mac, mac_key, err)) == NULL)
		goto fail;
	*out = p;
	return true;
 fail:
	protect_free(p);
	return false;
}

void
protect_free(struct protect *p)
{
	if (p == NULL)
		return;
	if (p->cipher_state != NULL)
		p->cipher->ops->free(p->cipher_state);
	if (p->mac_state != NULL)
		p->mac->ops->free(p->mac_state);
	free(p);
}

size_t
protect_block_len(const struct protect *p)
{
	return p->cipher == NULL ? PLAIN_BLOCK_LEN : p->cipher->block_len;
}

bool
protect_aligns_length(const struct protect *p)
{
	return p->mode == PROTECT_PLAIN || p->mode == PROTECT_EAM;
}

bool
protect_hides_errors(const struct protect *p)
{
	return p->mode == PROTECT_EAM && p->cipher->is_cbc;
}

size_t
protect_tag_len(const struct protect *p)
{
	if (p->mac != NULL)
		return p->mac->tag_len;
	return p->cipher == NULL ? 0 : p->cipher->aead_tag_len;
}

size_t
protect_head_len(const struct protect *p)
{
	return p->mode == PROTECT_EAM ? p->cipher->block_len : LENGTH_LEN;
}

static bool
stream_crypt(struct protect *p, uint8_t *bytes, size_t len, struct err *err)
{
	return p->cipher->ops->crypt(p->cipher_state, bytes, len, err);
}

static bool
mac_compute(struct protect *p, uint32_t seqnr, const uint8_t *packet,
    size_t len, uint8_t *tag, struct err *err)
{
	return p->mac->ops->compute(p->mac_state, seqnr, packet, len, tag,
	    err);
}

/* Compares the MAC of the packet with the tag behind it. */
static bool
mac_check(struct protect *p, uint32_t seqnr, const uint8_t *packet,
    size_t len, struct err *err)
{
	uint8_t tag[PROTECT_TAG_MAX];
	bool same;

	if (!mac_compute(p, seqnr, packet, len, tag, err))
		return false;
	same = CRYPTO_memcmp(tag, packet + len, p->mac->tag_len) == 0;
	OPENSSL_cleanse(tag, sizeof(tag));
	return same ? true : err_set(err, ERR_MISMATCH, "packet MAC");
}

static bool
seal_with_mac(struct protect *p, uint32_t seqnr, uint8_t *packet, size_t len,
    struct err *err)
{
	uint8_t tag[PROTECT_TAG_MAX];

	if (p->mode == PROTECT_ETM &&
	    !stream_crypt(p, packet + LENGTH_LEN, len - LENGTH_LEN, err))
		return false;
	if (!mac_compute(p, seqnr, packet, len, tag, err))
		return false;
	memcpy(packet + len, tag, p->mac->tag_len);
	return p->mode == PROTECT_ETM || stream_crypt(p, packet, len, err);
}

bool
protect_seal(struct protect *p, uint32_t seqnr, uint8_t *packet, size_t len,
    struct err *err)
{
	assert(p->sealing && len > LENGTH_LEN);
	switch (p->mode) {
	case PROTECT_PLAIN:
		return true;
	case PROTECT_AEAD:
		return p->cipher->ops->seal(p->cipher_state, seqnr, packet,
		    len, err);
	case PROTECT_ETM:
	case PROTECT_EAM:
		return seal_with_mac(p, seqnr, packet, len, err);
	}
	return err_set(err, ERR_UNEXPECTED, "packet protection");
}

bool
protect_open_length(struct protect *p, uint32_t seqnr, uint8_t *packet,
    uint32_t *packet_length, struct err *err)
{
	assert(!p->sealing);
	if (p->mode == PROTECT_AEAD)
		return p->cipher->ops->open_length(p->cipher_state, seqnr,
		    packet, packet_length, err);
	if (p->mode == PROTECT_EAM) {
		assert(!p->head_is_open);
		if (!stream_crypt(p, packet, p->cipher->block_len, err))
			return false;
		p->head_is_open = true;
	}
	*packet_length = get_u32(packet);
	return true;
}

static bool
open_etm(struct protect *p, uint32_t seqnr, uint8_t *packet, size_t len,
    struct err *err)
{
	return mac_check(p, seqnr, packet, len, err) &&
	    stream_crypt(p, packet + LENGTH_LEN, len - LENGTH_LEN, err);
}

/* RFC 4253 6.4: the MAC is over the plaintext, so decryption comes first. */
static bool
open_eam(struct protect *p, uint32_t seqnr, uint8_t *packet, size_t len,
    struct err *err)
{
	size_t head_len = p->cipher->block_len;

	assert(p->head_is_open);
	p->head_is_open = false;
	if (len < head_len)
		return err_set(err, ERR_RANGE, "packet length");
	return stream_crypt(p, packet + head_len, len - head_len, err) &&
	    mac_check(p, seqnr, packet, len, err);
}

void
protect_waste(struct protect *p, uint32_t seqnr, uint8_t *bytes, size_t len)
{
	uint8_t tag[PROTECT_TAG_MAX];
	struct err err;

	assert(protect_hides_errors(p));
	len -= len % p->cipher->block_len;
	if (len != 0 && stream_crypt(p, bytes, len, &err))
		(void)!mac_compute(p, seqnr, bytes, len, tag, &err);
}

bool
protect_open(struct protect *p, uint32_t seqnr, uint8_t *packet, size_t len,
    struct err *err)
{
	assert(!p->sealing);
	if (len <= LENGTH_LEN)
		return err_set(err, ERR_RANGE, "packet length");
	switch (p->mode) {
	case PROTECT_PLAIN:
		return true;
	case PROTECT_AEAD:
		return p->cipher->ops->open(p->cipher_state, seqnr, packet,
		    len, err);
	case PROTECT_ETM:
		return open_etm(p, seqnr, packet, len, err);
	case PROTECT_EAM:
		return open_eam(p, seqnr, packet, len, err);
	}
	return err_set(err, ERR_UNEXPECTED, "packet protection");
}
