/* SPDX-License-Identifier: ISC */
/*
 * net_filter - the system calls that the network process may make.
 *
 * Shapes:  a table -> struct sock_filter[], compiled once; the net process
 *          installs the bytes and needs no libseccomp.
 * Units:   bytes.
 * Errors:  ERR_SYS with libseccomp's errno.
 * Owns:    *out is malloc'ed for the caller.
 * Source:  DESIGN.md section 1; seccomp(2), seccomp_rule_add(3).
 */
#ifndef SSHD_LISTENER_NET_FILTER_H
#define SSHD_LISTENER_NET_FILTER_H

#include "lib/base/bytes.h"
#include "lib/base/err.h"

MUST_CHECK bool net_filter_compile(uint8_t **out, size_t *out_len,
    struct err *err);

#endif
