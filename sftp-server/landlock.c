/* SPDX-License-Identifier: ISC */
#include "sftp-server/landlock.h"

#include <linux/landlock.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Moving a file to another directory needs the second version. */
#define ABI_MIN	2

/*
 * Named here because the kernel's headers at build time may be older than the
 * kernel at run time.
 */
enum {
	FS_EXECUTE	= 1 << 0,
	FS_WRITE_FILE	= 1 << 1,
	FS_READ_FILE	= 1 << 2,
	FS_READ_DIR	= 1 << 3,
	FS_REMOVE_DIR	= 1 << 4,
	FS_REMOVE_FILE	= 1 << 5,
	FS_MAKE_CHAR	= 1 << 6,
	FS_MAKE_DIR	= 1 << 7,
	FS_MAKE_REG	= 1 << 8,
	FS_MAKE_SOCK	= 1 << 9,
	FS_MAKE_FIFO	= 1 << 10,
	FS_MAKE_BLOCK	= 1 << 11,
	FS_MAKE_SYM	= 1 << 12,
	FS_REFER	= 1 << 13,	/* version 2 */
	FS_TRUNCATE	= 1 << 14,	/* 3 */
	FS_IOCTL_DEV	= 1 << 15,	/* 5 */
	NET_TCP		= 1 << 0 | 1 << 1,	/* 4: bind, connect */
	SCOPE_ALL	= 1 << 0 | 1 << 1,	/* 6: abstract sockets, signals */
};

#define FS_VERSION_2	((FS_REFER << 1) - 1)
#define FS_ALLOWED	(FS_WRITE_FILE | FS_READ_FILE | FS_READ_DIR |	\
	FS_REMOVE_DIR | FS_REMOVE_FILE | FS_MAKE_DIR | FS_MAKE_REG |	\
	FS_MAKE_SYM | FS_REFER | FS_TRUNCATE)

struct ruleset {
	uint64_t handled_fs, handled_net, scoped;
};

static struct ruleset
best_ruleset(long abi)
{
	return (struct ruleset){
		.handled_fs = (uint64_t)(FS_VERSION_2 |
		    (abi >= 3 ? FS_TRUNCATE : 0) |
		    (abi >= 5 ? FS_IOCTL_DEV : 0)),
		.handled_net = abi >= 4 ? NET_TCP : 0,
		.scoped = abi >= 6 ? SCOPE_ALL : 0,
	};
}

/* Older kernels take only the fields that they know. */
static size_t
ruleset_size(long abi)
{
	return sizeof(uint64_t) * (abi >= 6 ? 3 : abi >= 4 ? 2 : 1);
}

static bool
restrict_to(int ruleset_fd, int root_fd, uint64_t handled, struct err *err)
{
	const struct landlock_path_beneath_attr below = {
		.allowed_access = handled & FS_ALLOWED,
		.parent_fd = root_fd,
	};

	if (syscall(SYS_landlock_add_rule, ruleset_fd,
	    LANDLOCK_RULE_PATH_BENEATH, &below, 0) == -1)
		return err_sys(err, "landlock_add_rule");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return err_sys(err, "PR_SET_NO_NEW_PRIVS");
	if (syscall(SYS_landlock_restrict_self, ruleset_fd, 0) == -1)
		return err_sys(err, "landlock_restrict_self");
	return true;
}

bool
landlock_enter(int root_fd, struct err *err)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	struct ruleset rules = best_ruleset(abi);
	int fd;
	bool ok;

	if (abi < ABI_MIN)
		return err_set(err, ERR_NOT_FOUND, "Landlock");
	fd = (int)syscall(SYS_landlock_create_ruleset, &rules,
	    ruleset_size(abi), 0);
	if (fd == -1)
		return err_sys(err, "landlock_create_ruleset");
	ok = restrict_to(fd, root_fd, rules.handled_fs, err);
	close(fd);
	return ok;
}
