/* SPDX-License-Identifier: ISC */
/*
 * Fuzz target: one direction of the packet protocol, every cipher with every
 * MAC. Arbitrary bytes never open; what was sealed opens once, unless a bit
 * of it was changed.
 */
#include "fuzz/fuzz.h"

#include "lib/crypto/init.h"
#include "lib/crypto/protect.h"
#include "lib/wire/writer.h"

#define PACKET_LENGTH_MIN	5	/* as the reader of packets asks for */
#define PAYLOAD_LEN_MAX		2048

/* Both ends of a direction. */
struct direction {
	struct protect *seal, *open;
};

static const struct cipher_alg *
any_cipher(uint8_t i)
{
	size_t count = 0;

	while (cipher_row(count) != NULL)
		count++;
	return cipher_row(i % count);
}

static const struct mac_alg *
any_mac(uint8_t i)
{
	size_t count = 0;

	while (mac_row(count) != NULL)
		count++;
	return mac_row(i % count);
}

static struct protect *
new_end(const struct cipher_alg *cipher, const struct mac_alg *mac,
    bool sealing)
{
	static const uint8_t material[PROTECT_KEY_MAX] = "the same keys";
	struct protect *p;
	struct err err;

	FUZZ_CHECK(protect_new(&p, cipher, mac,
	    bytes_of(material, cipher->key_len),
	    bytes_of(material, cipher->iv_len),
	    bytes_of(material, mac == NULL ? 0 : mac->key_len), sealing,
	    &err));
	return p;
}

static struct direction
direction_init(struct bytes *in)
{
	const struct cipher_alg *cipher = any_cipher(fuzz_u8(in));
	const struct mac_alg *mac = any_mac(fuzz_u8(in));

	if (cipher->is_aead)
		mac = NULL;
	return (struct direction){ new_end(cipher, mac, true),
	    new_end(cipher, mac, false) };
}

static void
direction_clear(struct direction *d)
{
	protect_free(d->seal);
	protect_free(d->open);
}

/*
 * As a reader of packets does: head, length, the rest. False when it is no
 * packet.
 */
static bool
open_packet(struct protect *p, uint32_t seqnr, struct bytes in)
{
	struct fuzz_copy copy = fuzz_copy_init(in);
	uint8_t *packet = copy.base;
	uint32_t length;
	struct err err;
	bool ok = false;

	if (in.len >= protect_head_len(p) &&
	    protect_open_length(p, seqnr, packet, &length, &err) &&
	    length >= PACKET_LENGTH_MIN && length <= PACKET_MAX_IN &&
	    (length + (protect_aligns_length(p) ? 4u : 0u)) %
	    protect_block_len(p) == 0 &&
	    4 + (size_t)length + protect_tag_len(p) <= in.len)
		ok = protect_open(p, seqnr, packet, 4 + (size_t)length, &err);
	fuzz_copy_clear(&copy);
	return ok;
}

/* A sealed packet, malloc'ed, and how long it is. */
static uint8_t *
seal_packet(struct protect *p, uint32_t seqnr, struct bytes payload,
    size_t *len)
{
	size_t block = protect_block_len(p);
	size_t padding = block - (payload.len +
	    (protect_aligns_length(p) ? 5 : 1)) % block;
	uint8_t *packet;
	struct err err;

	if (padding < 4)
		padding += block;
	*len = 5 + payload.len + padding + protect_tag_len(p);
	FUZZ_CHECK((packet = calloc(1, *len)) != NULL);
	put_u32(packet, (uint32_t)(1 + payload.len + padding));
	packet[4] = (uint8_t)padding;
	if (payload.len != 0)
		memcpy(packet + 5, payload.p, payload.len);
	FUZZ_CHECK(protect_seal(p, seqnr, packet, 5 + payload.len + padding,
	    &err));
	return packet;
}

static void
check_arbitrary(struct direction *d, uint32_t seqnr, struct bytes in)
{
	/* the keys are known to nobody but this file: no luck is enough */
	FUZZ_CHECK(!open_packet(d->open, seqnr, in));
}

static void
check_round_trip(struct direction *d, uint32_t seqnr, struct bytes payload)
{
	size_t len;
	uint8_t *packet = seal_packet(d->seal, seqnr, payload, &len);

	FUZZ_CHECK(open_packet(d->open, seqnr, bytes_of(packet, len)));
	free(packet);
}

static void
check_changed(struct direction *d, uint32_t seqnr, uint16_t where,
    struct bytes payload)
{
	size_t len, bit;
	uint8_t *packet = seal_packet(d->seal, seqnr, payload, &len);

	bit = where % (len * 8);
	packet[bit / 8] ^= (uint8_t)(1u << bit % 8);
	FUZZ_CHECK(!open_packet(d->open, seqnr, bytes_of(packet, len)));
	free(packet);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	crypto_init();
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	struct direction d = direction_init(&in);
	uint8_t what = fuzz_u8(&in);
	uint16_t where = fuzz_u16(&in);
	uint32_t seqnr = UINT32_MAX - 1 + where;

	in.len = MIN(in.len, PAYLOAD_LEN_MAX);
	if (what % 3 == 0)
		check_arbitrary(&d, seqnr, in);
	else {
		/* one that is well-formed first: state is carried along */
		check_round_trip(&d, seqnr, in);
		check_round_trip(&d, seqnr + 1, in);
		if (what % 3 == 1)
			check_changed(&d, seqnr + 2, where, in);
	}
	direction_clear(&d);
	return 0;
}
