/* SPDX-License-Identifier: ISC */
#include "unit/net/test_client.h"

#include "unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>

#include "lib/crypto/openssl.h"
#include "lib/crypto/x25519.h"

#define QUIET_ROUNDS	3	/* read, handle, flush */

static int64_t
test_now_ms(const struct clock *clock)
{
	const struct test_client *c = (const struct test_client *)
	    (const void *)((const char *)clock -
	    offsetof(struct test_client, clock));

	return c->now_ms;
}

static void
must(bool ok)
{
	assert_true(ok);
}

struct test_client *
test_client_new(const struct test_offer *offer)
{
	struct test_client *c = calloc(1, sizeof(*c));
	struct bytes none = { 0 };
	struct ipc_NET_SETUP setup;
	struct ipc_NET_CONNECTION connection = {
		.peer_address = BYTES_LIT("192.0.2.7"), .peer_port = 4711,
	};
	struct err err;
	int fds[2], net_fd;

	if (offer != NULL)
		c->offer = *offer;
	c->clock.now_ms = test_now_ms;
	c->now_ms = 1000;
	c->buf = malloc(CLIENT_BUF);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
	    fds), 0);
	c->fd = fds[0];
	assert_int_equal(fcntl(c->fd, F_SETFL, O_NONBLOCK), 0);
	fake_monitor_start(&c->monitor, &net_fd);
	setup = fake_monitor_setup(&c->monitor, c->offer.kex,
	    c->offer.ciphers, c->offer.macs, c->offer.compression);
	must(conn_init(&c->conn, net_fd, &c->clock, &err));
	must(conn_setup(&c->conn, &setup, &err));
	must(protect_new(&c->in, NULL, NULL, none, none, none, false, &err));
	must(protect_new(&c->out, NULL, NULL, none, none, none, true, &err));
	must(conn_start(&c->conn, &connection, fds[1], fds[1], &err));
	return c;
}

void
test_client_close(struct test_client *c)
{
	if (c->fd == -1)
		return;
	close(c->fd);
	c->fd = -1;
	conn_clear(&c->conn);
	fake_monitor_join(&c->monitor);
}

void
test_client_free(struct test_client *c)
{
	test_client_close(c);
	protect_free(c->in);
	protect_free(c->out);
	inflater_free(c->inflater);
	deflater_free(c->deflater);
	free(c->buf);
	free(c);
}

/* Reads what there is; true when something came. */
static bool
fill(struct test_client *c)
{
	ssize_t n;

	if (c->head == c->tail)
		c->head = c->tail = 0;
	else if (c->tail > CLIENT_BUF / 2 && c->head != 0) {
		memmove(c->buf, c->buf + c->head, c->tail - c->head);
		c->tail -= c->head;
		c->head = 0;
	}
	if (c->deaf || c->tail == CLIENT_BUF)
		return false;
	n = read(c->fd, c->buf + c->tail, CLIENT_BUF - c->tail);
	if (n > 0)
		c->tail += (size_t)n;
	else if (n == 0 || errno != EAGAIN)
		c->eof = true;
	return n > 0;
}

/*
 * One round of the server, then what it sent. Between the two nothing is in
 * flight, so a round without bytes means that none will come.
 */
static bool
pump(struct test_client *c)
{
	if (c->eof)
		return false;
	if (!conn_step(&c->conn, 0))
		conn_clear(&c->conn);	/* as if its process had exited */
	return fill(c);
}

void
test_client_settle(struct test_client *c)
{
	for (int quiet = 0; quiet < QUIET_ROUNDS;)
		quiet = pump(c) ? 0 : quiet + 1;
}

void
test_client_send_raw(struct test_client *c, const void *p, size_t len)
{
	const uint8_t *from = p;

	while (len != 0 && !c->eof) {
		ssize_t n = send(c->fd, from, len, MSG_NOSIGNAL);

		if (n == -1 && errno != EAGAIN)
			return;
		if (n > 0) {
			from += n;
			len -= (size_t)n;
		}
		if (len != 0)
			(void)pump(c);
	}
}

