/* SPDX-License-Identifier: ISC */
#include "sshd/net/kex.h"

#include "sshd/net/conn.h"

#define GEX_BITS_MIN	2048	/* RFC 8270 */
#define GEX_BITS_MAX	8192	/* RFC 4419 section 3 */

uint8_t
kex_expected(const struct kex *kex)
{
	static const uint8_t expected[] = {
		[KEX_IDLE] = 0,
		[KEX_WAIT_INIT] = SSH_MSG_KEXINIT,
		[KEX_WAIT_PUBLIC] = SSH_MSG_KEX_30,
		[KEX_WAIT_GEX_REQUEST] = SSH_MSG_KEX_34,
		[KEX_WAIT_GEX_PUBLIC] = SSH_MSG_KEX_32,
		[KEX_WAIT_NEWKEYS] = SSH_MSG_NEWKEYS,
	};

	return expected[kex->step];
}

/* What is needed only while an exchange runs. */
static void
clear_run(struct kex *kex)
{
	secret_clear(&kex->own_init);
	secret_clear(&kex->peer_init);
	secret_clear(&kex->gex_p);
	secret_clear(&kex->gex_g);
	kex->choice.host_key_algorithm = (struct bytes){ 0 };
}

void
kex_clear(struct kex *kex)
{
	clear_run(kex);
	protect_free(kex->next_in);
	explicit_bzero(kex, sizeof(*kex));
}

bool
kex_holds_output(const struct conn *conn)
{
	enum kex_step step = conn->transport.kex.step;

	return step != KEX_IDLE && step != KEX_WAIT_NEWKEYS;
}

bool
kex_binds_input(const struct conn *conn)
{
	enum kex_step step = conn->transport.kex.step;

	return step != KEX_IDLE && step != KEX_WAIT_INIT;
}

/* K_S of the chosen algorithm, in what the monitor told us. */
static struct bytes
host_key_blob(struct conn *conn)
{
	struct kex *kex = &conn->transport.kex;
	struct reader r = rd_init(conn->setup.host_keys);

	while (rd_left(&r) != 0) {
		struct bytes name = rd_string(&r, ALG_NAME_MAX, "algorithm");
		struct bytes blob = rd_string(&r, KEY_BLOB_MAX, "host key");

		if (!bytes_equal(name, kex->choice.host_key_algorithm))
			continue;
		if (!kex->initial_done) {
			kex->first_host_key_algorithm = name;
			kex->first_host_key = blob;
		}
		return blob;
	}
	return (struct bytes){ 0 };
}

static struct kex_hash_input
hash_input(struct conn *conn, struct bytes client_public,
    const struct kex_result *result)
{
	const struct kex *kex = &conn->transport.kex;
	bool gex = kex->choice.alg->form == KEX_FORM_GEX;
	struct bytes none = { 0 };

	return (struct kex_hash_input){
		.alg = kex->choice.alg,
		.client_version = bytes_of(conn->transport.peer.line,
		    conn->transport.peer.line_len),
		.server_version = conn->setup.version,
		.client_kexinit = secret_bytes(&kex->peer_init),
		.server_kexinit = secret_bytes(&kex->own_init),
		.host_key = host_key_blob(conn),
		.gex_request = gex ? bytes_of(kex->gex_request,
		    sizeof(kex->gex_request)) : none,
		.gex_p = gex ? secret_bytes(&kex->gex_p) : none,
		.gex_g = gex ? secret_bytes(&kex->gex_g) : none,
		.client_public = client_public,
		.server_public = bytes_of(result->server_public,
		    result->server_public_len),
		.shared = secret_bytes(&result->shared),
	};
}

/* The monitor hashes the same fields itself and signs what it gets. */
static bool
ask_signature(struct conn *conn, const struct kex_hash_input *in,
    struct ipc_message *reply, struct err *err)
{
	const struct kex_choice *choice = &conn->transport.kex.choice;
	struct ipc_KEX_SIGN question = {
		.kex_name = bytes_str(choice->alg->name),
		.host_key_algorithm = choice->host_key_algorithm,
		.client_version = in->client_version,
		.client_kexinit = in->client_kexinit,
		.server_kexinit = in->server_kexinit,
		.gex_request = in->gex_request,
		.gex_p = in->gex_p,
		.gex_g = in->gex_g,
		.client_public = in->client_public,
		.server_public = in->server_public,
		.shared_secret = in->shared,
	};

	if (!conn_ask(conn, IPC_KEX_SIGN, &question, IPC_KEX_SIGNED, reply,
	    err))
		return false;
	if (reply->u.KEX_SIGNED.signature.len == 0)
		return err_set(err, ERR_CRYPTO, "host key signature");
	return true;
}

/* Letters of RFC 4253 7.2. */
struct key_letters {
	char iv, key, mac;
};

