/* SPDX-License-Identifier: ISC */
/*
 * digest - MD5, SHA-1 and SHA-256 for check-file.
 *
 * Shapes:  one row for each algorithm; start, add, end.
 * Units:   size in bytes of the digest.
 * Errors:  none.
 * Owns:    nothing.
 * Source:  RFC 1321; FIPS 180-4.
 *
 * These say whether a copy is whole. Nothing secret depends on them: the SFTP
 * server links no libcrypto.
 */
#ifndef SFTP_SERVER_DIGEST_H
#define SFTP_SERVER_DIGEST_H

#include "lib/base/bytes.h"

#define FILE_DIGEST_MAX	32

struct file_digest {
	const struct file_digest_row *row;
	uint32_t h[8];
	uint64_t len;			/* bytes so far */
	uint8_t block[64];
};

struct file_digest_row {
	const char *name;
	size_t size;
	bool is_little_endian;		/* MD5 */
	uint32_t start[8];
	void (*compress)(uint32_t h[static 8], const uint8_t block[static 64]);
};

/* The first algorithm of a comma list that is known; NULL: none. */
const struct file_digest_row *file_digest_find(struct bytes names);

void file_digest_start(struct file_digest *d,
    const struct file_digest_row *row);
void file_digest_add(struct file_digest *d, struct bytes data);
/* out: row->size bytes. */
void file_digest_end(struct file_digest *d,
    uint8_t out[static FILE_DIGEST_MAX]);

#endif
