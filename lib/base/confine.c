/* SPDX-License-Identifier: ISC */
#include "lib/base/confine.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

bool
confine_calls(struct bytes filter, struct err *err)
{
	struct sock_filter program[BPF_MAXINSNS];
	struct sock_fprog fprog = {
		.len = (unsigned short)(filter.len / sizeof(program[0])),
		.filter = program,
	};

	if (filter.len > sizeof(program) ||
	    filter.len % sizeof(program[0]) != 0)
		return err_set(err, ERR_RANGE, "seccomp filter");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return err_sys(err, "PR_SET_NO_NEW_PRIVS");
	if (filter.len == 0)
		return true;
	memcpy(program, filter.p, filter.len);	/* aligned */
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &fprog) == -1)
		return err_sys(err, "seccomp");
	return true;
}