/* Returns the length of the sealed packet. */
static size_t
seal(struct test_client *c, const void *payload, size_t len, uint8_t *packet)
{
	size_t block = protect_block_len(c->out), padding;
	struct err err;

	if (c->deflater != NULL) {
		memcpy(deflater_payload(c->deflater), payload, len);
		must(deflater_run(c->deflater, len, packet + 5,
		    deflater_bound(len), &len, &err));
	} else if (len != 0)
		memcpy(packet + 5, payload, len);
	padding = block - (len + (protect_aligns_length(c->out) ? 5 : 1)) %
	    block;
	if (padding < 4)
		padding += block;
	put_u32(packet, (uint32_t)(1 + len + padding));
	packet[4] = (uint8_t)padding;
	memset(packet + 5 + len, 0, padding);
	must(protect_seal(c->out, c->out_seqnr++, packet, 5 + len + padding,
	    &err));
	packet[c->flip_at] ^= c->flip_at != 0;
	c->flip_at = 0;
	return 5 + len + padding + protect_tag_len(c->out);
}

void
test_client_send(struct test_client *c, const void *payload, size_t len)
{
	uint8_t *packet = malloc(len * 2 + 1024);

	test_client_send_raw(c, packet, seal(c, payload, len, packet));
	free(packet);
}

bool
test_client_try_send(struct test_client *c, const void *payload, size_t len)
{
	ssize_t n;

	if (c->unsent_len == 0)
		c->unsent_len = seal(c, payload, len, c->unsent);
	n = send(c->fd, c->unsent, c->unsent_len, MSG_NOSIGNAL);
	if (n <= 0)
		return false;
	c->unsent_len -= (size_t)n;
	memmove(c->unsent, c->unsent + n, c->unsent_len);
	c->sent_whole += c->unsent_len == 0;
	return c->unsent_len == 0;
}

void
test_client_send_u8(struct test_client *c, uint8_t message)
{
	test_client_send(c, &message, 1);
}

bool
test_client_recv_line(struct test_client *c, char *line, size_t len)
{
	uint8_t *lf;

	while ((lf = memchr(c->buf + c->head, '\n', c->tail - c->head)) ==
	    NULL) {
		if (!pump(c) && c->eof)
			return false;
	}
	must(bytes_to_str(bytes_of(c->buf + c->head,
	    (size_t)(lf - c->buf) - c->head), line, len));
	c->head = (size_t)(lf + 1 - c->buf);
	return true;
}

/* A whole packet at head? */
static bool
take_packet(struct test_client *c)
{
	uint8_t *p = c->buf + c->head;
	size_t total;
	struct bytes payload;
	struct err err;

	if (c->packet_length == 0 &&
	    c->tail - c->head >= protect_head_len(c->in))
		must(protect_open_length(c->in, c->in_seqnr, p,
		    &c->packet_length, &err));
	total = 4 + c->packet_length + protect_tag_len(c->in);
	if (c->packet_length == 0 || c->tail - c->head < total)
		return false;
	must(protect_open(c->in, c->in_seqnr++, p, 4 + c->packet_length,
	    &err));
	assert_true(p[4] >= 4 && p[4] < c->packet_length);
	assert_true(4 + c->packet_length >= 16);
	payload = bytes_of(p + 5, c->packet_length - 1 - p[4]);
	if (c->inflater != NULL)
		must(inflater_run(c->inflater, payload, &payload, &err));
	assert_true(payload.len <= sizeof(c->payload));
	memcpy(c->payload, payload.p, payload.len);
	c->payload_len = payload.len;
	c->head += total;
	c->packet_length = 0;
	return true;
}

bool
test_client_recv(struct test_client *c)
{
	int quiet = 0;

	while (!take_packet(c)) {
		quiet = pump(c) ? 0 : quiet + 1;
		if (quiet == QUIET_ROUNDS)
			return false;
	}
	return true;
}

static struct bytes
or_default(const char *list, const char *fallback)
{
	return bytes_str(list != NULL ? list : fallback);
}

static struct bytes
ciphers_of(const struct test_client *c)
{
	return or_default(c->offer.ciphers, "chacha20-poly1305@openssh.com");
}

