/* SPDX-License-Identifier: ISC */
#include "sshd/net/compress.h"

#include <stdlib.h>
#define ZLIB_CONST
#include <zlib.h>

#include "sshd/net/packet_memory.h"

#define DEFLATE_LEVEL	6	/* as OpenSSH */

struct deflater {
	z_stream z;
	uint8_t payload[];
};

struct inflater {
	z_stream z;
	struct packet_memory payload;
};

bool
deflater_new(struct deflater **out, size_t payload_max, struct err *err)
{
	struct deflater *d = calloc(1, sizeof(*d) + payload_max);

	if (d == NULL)
		return err_set(err, ERR_NOMEM, "compression");
	if (deflateInit(&d->z, DEFLATE_LEVEL) != Z_OK) {
		free(d);
		return err_set(err, ERR_NOMEM, "compression");
	}
	*out = d;
	return true;
}

void
deflater_free(struct deflater *d)
{
	if (d == NULL)
		return;
	(void)deflateEnd(&d->z);
	free(d);
}

uint8_t *
deflater_payload(struct deflater *d)
{
	return d->payload;
}

/* Stored blocks at worst, and the empty block of the partial flush. */
size_t
deflater_bound(size_t len)
{
	return compressBound(len) + 64;
}

bool
deflater_run(struct deflater *d, size_t len, uint8_t *out, size_t cap,
    size_t *out_len, struct err *err)
{
	d->z.next_in = d->payload;
	d->z.avail_in = (uInt)len;
	d->z.next_out = out;
	d->z.avail_out = (uInt)cap;
	if (deflate(&d->z, Z_PARTIAL_FLUSH) != Z_OK || d->z.avail_in != 0 ||
	    d->z.avail_out == 0)
		return err_set(err, ERR_RANGE, "compression");
	*out_len = cap - d->z.avail_out;
	return true;
}

bool
inflater_new(struct inflater **out, struct err *err)
{
	struct inflater *i = calloc(1, sizeof(*i));

	if (i == NULL)
		return err_set(err, ERR_NOMEM, "decompression");
	if (!packet_memory_init(&i->payload, PAYLOAD_MAX + 1, err)) {
		free(i);
		return false;
	}
	if (inflateInit(&i->z) != Z_OK) {
		packet_memory_clear(&i->payload);
		free(i);
		return err_set(err, ERR_NOMEM, "decompression");
	}
	*out = i;
	return true;
}

void
inflater_free(struct inflater *i)
{
	if (i == NULL)
		return;
	(void)inflateEnd(&i->z);
	packet_memory_clear(&i->payload);
	free(i);
}

/*
 * The buffer holds one byte more than a payload may have: when it is full,
 * the payload is too large, and zlib keeps nothing back otherwise.
 */
bool
inflater_run(struct inflater *i, struct bytes packed, struct bytes *payload,
    struct err *err)
{
	int result;

	i->z.next_in = packed.p;
	i->z.avail_in = (uInt)packed.len;
	i->z.next_out = i->payload.p;
	i->z.avail_out = PAYLOAD_MAX + 1;
	result = inflate(&i->z, Z_SYNC_FLUSH);
	if (result != Z_OK && result != Z_BUF_ERROR)
		return err_set(err, ERR_FORMAT, "compressed data");
	if (i->z.avail_out == 0)
		return err_set(err, ERR_RANGE, "decompressed payload");
	*payload = bytes_of(i->payload.p, PAYLOAD_MAX + 1 - i->z.avail_out);
	return true;
}

void
inflater_trim(struct inflater *i)
{
	if (i != NULL)
		packet_memory_trim(&i->payload);
}
