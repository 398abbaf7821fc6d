/* SPDX-License-Identifier: ISC */
/*
 * reader - walk over the bytes of one SSH message.
 *
 * Shapes:  big-endian integers; string = u32 length + that many bytes.
 * Units:   lengths in bytes.
 * Errors:  sticky: after the first failure every read yields zero/empty;
 *          rd_end() reports it together with the field's name.
 * Owns:    nothing. Results borrow from the bytes given to rd_init().
 * Source:  RFC 4251 section 5.
 */
#ifndef LIB_WIRE_READER_H
#define LIB_WIRE_READER_H

#include "lib/base/bytes.h"
#include "lib/base/err.h"

struct reader {
	const uint8_t *p, *end;
	enum err_code code;	/* first failure */
	const char *field;	/* where it happened */
};

static inline struct reader
rd_init(struct bytes b)
{
	/* NULL + 0 is undefined */
	return (struct reader){
		.p = b.p, .end = b.len == 0 ? b.p : b.p + b.len,
	};
}

static inline void
rd_reject(struct reader *r, enum err_code code, const char *field)
{
	if (r->code != ERR_NONE)
		return;
	r->code = code;
	r->field = field;
}

static inline size_t
rd_left(const struct reader *r)
{
	return r->code != ERR_NONE ? 0 : (size_t)(r->end - r->p);
}

/* The only place that moves the cursor. Compares lengths, never sums. */
static inline const uint8_t *
rd_take(struct reader *r, size_t n, const char *field)
{
	const uint8_t *p = r->p;

	if ((size_t)(r->end - r->p) < n)
		rd_reject(r, ERR_SHORT, field);
	if (r->code != ERR_NONE)
		return NULL;
	r->p += n;
	return p;
}

static inline uint8_t
rd_u8(struct reader *r, const char *field)
{
	const uint8_t *p = rd_take(r, 1, field);

	return p == NULL ? 0 : p[0];
}

/* RFC 4251: any non-zero byte is true. */
static inline bool
rd_bool(struct reader *r, const char *field)
{
	return rd_u8(r, field) != 0;
}

static inline uint32_t
rd_u32(struct reader *r, const char *field)
{
	const uint8_t *p = rd_take(r, 4, field);

	if (p == NULL)
		return 0;
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t
rd_u64(struct reader *r, const char *field)
{
	uint64_t high = rd_u32(r, field);

	return high << 32 | rd_u32(r, field);
}

static inline struct bytes
rd_string(struct reader *r, size_t max, const char *field)
{
	uint32_t len = rd_u32(r, field);
	const uint8_t *p;

	if (len > max)
		rd_reject(r, ERR_RANGE, field);
	p = rd_take(r, len, field);
	return p == NULL ? (struct bytes){ 0 } : (struct bytes){ p, len };
}

/* Exactly n bytes without a length, e.g. the cookie of KEXINIT. */
static inline struct bytes
rd_fixed(struct reader *r, size_t n, const char *field)
{
	const uint8_t *p = rd_take(r, n, field);

	return p == NULL ? (struct bytes){ 0 } : (struct bytes){ p, n };
}

/* Whatever is left. */
static inline struct bytes
rd_rest(struct reader *r)
{
	size_t n = rd_left(r);
	const uint8_t *p = rd_take(r, n, "rest");

	return p == NULL ? (struct bytes){ 0 } : (struct bytes){ p, n };
}

/*
 * A non-negative mpint in its shortest form, as big-endian magnitude without
 * leading zero; a negative or padded one is ERR_FORMAT.
 */
static inline struct bytes
rd_mpint(struct reader *r, size_t max_len, const char *field)
{
	struct bytes b = rd_string(r, max_len + 1, field);

	if (b.len == 0)
		return b;
	if ((b.p[0] & 0x80) != 0 ||
	    (b.p[0] == 0 && (b.len == 1 || (b.p[1] & 0x80) == 0))) {
		rd_reject(r, ERR_FORMAT, field);
		return (struct bytes){ 0 };
	}
	if (b.p[0] == 0)
		b = (struct bytes){ b.p + 1, b.len - 1 };
	if (b.len > max_len) {
		rd_reject(r, ERR_RANGE, field);
		return (struct bytes){ 0 };
	}
	return b;
}

/* The first failure, without asking that all bytes were read. */
static inline MUST_CHECK bool
rd_ok(const struct reader *r, struct err *err)
{
	if (r->code != ERR_NONE)
		return err_set(err, r->code, r->field);
	return true;
}

static inline MUST_CHECK bool
rd_end(const struct reader *r, struct err *err)
{
	if (!rd_ok(r, err))
		return false;
	if (r->p != r->end)
		return err_set(err, ERR_TRAILING, "end of message");
	return true;
}

#endif
