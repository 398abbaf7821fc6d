/* SPDX-License-Identifier: ISC */
/*
 * confine - leaves this process the system calls that it needs.
 *
 * Shapes:  struct sock_filter[], compiled elsewhere; no way back.
 * Units:   -
 * Errors:  ERR_SYS, ERR_RANGE: the caller ends.
 * Owns:    nothing.
 * Source:  seccomp(2); prctl(2), PR_SET_NO_NEW_PRIVS.
 */
#ifndef LIB_BASE_CONFINE_H
#define LIB_BASE_CONFINE_H

#include "lib/base/bytes.h"
#include "lib/base/err.h"

/* An empty filter only keeps it from gaining rights by a program. */
MUST_CHECK bool confine_calls(struct bytes filter, struct err *err);

#endif
