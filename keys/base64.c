/* SPDX-License-Identifier: ISC */
#include "keys/base64.h"

static const char letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char letters_url[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

bool
base64_encode(struct bytes b, enum base64_form form, char *out, size_t cap,
    size_t *len)
{
	const char *alphabet = form == BASE64_URL ? letters_url : letters;
	size_t n = 0;

	if (cap <= BASE64_LEN(b.len))
		return false;
	for (size_t i = 0; i < b.len; i += 3) {
		size_t have = MIN(b.len - i, 3);
		uint32_t v = (uint32_t)b.p[i] << 16;

		if (have > 1)
			v |= (uint32_t)b.p[i + 1] << 8;
		if (have > 2)
			v |= b.p[i + 2];
		for (size_t k = 0; k <= have; k++)
			out[n++] = alphabet[v >> (18 - 6 * k) & 63];
		for (size_t k = have; k < 3 && form == BASE64_PADDED; k++)
			out[n++] = '=';
	}
	out[n] = '\0';
	if (len != NULL)
		*len = n;
	return true;
}

/*
 * Value of a letter, or -1. Arithmetic instead of a table: private keys pass
 * through here, and a table's cache lines would tell of them.
 */
static int
letter_value(uint8_t c)
{
	int v = -1;

	v += (c >= 'A' && c <= 'Z') * (c - 'A' + 1);
	v += (c >= 'a' && c <= 'z') * (c - 'a' + 27);
	v += (c >= '0' && c <= '9') * (c - '0' + 53);
	v += (c == '+') * 63;
	v += (c == '/') * 64;
	return v;
}

bool
base64_decode(struct bytes text, uint8_t *out, size_t cap, size_t *len)
{
	size_t pad = 0, n;

	if (text.len == 0 || text.len % 4 != 0)
		return false;
	while (pad < 2 && text.p[text.len - 1 - pad] == '=')
		pad++;
	n = BASE64_DECODED_MAX(text.len) - pad;
	if (n > cap)
		return false;
	for (size_t i = 0, o = 0; i < text.len; i += 4) {
		size_t use = i + 4 == text.len ? 4 - pad : 4;
		uint32_t v = 0;

		for (size_t k = 0; k < 4; k++) {
			int d = k < use ? letter_value(text.p[i + k]) : 0;

			if (d < 0)
				return false;
			v = v << 6 | (uint32_t)d;
		}
		/* Bits behind the last byte are zero: one spelling only. */
		if ((v & ((1U << 8 * (4 - use)) - 1)) != 0)
			return false;
		for (size_t k = 0; k + 1 < use; k++)
			out[o++] = (uint8_t)(v >> (16 - 8 * k));
	}
	*len = n;
	return true;
}
