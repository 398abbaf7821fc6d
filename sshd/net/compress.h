/* SPDX-License-Identifier: ISC */
/*
 * compress - zlib@openssh.com, one direction each.
 *
 * Shapes:  one zlib stream for the time of one set of keys; each payload ends
 *          with a partial flush.
 * Units:   bytes.
 * Errors:  ERR_FORMAT for a broken stream, ERR_RANGE for a payload that
 *          inflates beyond PAYLOAD_MAX: work and memory stay bounded.
 * Owns:    the zlib state and one buffer for a payload.
 * Source:  RFC 1950, RFC 4253 section 6.2.
 */
#ifndef SSHD_NET_COMPRESS_H
#define SSHD_NET_COMPRESS_H

#include "lib/base/bytes.h"
#include "lib/base/err.h"
#include "lib/base/limits.h"

struct deflater;
struct inflater;

MUST_CHECK bool deflater_new(struct deflater **out, size_t payload_max,
    struct err *err);
void deflater_free(struct deflater *d);
/* Where a payload of at most payload_max bytes is built. */
uint8_t *deflater_payload(struct deflater *d);
/* The most that a payload of len bytes can become. */
size_t deflater_bound(size_t len);
/* Compresses len bytes of deflater_payload() to out. */
MUST_CHECK bool deflater_run(struct deflater *d, size_t len, uint8_t *out,
    size_t cap, size_t *out_len, struct err *err);

MUST_CHECK bool inflater_new(struct inflater **out, struct err *err);
void inflater_free(struct inflater *i);
/* *payload borrows from i until the next call. */
MUST_CHECK bool inflater_run(struct inflater *i, struct bytes packed,
    struct bytes *payload, struct err *err);
/* Gives idle memory back. */
void inflater_trim(struct inflater *i);

#endif