static struct bytes
macs_of(const struct test_client *c)
{
	return or_default(c->offer.macs, "hmac-sha2-256-etm@openssh.com");
}

void
test_client_send_kexinit(struct test_client *c)
{
	static const uint8_t cookie[KEXINIT_COOKIE_LEN] = { 1, 2, 3 };
	struct writer w = wr_init(c->kexinit, sizeof(c->kexinit));
	char kex[512];
	struct bytes cipher = ciphers_of(c), mac = macs_of(c);
	struct bytes compression = or_default(c->offer.compression, "none");
	struct kexinit m = { .cookie = bytes_of(cookie, sizeof(cookie)),
	    .first_kex_packet_follows = c->follows };
	struct err err;

	snprintf(kex, sizeof(kex), "%s%s%s",
	    c->offer.kex != NULL ? c->offer.kex : "curve25519-sha256",
	    c->offer.strict ? ",kex-strict-c-v00@openssh.com" : "",
	    c->offer.ext_info ? ",ext-info-c" : "");
	m.lists[KEXINIT_KEX] = bytes_str(kex);
	m.lists[KEXINIT_HOST_KEY] = BYTES_LIT("ssh-ed25519");
	m.lists[KEXINIT_CIPHER_C2S] = m.lists[KEXINIT_CIPHER_S2C] = cipher;
	m.lists[KEXINIT_MAC_C2S] = m.lists[KEXINIT_MAC_S2C] = mac;
	m.lists[KEXINIT_COMPRESSION_C2S] =
	    m.lists[KEXINIT_COMPRESSION_S2C] = compression;
	must(kexinit_build(&m, &w, &err));
	c->kexinit_len = w.len;
	test_client_send(c, c->kexinit, c->kexinit_len);
}

void
test_client_hello(struct test_client *c)
{
	char line[256];

	must(test_client_recv_line(c, line, sizeof(line)));
	assert_string_equal(line, "SSH-2.0-Test_1\r");
	must(test_client_recv(c));
	assert_int_equal(c->payload[0], SSH_MSG_KEXINIT);
	memcpy(c->peer_kexinit, c->payload, c->payload_len);
	c->peer_kexinit_len = c->payload_len;
	test_client_send_raw(c, CLIENT_VERSION "\r\n",
	    sizeof(CLIENT_VERSION) + 1);
	test_client_send_kexinit(c);
}

static void
verify(struct bytes host_key, struct bytes signature, struct bytes hash)
{
	struct reader key = rd_init(host_key), sig = rd_init(signature);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY *pkey;
	struct bytes point, raw;

	(void)rd_string(&key, 64, "type");
	point = rd_string(&key, 64, "point");
	(void)rd_string(&sig, 64, "type");
	raw = rd_string(&sig, 64, "signature");
	pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, point.p,
	    point.len);
	assert_non_null(pkey);
	assert_int_equal(EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey), 1);
	assert_int_equal(EVP_DigestVerify(ctx, raw.p, raw.len, hash.p,
	    hash.len), 1);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pkey);
}

/* Keys of one direction, by the letters of RFC 4253 7.2. */
static struct protect *
derive(const struct test_client *c, const char letters[static 3],
    const struct kex_hash_input *in, struct bytes hash, bool sealing)
{
	const struct cipher_alg *cipher = cipher_find(ciphers_of(c));
	const struct mac_alg *mac = cipher->is_aead ? NULL :
	    mac_find(macs_of(c));
	size_t mac_len = mac == NULL ? 0 : mac->key_len;
	struct bytes session_id = bytes_of(c->session_id, c->session_id_len);
	struct bytes shared = in->shared;
	uint8_t iv[64], key[64], mac_key[64];
	struct protect *p;
	struct err err;

	must(kex_derive(in->alg->hash, shared, hash, letters[0], session_id, iv,
	    cipher->iv_len, &err));
	must(kex_derive(in->alg->hash, shared, hash, letters[1], session_id,
	    key, cipher->key_len, &err));
	must(kex_derive(in->alg->hash, shared, hash, letters[2], session_id,
	    mac_key, mac_len, &err));
	must(protect_new(&p, cipher, mac, bytes_of(key, cipher->key_len),
	    bytes_of(iv, cipher->iv_len), bytes_of(mac_key, mac_len), sealing,
	    &err));
	return p;
}

