/* SPDX-License-Identifier: ISC */
#include "packets.h"

#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define KEY_LEN		16
#define NONCE_LEN	12
#define TAG_LEN		16

struct way {
	EVP_CIPHER_CTX *cipher;
	uint8_t nonce[NONCE_LEN];
	struct buffer data;
};

static struct way out, in;
static int server;

/* ---- fields */

void
drop(struct buffer *b, size_t len)
{
	b->len -= len;
	memmove(b->bytes, b->bytes + len, b->len);
}

uint32_t
u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

uint8_t *
put_u32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
	return p + 4;
}

uint8_t *
put_string(uint8_t *p, const void *s, size_t len)
{
	p = put_u32(p, (uint32_t)len);
	memcpy(p, s, len);
	return p + len;
}

/* ---- packets */

static void
crypt_packet(struct way *way, uint8_t *packet, uint32_t len, bool seals)
{
	uint8_t *tag = packet + 4 + len;
	int n;

	if (EVP_CipherInit_ex(way->cipher, NULL, NULL, NULL, way->nonce,
	    seals) != 1 ||
	    (!seals && EVP_CIPHER_CTX_ctrl(way->cipher, EVP_CTRL_AEAD_SET_TAG,
	    TAG_LEN, tag) != 1) ||
	    EVP_CipherUpdate(way->cipher, NULL, &n, packet, 4) != 1 ||
	    EVP_CipherUpdate(way->cipher, packet + 4, &n, packet + 4,
	    (int)len) != 1 ||
	    EVP_CipherFinal_ex(way->cipher, tag, &n) != 1 ||
	    (seals && EVP_CIPHER_CTX_ctrl(way->cipher, EVP_CTRL_AEAD_GET_TAG,
	    TAG_LEN, tag) != 1))
		errx(1, "a packet does not verify");
	for (int i = NONCE_LEN - 1; ++way->nonce[i] == 0 && i > 4; i--)
		;
}

uint8_t *
packet_begin(uint8_t type, uint32_t recipient_channel)
{
	uint8_t *payload = out.data.bytes + out.data.len + 5;

	payload[0] = type;
	return put_u32(payload + 1, recipient_channel);
}

void
packet_end(uint8_t *end)
{
	uint8_t *packet = out.data.bytes + out.data.len;
	size_t len = (size_t)(end - packet) - 4;
	size_t padding = 16 - len % 16;

	if (padding < 4)
		padding += 16;
	memset(end, 0, padding);
	len += padding;
	put_u32(packet, (uint32_t)len);
	packet[4] = (uint8_t)padding;
	crypt_packet(&out, packet, (uint32_t)len, true);
	out.data.len += 4 + len + TAG_LEN;
}

static void
send_packets(void)
{
	size_t at = 0;

	while (at < out.data.len) {
		ssize_t n = send(server, out.data.bytes + at,
		    out.data.len - at, MSG_NOSIGNAL);

		if (n == -1)
			err(1, "send");
		at += (size_t)n;
	}
	out.data.len = 0;
}

/* Those that are there as a whole; of no interest are IGNORE and the like. */
static void
take_packets(handler *handle)
{
	size_t at = 0;

	while (in.data.len - at >= 4) {
		uint8_t *packet = in.data.bytes + at;
		uint32_t len = u32(packet);

		if (len < 16 || len > BUFFER_SIZE - 4 - TAG_LEN)
			errx(1, "a packet of %u bytes", len);
		if (in.data.len - at < 4 + len + TAG_LEN)
			break;
		crypt_packet(&in, packet, len, false);
		at += 4 + len + TAG_LEN;
		if (packet[5] >= OPEN)
			handle(packet + 5, len - 1 - packet[4]);
		else if (packet[5] == 1 || packet[5] == 20)
			errx(1, "the server disconnects or rekeys");
	}
	drop(&in.data, at);
}

void
packets_turn(handler *handle)
{
	ssize_t n;

	send_packets();
	n = recv(server, in.data.bytes + in.data.len,
	    BUFFER_SIZE - in.data.len, 0);
	if (n <= 0)
		err(1, "the server closed");
	in.data.len += (size_t)n;
	/* Debian's sshd keeps Nagle's algorithm: it would wait for a late ACK */
	setsockopt(server, IPPROTO_TCP, TCP_QUICKACK, &(int){ 1 },
	    sizeof(int));
	take_packets(handle);
}

/* ---- the beginning */

static void
read_state(struct way *way)
{
	uint8_t key[KEY_LEN];

	way->cipher = EVP_CIPHER_CTX_new();
	if (fread(key, sizeof(key), 1, stdin) != 1 ||
	    fread(way->nonce, sizeof(way->nonce), 1, stdin) != 1 ||
	    EVP_CipherInit_ex(way->cipher, EVP_aes_128_gcm(), NULL, key, NULL,
	    way == &out) != 1)
		errx(1, "no state on the input");
}

void
packets_take_over(int socket_fd, handler *handle)
{
	server = socket_fd;
	read_state(&out);
	read_state(&in);
	in.data.len = fread(in.data.bytes, 1, BUFFER_SIZE, stdin);
	take_packets(handle);
}
