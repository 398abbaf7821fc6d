/* SPDX-License-Identifier: ISC */
#include "sftp-server/digest.h"

#include "lib/base/compiler.h"
#include "lib/base/pattern.h"

#define BLOCK	64

static uint32_t
rotate_left(uint32_t v, unsigned n)
{
	return v << n | v >> (32 - n);
}

static uint32_t
rotate_right(uint32_t v, unsigned n)
{
	return v >> n | v << (32 - n);
}

static uint32_t
load_big(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static uint32_t
load_little(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[1] << 8 | p[0];
}

/* ---- MD5, RFC 1321 section 3.4 -------------------------------------------- */

static const uint32_t md5_t[64] = {
	0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee,
	0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
	0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be,
	0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
	0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa,
	0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
	0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed,
	0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
	0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c,
	0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
	0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05,
	0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
	0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039,
	0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
	0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1,
	0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};

static void
md5_compress(uint32_t h[static 8], const uint8_t block[static BLOCK])
{
	static const uint8_t shifts[4][4] = {
		{ 7, 12, 17, 22 }, { 5, 9, 14, 20 },
		{ 4, 11, 16, 23 }, { 6, 10, 15, 21 },
	};
	static const uint8_t steps[4][2] = {	/* first word, distance */
		{ 0, 1 }, { 1, 5 }, { 5, 3 }, { 0, 7 },
	};
	uint32_t a = h[0], b = h[1], c = h[2], d = h[3], f, x;

	for (unsigned i = 0; i < 64; i++) {
		unsigned round = i / 16;
		unsigned word = (steps[round][0] + steps[round][1] * i) % 16;

		if (round == 0)
			f = (b & c) | (~b & d);
		else if (round == 1)
			f = (b & d) | (c & ~d);
		else if (round == 2)
			f = b ^ c ^ d;
		else
			f = c ^ (b | ~d);
		x = a + f + load_little(block + 4 * word) + md5_t[i];
		a = d;
		d = c;
		c = b;
		b += rotate_left(x, shifts[round][i % 4]);
	}
	h[0] += a;
	h[1] += b;
	h[2] += c;
	h[3] += d;
}

/* ---- SHA-1, FIPS 180-4 section 6.1 ---------------------------------------- */

static void
sha1_compress(uint32_t h[static 8], const uint8_t block[static BLOCK])
{
	static const uint32_t k[4] = {
		0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6,
	};
	uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f, t;

	for (unsigned i = 0; i < 16; i++)
		w[i] = load_big(block + 4 * i);
	for (unsigned i = 16; i < 80; i++)
		w[i] = rotate_left(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16],
		    1);
	for (unsigned i = 0; i < 80; i++) {
		if (i < 20)
			f = (b & c) ^ (~b & d);
		else if (i >= 40 && i < 60)
			f = (b & c) ^ (b & d) ^ (c & d);
		else
			f = b ^ c ^ d;
		t = rotate_left(a, 5) + f + e + k[i / 20] + w[i];
		e = d;
		d = c;
		c = rotate_left(b, 30);
		b = a;
		a = t;
	}
	h[0] += a;
	h[1] += b;
	h[2] += c;
	h[3] += d;
	h[4] += e;
}

/* ---- SHA-256, FIPS 180-4 section 6.2 -------------------------------------- */

static const uint32_t sha256_k[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5,
	0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
	0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
	0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5,
	0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static void
sha256_schedule(uint32_t w[static 64], const uint8_t block[static BLOCK])
{
	for (unsigned i = 0; i < 16; i++)
		w[i] = load_big(block + 4 * i);
	for (unsigned i = 16; i < 64; i++) {
		uint32_t s0 = rotate_right(w[i - 15], 7) ^
		    rotate_right(w[i - 15], 18) ^ w[i - 15] >> 3;
		uint32_t s1 = rotate_right(w[i - 2], 17) ^
		    rotate_right(w[i - 2], 19) ^ w[i - 2] >> 10;

		w[i] = w[i - 16] + s0 + w[i - 7] + s1;
	}
}

static void
sha256_compress(uint32_t h[static 8], const uint8_t block[static BLOCK])
{
	uint32_t w[64], v[8];

	sha256_schedule(w, block);
	memcpy(v, h, sizeof(v));
	for (unsigned i = 0; i < 64; i++) {
		uint32_t s1 = rotate_right(v[4], 6) ^ rotate_right(v[4], 11) ^
		    rotate_right(v[4], 25);
		uint32_t t1 = v[7] + s1 + ((v[4] & v[5]) ^ (~v[4] & v[6])) +
		    sha256_k[i] + w[i];
		uint32_t s0 = rotate_right(v[0], 2) ^ rotate_right(v[0], 13) ^
		    rotate_right(v[0], 22);
		uint32_t t2 = s0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^
		    (v[1] & v[2]));

		memmove(v + 1, v, 7 * sizeof(v[0]));
		v[4] += t1;
		v[0] = t1 + t2;
	}
	for (unsigned i = 0; i < 8; i++)
		h[i] += v[i];
}

/* ---- the table ------------------------------------------------------------- */

static const struct file_digest_row rows[] = {
	{ "md5", 16, true,
	    { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 },
	    md5_compress },
	{ "sha1", 20, false,
	    { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 },
	    sha1_compress },
	{ "sha256", 32, false,
	    { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
	      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 },
	    sha256_compress },
};

const struct file_digest_row *
file_digest_find(struct bytes names)
{
	struct bytes name;

	while (name_list_next(&names, &name)) {
		for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
			if (bytes_is(name, rows[i].name))
				return &rows[i];
		}
	}
	return NULL;
}

void
file_digest_start(struct file_digest *d, const struct file_digest_row *row)
{
	*d = (struct file_digest){ .row = row };
	memcpy(d->h, row->start, sizeof(d->h));
}

void
file_digest_add(struct file_digest *d, struct bytes data)
{
	while (data.len != 0) {
		size_t at = d->len % BLOCK;
		size_t n = MIN(data.len, BLOCK - at);

		if (n == BLOCK)
			d->row->compress(d->h, data.p);
		else {
			memcpy(d->block + at, data.p, n);
			if (at + n == BLOCK)
				d->row->compress(d->h, d->block);
		}
		d->len += n;
		data.p += n;
		data.len -= n;
	}
}

static uint8_t
byte_of(uint64_t v, unsigned i, unsigned count, bool is_little_endian)
{
	return (uint8_t)(v >> 8 * (is_little_endian ? i : count - 1 - i));
}

void
file_digest_end(struct file_digest *d, uint8_t out[static FILE_DIGEST_MAX])
{
	bool little = d->row->is_little_endian;
	uint64_t bits = d->len * 8;
	uint8_t tail[BLOCK + 8] = { 0x80 };
	size_t pad = BLOCK - (d->len + 8) % BLOCK;

	for (unsigned i = 0; i < 8; i++)
		tail[pad + i] = byte_of(bits, i, 8, little);
	file_digest_add(d, bytes_of(tail, pad + 8));
	for (unsigned i = 0; i < d->row->size; i++)
		out[i] = byte_of(d->h[i / 4], i % 4, 4, little);
}