/* Skips what an exchange may be interleaved with. */
static void
recv_message(struct test_client *c, uint8_t message)
{
	for (;;) {
		must(test_client_recv(c));
		if (c->payload[0] == message)
			return;
		if (c->payload[0] == SSH_MSG_CHANNEL_DATA)
			c->skipped_data += c->payload_len - 9;
	}
}

/* RFC 4253 6.2: compression starts anew with new keys. */
static void
start_compression(struct test_client *c)
{
	struct err err;

	if (c->offer.compression == NULL ||
	    strcmp(c->offer.compression, "zlib@openssh.com") != 0)
		return;
	inflater_free(c->inflater);
	deflater_free(c->deflater);
	must(inflater_new(&c->inflater, &err));
	must(deflater_new(&c->deflater, PACKET_ROOM, &err));
}

void
test_client_kex(struct test_client *c)
{
	static const uint8_t base[X25519_LEN] = { 9 };
	const uint8_t secret[X25519_LEN] = "a secret that all tests share..";
	uint8_t public[X25519_LEN], shared[X25519_LEN], k[64], hash[DIGEST_MAX];
	uint8_t message[64];
	struct writer w = wr_init(k, sizeof(k));
	struct writer init = wr_init(message, sizeof(message));
	const struct kex_alg *alg = kex_find(BYTES_LIT("curve25519-sha256"));
	struct kex_hash_input in = { .alg = alg };
	struct bytes signature, h;
	struct reader r;
	struct err err;

	must(x25519_agree(secret, base, public, shared, &err));
	wr_u8(&init, SSH_MSG_KEX_30);
	wr_string(&init, bytes_of(public, sizeof(public)));
	test_client_send(c, message, init.len);
	recv_message(c, SSH_MSG_KEX_31);
	r = rd_init(bytes_of(c->payload + 1, c->payload_len - 1));
	in.host_key = rd_string(&r, 1024, "K_S");
	in.server_public = rd_string(&r, 1024, "Q_S");
	signature = rd_string(&r, 1024, "signature");
	must(rd_end(&r, &err));
	assert_int_equal(in.server_public.len, X25519_LEN);
	must(x25519_agree(secret, in.server_public.p, public, shared, &err));
	wr_mpint(&w, bytes_of(shared, sizeof(shared)));
	in.client_version = BYTES_LIT(CLIENT_VERSION);
	in.server_version = bytes_str(c->monitor.version);
	in.client_kexinit = bytes_of(c->kexinit, c->kexinit_len);
	in.server_kexinit = bytes_of(c->peer_kexinit, c->peer_kexinit_len);
	in.client_public = bytes_of(public, sizeof(public));
	in.shared = wr_view(&w);
	must(kex_hash(&in, hash, &err));
	h = bytes_of(hash, digest_len(alg->hash));
	verify(in.host_key, signature, h);
	if (c->session_id_len == 0) {
		memcpy(c->session_id, hash, h.len);
		c->session_id_len = h.len;
	}
	must(test_client_recv(c));
	assert_int_equal(c->payload[0], SSH_MSG_NEWKEYS);
	test_client_send_u8(c, SSH_MSG_NEWKEYS);
	protect_free(c->in);
	protect_free(c->out);
	c->out = derive(c, "ACE", &in, h, true);
	c->in = derive(c, "BDF", &in, h, false);
	if (c->offer.strict)
		c->in_seqnr = c->out_seqnr = 0;
	if (c->inflater != NULL)
		start_compression(c);
}

void
test_client_login(struct test_client *c)
{
	static const uint8_t service[] = "\5\0\0\0\14ssh-userauth";

	test_client_send(c, service, sizeof(service) - 1);
	recv_message(c, SSH_MSG_SERVICE_ACCEPT);
	test_client_send_u8(c, SSH_MSG_USERAUTH_REQUEST);
	recv_message(c, SSH_MSG_USERAUTH_SUCCESS);
	start_compression(c);
}
