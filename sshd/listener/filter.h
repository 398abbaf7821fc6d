/* SPDX-License-Identifier: ISC */
/*
 * filter - the system calls that are left to a confined process.
 *
 * Shapes:  rows, and those that every process needs (memory, time, its end)
 *          -> struct sock_filter[], compiled once; the process installs the
 *          bytes (lib/base/confine.h) and needs no libseccomp.
 * Units:   bytes.
 * Errors:  ERR_SYS with libseccomp's errno.
 * Owns:    *out is malloc'ed for the caller.
 * Source:  DESIGN.md section 1; seccomp(2), seccomp_rule_add(3).
 *
 * Whatever has no row kills the process; the kernel writes the call's number
 * to its log (audit type 1326). Calls that only other machines have are
 * skipped by libseccomp (negative numbers).
 */
#ifndef SSHD_LISTENER_FILTER_H
#define SSHD_LISTENER_FILTER_H

#include <seccomp.h>

#include "lib/base/bytes.h"
#include "lib/base/err.h"

struct filter_row {
	int call;
	uint32_t action;
	unsigned count;			/* of arguments that must be so */
	struct scmp_arg_cmp arguments[3];
};

#define FILTER_ALL_BITS	UINT32_MAX	/* int: the kernel sees 32 */

#define FILTER_ALLOW(name)	{ SCMP_SYS(name), SCMP_ACT_ALLOW, 0, {} }
/* Allowed with these bits of one argument, or of two. */
#define FILTER_IF(name, argument, mask, value)				\
	{ SCMP_SYS(name), SCMP_ACT_ALLOW, 1, {				\
	    SCMP_CMP(argument, SCMP_CMP_MASKED_EQ, mask, value) } }
#define FILTER_IF_BOTH(name, argument1, value1, argument2, value2)	\
	{ SCMP_SYS(name), SCMP_ACT_ALLOW, 2, {				\
	    SCMP_CMP(argument1, SCMP_CMP_MASKED_EQ, FILTER_ALL_BITS,	\
	    value1), SCMP_CMP(argument2, SCMP_CMP_MASKED_EQ,		\
	    FILTER_ALL_BITS, value2) } }

MUST_CHECK bool filter_compile(const struct filter_row *rows, size_t count,
    uint8_t **out, size_t *out_len, struct err *err);

#endif
