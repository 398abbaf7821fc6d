/* SPDX-License-Identifier: ISC */
/*
 * base64 - bytes as text of the 64 letters.
 *
 * Shapes:  padded with '=' to a multiple of four, or (URL form) with '-' and
 *          '_' and no padding.
 * Units:   bytes; lengths of text without a NUL.
 * Errors:  a decoder takes one spelling only: anything else is false.
 * Owns:    nothing.
 * Source:  RFC 4648 sections 4 and 5.
 */
#ifndef KEYS_BASE64_H
#define KEYS_BASE64_H

#include "lib/base/bytes.h"
#include "lib/base/compiler.h"

#define BASE64_LEN(n)		(((n) + 2) / 3 * 4)
#define BASE64_DECODED_MAX(n)	((n) / 4 * 3)

enum base64_form { BASE64_PADDED, BASE64_UNPADDED, BASE64_URL };

/*
 * Writes the text of b and a NUL; false when cap is too small. *len may be
 * NULL.
 */
MUST_CHECK bool base64_encode(struct bytes b, enum base64_form form,
    char *out, size_t cap, size_t *len);
/* The padded form only. out may hold scraps of the text on failure. */
MUST_CHECK bool base64_decode(struct bytes text, uint8_t *out, size_t cap,
    size_t *len);

#endif
