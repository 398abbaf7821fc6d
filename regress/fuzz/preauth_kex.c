/* SPDX-License-Identifier: ISC */
/* The client's half of curve25519-sha256. */
#include "fuzz/preauth_client.h"

#include "fuzz/fuzz.h"
#include "lib/crypto/kex.h"
#include "lib/crypto/x25519.h"
#include "lib/wire/kexinit.h"

static const uint8_t secret[X25519_LEN] = "a secret that everybody knows..";
static const uint8_t base[X25519_LEN] = { 9 };

static void
send_init(struct preauth_client *c)
{
	static const uint8_t cookie[KEXINIT_COOKIE_LEN] = "cookie";
	const struct client_options *o = &c->options;
	struct bytes cipher = bytes_str(o->cipher), mac = bytes_str(o->mac);
	struct bytes compression = bytes_str(o->zlib ?
	    "zlib@openssh.com" : "none");
	struct kexinit m = { .cookie = bytes_of(cookie, sizeof(cookie)) };
	struct writer w = wr_init(c->kex.own, sizeof(c->kex.own));
	char kex[256];
	struct err err;

	snprintf(kex, sizeof(kex), "curve25519-sha256%s%s",
	    o->strict ? ",kex-strict-c-v00@openssh.com" : "",
	    o->ext_info ? ",ext-info-c,ext-info-in-auth@openssh.com" : "");
	m.lists[KEXINIT_KEX] = bytes_str(kex);
	m.lists[KEXINIT_HOST_KEY] = BYTES_LIT("ssh-ed25519");
	m.lists[KEXINIT_CIPHER_C2S] = m.lists[KEXINIT_CIPHER_S2C] = cipher;
	m.lists[KEXINIT_MAC_C2S] = m.lists[KEXINIT_MAC_S2C] = mac;
	m.lists[KEXINIT_COMPRESSION_C2S] =
	    m.lists[KEXINIT_COMPRESSION_S2C] = compression;
	FUZZ_CHECK(kexinit_build(&m, &w, &err));
	c->kex.own_len = w.len;
	preauth_client_send(c, wr_view(&w));
}

static void
send_public(struct preauth_client *c)
{
	uint8_t public[X25519_LEN], shared[X25519_LEN], message[64];
	struct writer w = wr_init(message, sizeof(message));
	struct err err;

	FUZZ_CHECK(x25519_agree(secret, base, public, shared, &err));
	wr_u8(&w, SSH_MSG_KEX_30);
	wr_string(&w, bytes_of(public, sizeof(public)));
	c->kex.step = CLIENT_KEX_PUBLIC;
	preauth_client_send(c, wr_view(&w));
}

void
preauth_kex_start(struct preauth_client *c)
{
	if (c->kex.step != CLIENT_KEX_IDLE || c->over)
		return;
	c->kex.step = CLIENT_KEX_INIT;
	send_init(c);
	if (c->kex.peer_len != 0 && c->kex.step == CLIENT_KEX_INIT)
		send_public(c);
}

/* Keys of one direction, by the letters of RFC 4253 7.2. */
static struct protect *
derive(const struct preauth_client *c, const char letters[static 3],
    struct bytes shared, struct bytes hash, bool sealing)
{
	const struct cipher_alg *cipher =
	    cipher_find(bytes_str(c->options.cipher));
	const struct mac_alg *mac = cipher->is_aead ? NULL :
	    mac_find(bytes_str(c->options.mac));
	size_t mac_len = mac == NULL ? 0 : mac->key_len;
	struct bytes id = bytes_of(c->kex.session_id, c->kex.session_id_len);
	uint8_t iv[64], key[64], mac_key[64];
	struct protect *p;
	struct err err;

	FUZZ_CHECK(kex_derive(DIGEST_SHA256, shared, hash, letters[0], id, iv,
	    cipher->iv_len, &err));
	FUZZ_CHECK(kex_derive(DIGEST_SHA256, shared, hash, letters[1], id, key,
	    cipher->key_len, &err));
	FUZZ_CHECK(kex_derive(DIGEST_SHA256, shared, hash, letters[2], id,
	    mac_key, mac_len, &err));
	FUZZ_CHECK(protect_new(&p, cipher, mac, bytes_of(key, cipher->key_len),
	    bytes_of(iv, cipher->iv_len), bytes_of(mac_key, mac_len), sealing,
	    &err));
	return p;
}