static bool
derive_direction(const struct kex *kex, const struct kex_direction *d,
    struct key_letters letters, struct bytes shared, struct bytes hash,
    bool sealing, struct protect **out, struct err *err)
{
	uint8_t iv[PROTECT_IV_MAX], key[PROTECT_KEY_MAX], mac[PROTECT_KEY_MAX];
	struct bytes id = bytes_of(kex->session_id, kex->session_id_len);
	enum digest_id digest = kex->choice.alg->hash;
	size_t iv_len = d->cipher->iv_len, key_len = d->cipher->key_len;
	size_t mac_len = d->mac == NULL ? 0 : d->mac->key_len;
	bool ok;

	ok = kex_derive(digest, shared, hash, letters.iv, id, iv, iv_len,
	    err) &&
	    kex_derive(digest, shared, hash, letters.key, id, key, key_len,
	    err) &&
	    kex_derive(digest, shared, hash, letters.mac, id, mac, mac_len,
	    err) &&
	    protect_new(out, d->cipher, d->mac, bytes_of(key, key_len),
	    bytes_of(iv, iv_len), bytes_of(mac, mac_len), sealing, err);
	explicit_bzero(iv, sizeof(iv));
	explicit_bzero(key, sizeof(key));
	explicit_bzero(mac, sizeof(mac));
	return ok;
}

static bool
derive_keys(struct kex *kex, const struct kex_hash_input *in,
    struct protect **sealing, struct err *err)
{
	uint8_t hash[DIGEST_MAX];
	size_t hash_len = digest_len(in->alg->hash);
	struct bytes h = bytes_of(hash, hash_len);

	if (!kex_hash(in, hash, err))
		return false;
	if (!kex->initial_done) {
		memcpy(kex->session_id, hash, hash_len);
		kex->session_id_len = hash_len;
	}
	protect_free(kex->next_in);
	kex->next_in = NULL;
	return derive_direction(kex, &kex->choice.in,
	    (struct key_letters){ 'A', 'C', 'E' }, in->shared, h, false,
	    &kex->next_in, err) &&
	    derive_direction(kex, &kex->choice.out,
	    (struct key_letters){ 'B', 'D', 'F' }, in->shared, h, true,
	    sealing, err);
}

static bool
send_reply(struct conn *conn, const struct kex_hash_input *in,
    struct bytes signature, struct err *err)
{
	bool gex = in->alg->form == KEX_FORM_GEX;
	struct writer *w = packet_begin(conn,
	    gex ? SSH_MSG_KEX_33 : SSH_MSG_KEX_31);

	wr_string(w, in->host_key);
	if (in->alg->form == KEX_FORM_ECDH)
		wr_string(w, in->server_public);
	else
		wr_mpint(w, in->server_public);
	wr_string(w, signature);
	return packet_send(conn, err);
}

bool
kex_compress_out(struct conn *conn, struct err *err)
{
	struct packet_out *out = &conn->transport.out;

	deflater_free(out->deflater);
	out->deflater = NULL;
	return conn->state != CONN_OPEN ||
	    !conn->transport.kex.choice.out.zlib ||
	    deflater_new(&out->deflater, PACKET_ROOM, err);
}

bool
kex_compress_in(struct conn *conn, struct err *err)
{
	struct packet_in *in = &conn->transport.in;

	inflater_free(in->inflater);
	in->inflater = NULL;
	return conn->state != CONN_OPEN ||
	    !conn->transport.kex.choice.in.zlib ||
	    inflater_new(&in->inflater, err);
}

/* NEWKEYS, the new keys from the next packet on, and what waited for them. */
static bool
switch_output(struct conn *conn, struct protect **sealing, struct err *err)
{
	struct kex *kex = &conn->transport.kex;

	(void)packet_begin(conn, SSH_MSG_NEWKEYS);
	if (!packet_send(conn, err))
		return false;
	packet_out_rekey(&conn->transport.out, sealing, kex->strict);
	if (!kex_compress_out(conn, err))
		return false;
	kex->step = KEX_WAIT_NEWKEYS;
	if (!kex->initial_done && kex->peer_ext_info &&
	    !transport_send_first_ext_info(conn, err))
		return false;
	if (!packet_out_release(conn, err))
		return false;
	if (conn->state == CONN_OPEN)
		channels_output_ready(conn);
	return true;
}

