/* SPDX-License-Identifier: ISC */
/*
 * sandbox - gives up everything that this program does not need.
 *
 * Shapes:  one call, before the first byte from the network; no way back.
 * Units:   -
 * Errors:  ERR_SYS, ERR_DENIED when something given up is still there: the
 *          caller ends.
 * Owns:    nothing.
 * Source:  DESIGN.md section 1; seccomp(2), chroot(2), setrlimit(2), prctl(2).
 */
#ifndef SSHD_NET_SANDBOX_H
#define SSHD_NET_SANDBOX_H

#include "lib/base/bytes.h"
#include "lib/base/err.h"

struct sandbox {
	struct bytes filter;	/* struct sock_filter[]; empty: none */
	const char *chroot_dir;	/* NULL: not root, stay */
	uint32_t uid, gid;	/* only with chroot_dir */
};

/* NET: after this, reading, writing, polling and exiting are left. */
MUST_CHECK bool sandbox_enter(const struct sandbox *sandbox, struct err *err);

#endif
