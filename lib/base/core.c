/* SPDX-License-Identifier: ISC */
#include "lib/base/core.h"

#include <sys/prctl.h>
#include <sys/resource.h>

bool
core_forbid(enum core_limit limit, struct err *err)
{
	struct rlimit core = { 0, 0 };

	if (prctl(PR_SET_DUMPABLE, 0) == -1)
		return err_sys(err, "PR_SET_DUMPABLE");
	if (limit == CORE_LIMIT_KEPT)
		return true;
	if (limit == CORE_LIMIT_SOFT && getrlimit(RLIMIT_CORE, &core) == -1)
		return err_sys(err, "core limit");
	core.rlim_cur = 0;
	if (setrlimit(RLIMIT_CORE, &core) == -1)
		return err_sys(err, "core limit");
	return true;
}
