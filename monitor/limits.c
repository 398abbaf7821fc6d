/* SPDX-License-Identifier: ISC */
#include "monitor/limits.h"

bool
limits_get(struct limits *limits, struct err *err)
{
	for (int i = 0; i < RLIM_NLIMITS; i++) {
		if (getrlimit(i, &limits->v[i]) == -1)
			return err_sys(err, "getrlimit");
	}
	return true;
}

bool
limits_set(const struct limits *limits, struct err *err)
{
	bool ok = true;

	for (int i = 0; i < RLIM_NLIMITS; i++) {
		if (setrlimit(i, &limits->v[i]) == -1)
			ok = err_sys(err, "setrlimit");
	}
	return ok;
}
