/* SPDX-License-Identifier: ISC */
/*
 * fd - small services for descriptors.
 *
 * Shapes:  -
 * Units:   -
 * Errors:  bool and struct err.
 * Owns:    nothing; a created descriptor is the caller's, O_CLOEXEC.
 * Source:  fcntl(2), write(2), memfd_create(2).
 */
#ifndef LIB_BASE_FD_H
#define LIB_BASE_FD_H

#include "lib/base/bytes.h"
#include "lib/base/err.h"

MUST_CHECK bool fd_set_nonblock(int fd, bool on, struct err *err);
/* Opens /dev/null on 0, 1 and 2 where they are closed. */
MUST_CHECK bool fd_fill_standard(struct err *err);
/* Moves *fd to number `to` without O_CLOEXEC, for a program to inherit. */
MUST_CHECK bool fd_inherit_as(int fd, int to, struct err *err);
/* All of it, to a descriptor that blocks; how much got there is not told. */
MUST_CHECK bool fd_write_all(int fd, struct bytes content, struct err *err);
/* Sealed anonymous file with these bytes. */
MUST_CHECK bool fd_seal_bytes(const char *name, struct bytes content,
    int *fd_out, struct err *err);
/* Maps a sealed file read-only, kept out of core dumps; unmap with munmap(). */
MUST_CHECK bool fd_map(int fd, size_t max, struct bytes *out, struct err *err);
/*
 * Reads a regular file whole; *out is malloc'ed and NUL-terminated. /dev/null
 * stands for an empty file; no other device is read.
 */
MUST_CHECK bool fd_read_file(int fd, size_t max, uint8_t **out, size_t *len_out,
    struct err *err);
/* close() of every descriptor >= first. */
void fd_close_from(int first);

#endif