/* The peer's public value came: everything that is ours to do follows. */
static bool
answer(struct conn *conn, struct bytes client_public, struct err *err)
{
	struct kex *kex = &conn->transport.kex;
	const struct kex_alg *alg = kex->choice.alg;
	struct kex_group group = { secret_bytes(&kex->gex_p),
	    secret_bytes(&kex->gex_g) };
	struct kex_result result = { 0 };
	struct kex_hash_input in;
	struct ipc_message reply;
	struct protect *sealing = NULL;
	bool ok = false;

	if (!kex_respond(alg, alg->form == KEX_FORM_GEX ? &group : NULL,
	    client_public, &result, err)) {
		conn_abort(conn, SSH_DISCONNECT_KEY_EXCHANGE_FAILED,
		    "key exchange failed", err->what);
		ok = true;
		goto out;
	}
	in = hash_input(conn, client_public, &result);
	ok = ask_signature(conn, &in, &reply, err) &&
	    send_reply(conn, &in, reply.u.KEX_SIGNED.signature, err) &&
	    derive_keys(kex, &in, &sealing, err) &&
	    switch_output(conn, &sealing, err);
 out:
	protect_free(sealing);
	kex_result_clear(&result);
	return ok;
}

bool
recv_kex_30(struct conn *conn, struct reader *r, struct err *err)
{
	const struct kex *kex = &conn->transport.kex;
	struct bytes client_public;

	if (kex->step != KEX_WAIT_PUBLIC)
		return err_set(err, ERR_UNEXPECTED, "key exchange message");
	client_public = kex->choice.alg->form == KEX_FORM_ECDH ?
	    rd_string(r, KEX_PUBLIC_MAX, "Q_C") :
	    rd_mpint(r, KEX_PUBLIC_MAX - 1, "e");
	return rd_end(r, err) && answer(conn, client_public, err);
}

bool
recv_kex_32(struct conn *conn, struct reader *r, struct err *err)
{
	const struct kex *kex = &conn->transport.kex;
	struct bytes client_public;

	if (kex->step != KEX_WAIT_GEX_PUBLIC)
		return err_set(err, ERR_UNEXPECTED, "key exchange message");
	client_public = rd_mpint(r, KEX_PUBLIC_MAX - 1, "e");
	return rd_end(r, err) && answer(conn, client_public, err);
}

static uint32_t
clamp_bits(uint32_t bits)
{
	return MIN(MAX(bits, GEX_BITS_MIN), GEX_BITS_MAX);
}

static bool
send_group(struct conn *conn, const struct ipc_GEX_GROUP_REPLY *group,
    struct err *err)
{
	struct kex *kex = &conn->transport.kex;
	struct writer *w;

	if (!secret_copy(&kex->gex_p, group->p, err) ||
	    !secret_copy(&kex->gex_g, group->g, err))
		return false;
	w = packet_begin(conn, SSH_MSG_KEX_31);
	wr_mpint(w, group->p);
	wr_mpint(w, group->g);
	kex->step = KEX_WAIT_GEX_PUBLIC;
	return packet_send(conn, err);
}

bool
recv_kex_34(struct conn *conn, struct reader *r, struct err *err)
{
	struct kex *kex = &conn->transport.kex;
	struct ipc_GEX_GROUP question;
	struct ipc_message reply;
	uint32_t min, n, max;

	if (kex->step != KEX_WAIT_GEX_REQUEST)
		return err_set(err, ERR_UNEXPECTED, "key exchange message");
	if (rd_left(r) == sizeof(kex->gex_request))
		memcpy(kex->gex_request, r->p, sizeof(kex->gex_request));
	min = rd_u32(r, "min");
	n = rd_u32(r, "n");
	max = rd_u32(r, "max");
	if (!rd_end(r, err))
		return false;
	if (max < min || n < min || max < n || max < GEX_BITS_MIN) {
		conn_abort(conn, SSH_DISCONNECT_KEY_EXCHANGE_FAILED,
		    "group sizes out of range", "DH GEX group out of range");
		return true;
	}
	question = (struct ipc_GEX_GROUP){ .min = clamp_bits(min),
	    .n = clamp_bits(n), .max = clamp_bits(max) };
	if (!conn_ask(conn, IPC_GEX_GROUP, &question, IPC_GEX_GROUP_REPLY,
	    &reply, err))
		return false;
	if (reply.u.GEX_GROUP_REPLY.p.len == 0) {
		conn_disconnect(conn, SSH_DISCONNECT_KEY_EXCHANGE_FAILED,
		    "no matching DH grp found");
		return true;
	}
	return send_group(conn, &reply.u.GEX_GROUP_REPLY, err);
}

bool
recv_newkeys(struct conn *conn, struct reader *r, struct err *err)
{
	struct kex *kex = &conn->transport.kex;

	if (!rd_end(r, err))
		return false;
	if (kex->step != KEX_WAIT_NEWKEYS)
		return err_set(err, ERR_UNEXPECTED, "NEWKEYS");
	packet_in_rekey(&conn->transport.in, &kex->next_in, kex->strict);
	if (!kex_compress_in(conn, err))
		return false;
	clear_run(kex);
	kex->step = KEX_IDLE;
	if (!kex->initial_done) {
		kex->initial_done = true;
		conn->state = CONN_SERVICE;
	}
	rekey_restart(conn);
	return true;
}
