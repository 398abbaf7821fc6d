/* SPDX-License-Identifier: ISC */
/*
 * core - what is in this memory does not end up in a file.
 *
 * Shapes:  one call for each process with something to hide, and one more
 *          after each change of ids: the kernel then forgets the first half.
 * Units:   -
 * Errors:  ERR_SYS.
 * Owns:    nothing.
 * Source:  prctl(2), PR_SET_DUMPABLE; setrlimit(2), RLIMIT_CORE.
 */
#ifndef LIB_BASE_CORE_H
#define LIB_BASE_CORE_H

#include "lib/base/err.h"

/* Of RLIMIT_CORE, which programs that are started from here inherit. */
enum core_limit {
	CORE_LIMIT_KEPT,
	CORE_LIMIT_SOFT,	/* 0; whoever wants to may raise it again */
	CORE_LIMIT_HARD,	/* 0 for good */
};

/*
 * No core file of this process, and nobody without privilege looks into it.
 * Allocates nothing: may run behind vfork().
 */
MUST_CHECK bool core_forbid(enum core_limit limit, struct err *err);

#endif
