/* SPDX-License-Identifier: ISC */
#include "sshd/net/kex_choose.h"

#include "lib/base/pattern.h"

/* RFC 4253 7.1: the first of the client's names that the server has too. */
static bool
first_match(struct bytes client, struct bytes server, struct bytes *name)
{
	struct bytes cursor = client;

	while (name_list_next(&cursor, name)) {
		if (name->len != 0 && name_list_has(server, *name))
			return true;
	}
	return false;
}

static bool
choose(const struct kexinit *client, const struct kexinit *server,
    enum kexinit_list list, const char *kind, struct bytes *name,
    struct bytes *their_offer, struct err *err)
{
	if (first_match(client->lists[list], server->lists[list], name))
		return true;
	*their_offer = client->lists[list];
	return err_set(err, ERR_NOT_FOUND, kind);
}

/*
 * The names that look like algorithms but only announce something
 * (ext-info-s, kex-strict-s-v00@openssh.com) have no row: a client that lists
 * ours as its own must not get them chosen.
 */
static bool
choose_kex(const struct kexinit *client, const struct kexinit *server,
    struct kex_choice *out, struct bytes *their_offer, struct err *err)
{
	struct bytes cursor = client->lists[KEXINIT_KEX], name;

	while (name_list_next(&cursor, &name)) {
		out->alg = kex_find(name);
		if (out->alg != NULL &&
		    name_list_has(server->lists[KEXINIT_KEX], name))
			return true;
	}
	*their_offer = client->lists[KEXINIT_KEX];
	return err_set(err, ERR_NOT_FOUND, "key exchange method");
}

/* Both sides guess the first of their own lists. */
static bool
same_first(struct bytes a, struct bytes b)
{
	struct bytes first_a = { 0 }, first_b = { 0 };

	(void)name_list_next(&a, &first_a);
	(void)name_list_next(&b, &first_b);
	return bytes_equal(first_a, first_b);
}

struct direction {
	enum kexinit_list cipher, mac, compression;
};

static const struct direction c2s = {
	KEXINIT_CIPHER_C2S, KEXINIT_MAC_C2S, KEXINIT_COMPRESSION_C2S,
};
static const struct direction s2c = {
	KEXINIT_CIPHER_S2C, KEXINIT_MAC_S2C, KEXINIT_COMPRESSION_S2C,
};

static bool
choose_direction(const struct kexinit *client, const struct kexinit *server,
    const struct direction *d, struct kex_direction *out,
    struct bytes *their_offer, struct err *err)
{
	struct bytes name;

	if (!choose(client, server, d->cipher, "cipher", &name, their_offer,
	    err))
		return false;
	if ((out->cipher = cipher_find(name)) == NULL)
		return err_set(err, ERR_CRYPTO, "cipher of our own list");
	if (!out->cipher->is_aead) {
		if (!choose(client, server, d->mac, "MAC", &name, their_offer,
		    err))
			return false;
		if ((out->mac = mac_find(name)) == NULL)
			return err_set(err, ERR_CRYPTO, "MAC of our own list");
	}
	if (!choose(client, server, d->compression, "compression method",
	    &name, their_offer, err))
		return false;
	out->zlib = !bytes_is(name, "none");
	return true;
}

bool
kex_choose(const struct kexinit *client, const struct kexinit *server,
    struct kex_choice *out, struct bytes *their_offer, struct err *err)
{
	struct kex_choice choice = { 0 };

	*their_offer = (struct bytes){ 0 };
	if (!choose_kex(client, server, &choice, their_offer, err) ||
	    !choose(client, server, KEXINIT_HOST_KEY, "host key type",
	    &choice.host_key_algorithm, their_offer, err) ||
	    !choose_direction(client, server, &c2s, &choice.in, their_offer,
	    err) ||
	    !choose_direction(client, server, &s2c, &choice.out, their_offer,
	    err))
		return false;
	choice.guess_wrong = client->first_kex_packet_follows &&
	    (!same_first(client->lists[KEXINIT_KEX],
	    server->lists[KEXINIT_KEX]) ||
	    !same_first(client->lists[KEXINIT_HOST_KEY],
	    server->lists[KEXINIT_HOST_KEY]));
	*out = choice;
	return true;
}