static bool
hash_reply(struct preauth_client *c, struct bytes payload, struct writer *k,
    uint8_t hash[static DIGEST_MAX])
{
	struct reader r = rd_init(bytes_of(payload.p + 1, payload.len - 1));
	uint8_t public[X25519_LEN], shared[X25519_LEN];
	struct kex_hash_input in = {
		.alg = kex_find(BYTES_LIT("curve25519-sha256")),
		.client_version = bytes_str(c->options.version),
		.server_version = BYTES_LIT(MONITOR_VERSION),
		.client_kexinit = bytes_of(c->kex.own, c->kex.own_len),
		.server_kexinit = bytes_of(c->kex.peer, c->kex.peer_len),
		.client_public = bytes_of(public, sizeof(public)),
	};
	struct err err;

	in.host_key = rd_string(&r, 1024, "K_S");
	in.server_public = rd_string(&r, 1024, "Q_S");
	(void)rd_string(&r, 1024, "signature");
	if (!rd_end(&r, &err) || in.server_public.len != X25519_LEN ||
	    !x25519_agree(secret, in.server_public.p, public, shared, &err))
		return false;
	wr_mpint(k, bytes_of(shared, sizeof(shared)));
	in.shared = wr_view(k);
	return kex_hash(&in, hash, &err);
}

static void
take_reply(struct preauth_client *c, struct bytes payload)
{
	struct client_kex *kex = &c->kex;
	uint8_t hash[DIGEST_MAX], k[64];
	struct writer w = wr_init(k, sizeof(k));
	size_t hash_len = digest_len(DIGEST_SHA256);
	struct bytes h = bytes_of(hash, hash_len);

	if (!hash_reply(c, payload, &w, hash)) {
		FUZZ_CHECK(c->tainted);
		c->blind = true;
		return;
	}
	if (kex->session_id_len == 0) {
		memcpy(kex->session_id, hash, hash_len);
		kex->session_id_len = hash_len;
	}
	protect_free(kex->next_in);
	protect_free(kex->next_out);
	kex->next_out = derive(c, "ACE", wr_view(&w), h, true);
	kex->next_in = derive(c, "BDF", wr_view(&w), h, false);
	kex->step = CLIENT_KEX_REPLIED;
}

/* Compression starts over with the keys, once logged in. */
static void
restart_compression(struct preauth_client *c)
{
	struct err err;

	inflater_free(c->inflater);
	deflater_free(c->deflater);
	c->inflater = NULL;
	c->deflater = NULL;
	if (c->logged_in && c->options.zlib)
		FUZZ_CHECK(inflater_new(&c->inflater, &err) &&
		    deflater_new(&c->deflater, PACKET_ROOM, &err));
}

static void
take_newkeys(struct preauth_client *c)
{
	static const uint8_t newkeys[] = { SSH_MSG_NEWKEYS };
	struct client_kex *kex = &c->kex;
	struct deflater *kept = c->deflater;

	if (kex->step != CLIENT_KEX_REPLIED) {
		FUZZ_CHECK(c->tainted);
		c->blind = true;
		return;
	}
	preauth_client_send(c, bytes_of(newkeys, sizeof(newkeys)));
	FUZZ_CHECK(kept == c->deflater);
	protect_free(c->in);
	protect_free(c->out);
	c->in = kex->next_in;
	c->out = kex->next_out;
	kex->next_in = kex->next_out = NULL;
	if (c->options.strict)
		c->in_seqnr = c->out_seqnr = 0;
	restart_compression(c);
	kex->step = CLIENT_KEX_IDLE;
	kex->peer_len = 0;
}

void
preauth_kex_recv(struct preauth_client *c, struct bytes payload)
{
	struct client_kex *kex = &c->kex;

	switch (payload.p[0]) {
	case SSH_MSG_KEXINIT:
		FUZZ_CHECK(payload.len <= sizeof(kex->peer));
		memcpy(kex->peer, payload.p, payload.len);
		kex->peer_len = payload.len;
		if (kex->step == CLIENT_KEX_INIT)
			send_public(c);
		break;
	case SSH_MSG_KEX_31:
		if (kex->step == CLIENT_KEX_PUBLIC)
			take_reply(c, payload);
		break;
	case SSH_MSG_NEWKEYS:
		take_newkeys(c);
		break;
	case SSH_MSG_USERAUTH_SUCCESS:
		c->logged_in = true;
		restart_compression(c);
		break;
	}
}

void
preauth_kex_clear(struct preauth_client *c)
{
	protect_free(c->kex.next_in);
	protect_free(c->kex.next_out);
	protect_free(c->in);
	protect_free(c->out);
	inflater_free(c->inflater);
	deflater_free(c->deflater);
}
