/* SPDX-License-Identifier: ISC */
#include "sshd/listener/filter.h"

#include <sys/mman.h>

#include "lib/base/fd.h"

#define FILTER_MAX	65536	/* of IPC_SETUP; the kernel takes 32 KiB */

/* Anonymous memory only, never executable, and no descriptor. */
#define MAP_ROW(name)							\
	{ SCMP_SYS(name), SCMP_ACT_ALLOW, 3, {				\
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),			\
	    SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS),	\
	    SCMP_A4(SCMP_CMP_MASKED_EQ, FILTER_ALL_BITS, UINT32_MAX) } }

static const struct filter_row common[] = {
	FILTER_ALLOW(brk), FILTER_ALLOW(munmap), FILTER_ALLOW(mremap),
	FILTER_ALLOW(madvise), FILTER_IF(mprotect, 2, PROT_EXEC, 0),
	MAP_ROW(mmap), MAP_ROW(mmap2),
	FILTER_ALLOW(futex), FILTER_ALLOW(futex_time64),
	FILTER_ALLOW(getrandom),
	FILTER_ALLOW(clock_gettime), FILTER_ALLOW(clock_gettime64),
	FILTER_ALLOW(gettimeofday), FILTER_ALLOW(time),
	FILTER_ALLOW(getpid), FILTER_ALLOW(gettid),
	FILTER_ALLOW(rt_sigreturn), FILTER_ALLOW(sigreturn),
	FILTER_ALLOW(rt_sigprocmask), FILTER_ALLOW(sigaltstack),
	FILTER_ALLOW(restart_syscall),
	FILTER_ALLOW(exit), FILTER_ALLOW(exit_group),
#ifdef __SANITIZE_ADDRESS__
	FILTER_ALLOW(sched_yield),
#endif
};

/*
 * libseccomp answers 0 for a call that this machine does not have when its
 * number is a pseudo one; anything else is our mistake.
 */
static MUST_CHECK bool
add_row(scmp_filter_ctx ctx, const struct filter_row *row, struct err *err)
{
	int rc = seccomp_rule_add_array(ctx, row->action, row->call,
	    row->count, row->arguments);

	if (rc == 0 || (row->call < 0 && (rc == -EDOM || rc == -EINVAL)))
		return true;
	errno = -rc;
	return err_sys(err, "seccomp rule");
}

static MUST_CHECK bool
add_rows(scmp_filter_ctx ctx, const struct filter_row *rows, size_t count,
    struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		if (!add_row(ctx, &rows[i], err))
			return false;
	}
	return true;
}

static bool
export_filter(scmp_filter_ctx ctx, uint8_t **out, size_t *out_len,
    struct err *err)
{
	int fd = memfd_create("filter", MFD_CLOEXEC), rc;
	bool ok;

	if (fd == -1)
		return err_sys(err, "memfd_create");
	if ((rc = seccomp_export_bpf(ctx, fd)) != 0) {
		errno = -rc;
		err_sys(err, "seccomp_export_bpf");
		close(fd);
		return false;
	}
	ok = lseek(fd, 0, SEEK_SET) == 0;
	if (!ok)
		err_sys(err, "lseek");
	ok = ok && fd_read_file(fd, FILTER_MAX, out, out_len, err);
	close(fd);
	return ok;
}

bool
filter_compile(const struct filter_row *rows, size_t count, uint8_t **out,
    size_t *out_len, struct err *err)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	bool ok;

	if (ctx == NULL)
		return err_set(err, ERR_NOMEM, "seccomp_init");
	/* a tree over the call numbers: read and write are found quickly */
	(void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	ok = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
	    SCMP_ACT_KILL_PROCESS) == 0;
	if (!ok)
		err_set(err, ERR_UNEXPECTED, "seccomp_attr_set");
	ok = ok && add_rows(ctx, rows, count, err) &&
	    add_rows(ctx, common, ARRAY_LEN(common), err) &&
	    export_filter(ctx, out, out_len, err);
	seccomp_release(ctx);
	return ok;
}
