/* SPDX-License-Identifier: ISC */
/*
 * signer_filter - the system calls that a fork of the signer may make, while
 * it answers a monitor with keys that it has in memory.
 *
 * Shapes:  a table of rows for filter_compile().
 * Units:   bytes.
 * Errors:  as of filter_compile().
 * Owns:    *out is malloc'ed for the caller.
 * Source:  DESIGN.md section 1; seccomp(2).
 */
#ifndef SSHD_LISTENER_SIGNER_FILTER_H
#define SSHD_LISTENER_SIGNER_FILTER_H

#include "lib/base/bytes.h"
#include "lib/base/err.h"

MUST_CHECK bool signer_filter_compile(uint8_t **out, size_t *out_len,
    struct err *err);

#endif
