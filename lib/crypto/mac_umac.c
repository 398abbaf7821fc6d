/* SPDX-License-Identifier: ISC */
/*
 * UMAC over packets: the nonce is the sequence number as uint64, so it does
 * not return before 2^32 packets, when keys have long changed.
 */
#include <assert.h>

#include "lib/crypto/protect_ops.h"
#include "lib/crypto/umac.h"
#include "lib/wire/writer.h"

/* A packet with its length in front. */
static_assert(PACKET_MAX_IN + 4 <= UMAC_MESSAGE_MAX, "umac");

static void *
mac_umac_new(const struct mac_alg *alg, struct bytes key, struct err *err)
{
	struct umac *umac = NULL;

	assert(key.len == UMAC_KEY_LEN);
	return umac_new(&umac, key.p, alg->tag_len, err) ? umac : NULL;
}

static void
mac_umac_free(void *state)
{
	umac_free(state);
}

static bool
mac_umac_compute(void *state, uint32_t seqnr, const uint8_t *p, size_t len,
    uint8_t tag[static PROTECT_TAG_MAX], struct err *err)
{
	uint8_t nonce[8] = { 0 };

	put_u32(nonce + 4, seqnr);
	return umac_tag(state, bytes_of(nonce, sizeof(nonce)),
	    bytes_of(p, len), tag, err);
}

static const struct mac_ops umac_ops = {
	.new = mac_umac_new,
	.free = mac_umac_free,
	.compute = mac_umac_compute,
};

const struct mac_alg mac_umac_64 = {
	.name = "umac-64@openssh.com",
	.key_len = UMAC_KEY_LEN, .tag_len = 8, .ops = &umac_ops,
};

const struct mac_alg mac_umac_128 = {
	.name = "umac-128@openssh.com",
	.key_len = UMAC_KEY_LEN, .tag_len = 16, .ops = &umac_ops,
};

const struct mac_alg mac_umac_64_etm = {
	.name = "umac-64-etm@openssh.com", .is_etm = true,
	.key_len = UMAC_KEY_LEN, .tag_len = 8, .ops = &umac_ops,
};

const struct mac_alg mac_umac_128_etm = {
	.name = "umac-128-etm@openssh.com", .is_etm = true,
	.key_len = UMAC_KEY_LEN, .tag_len = 16, .ops = &umac_ops,
};
