/* SPDX-License-Identifier: ISC */
/*
 * limits - the resource limits of a user's programs, apart from ours.
 *
 * Shapes:  all that the kernel knows, as getrlimit(2) has them.
 * Units:   as of getrlimit(2).
 * Errors:  ERR_SYS.
 * Owns:    nothing.
 * Source:  getrlimit(2), pam_limits(8).
 */
#ifndef MONITOR_LIMITS_H
#define MONITOR_LIMITS_H

#include <sys/resource.h>

#include "lib/base/err.h"

struct limits {
	struct rlimit v[RLIM_NLIMITS];
};

/* Those of this process. */
MUST_CHECK bool limits_get(struct limits *limits, struct err *err);
/*
 * This process has them from now on. Allocates nothing: may run behind
 * vfork(). ERR_SYS also when a limit can't be raised, and the rest is set.
 */
MUST_CHECK bool limits_set(const struct limits *limits, struct err *err);

#endif
