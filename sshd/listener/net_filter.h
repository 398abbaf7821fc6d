/* SPDX-License-Identifier: ISC */
/*
 * net_filter - the system calls that the network process may make.
 *
 * Shapes:  a table of rows for filter_compile().
 * Units:   bytes.
 * Errors:  as of filter_compile().
 * Owns:    *out is malloc'ed for the caller.
 * Source:  DESIGN.md section 1; seccomp(2).
 */
#ifndef SSHD_LISTENER_NET_FILTER_H
#define SSHD_LISTENER_NET_FILTER_H

#include "lib/base/bytes.h"
#include "lib/base/err.h"

MUST_CHECK bool net_filter_compile(uint8_t **out, size_t *out_len,
    struct err *err);

#endif
