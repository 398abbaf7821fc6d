/* SPDX-License-Identifier: ISC */
/*
 * writer - build the bytes of one SSH message in the caller's memory.
 *
 * Shapes:  big-endian integers; string = u32 length + that many bytes.
 * Units:   lengths in bytes.
 * Errors:  sticky: what does not fit sets full; wr_end() reports it once.
 * Owns:    nothing; p is the caller's, cap bytes long.
 * Source:  RFC 4251 section 5.
 */
#ifndef LIB_WIRE_WRITER_H
#define LIB_WIRE_WRITER_H

#include "lib/base/bytes.h"
#include "lib/base/err.h"

struct writer {
	uint8_t *p;
	size_t len, cap;
	bool full;
};

static inline struct writer
wr_init(void *p, size_t cap)
{
	return (struct writer){ .p = p, .cap = cap };
}

/* Room for n bytes, to be filled by the caller; NULL when full. */
static inline uint8_t *
wr_reserve(struct writer *w, size_t n)
{
	uint8_t *p;

	if (w->full || w->cap - w->len < n) {
		w->full = true;
		return NULL;
	}
	p = w->p + w->len;
	w->len += n;
	return p;
}

static inline void
wr_bytes(struct writer *w, const void *src, size_t n)
{
	uint8_t *p = wr_reserve(w, n);

	if (p != NULL && n != 0)
		memcpy(p, src, n);
}

static inline void
wr_u8(struct writer *w, uint8_t v)
{
	wr_bytes(w, &v, 1);
}

static inline void
wr_bool(struct writer *w, bool v)
{
	wr_u8(w, v ? 1 : 0);
}

/* Stores v big-endian at p: for length fields filled in afterwards. */
static inline void
put_u32(uint8_t p[static 4], uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static inline void
wr_u32(struct writer *w, uint32_t v)
{
	uint8_t *p = wr_reserve(w, 4);

	if (p != NULL)
		put_u32(p, v);
}

static inline void
wr_u64(struct writer *w, uint64_t v)
{
	wr_u32(w, (uint32_t)(v >> 32));
	wr_u32(w, (uint32_t)v);
}

static inline void
wr_string(struct writer *w, struct bytes b)
{
	if (b.len > UINT32_MAX)
		w->full = true;
	wr_u32(w, (uint32_t)b.len);
	wr_bytes(w, b.p, b.len);
}

static inline void
wr_cstring(struct writer *w, const char *s)
{
	wr_string(w, bytes_str(s));
}

/* mpint from a big-endian magnitude; leading zeros are dropped. */
static inline void
wr_mpint(struct writer *w, struct bytes magnitude)
{
	while (magnitude.len != 0 && magnitude.p[0] == 0) {
		magnitude.p++;
		magnitude.len--;
	}
	if (magnitude.len != 0 && (magnitude.p[0] & 0x80) != 0) {
		wr_u32(w, (uint32_t)magnitude.len + 1);
		wr_u8(w, 0);
		wr_bytes(w, magnitude.p, magnitude.len);
	} else
		wr_string(w, magnitude);
}

static inline struct bytes
wr_view(const struct writer *w)
{
	return (struct bytes){ w->p, w->len };
}

static inline MUST_CHECK bool
wr_end(const struct writer *w, struct err *err)
{
	return w->full ? err_set(err, ERR_RANGE, "message too large") : true;
}

#endif
