/* SPDX-License-Identifier: ISC */
#include "monitor/leftovers.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "monitor/errand.h"

#define REMOVE_TIME_MAX_MS	10000	/* a file system that is down */

struct leftover {
	struct leftover *next;
	uint64_t device, inode;
	char path[];
};

bool
leftovers_allow(struct leftovers *leftovers, const struct ipc_GRANT *grant,
    struct err *err)
{
	leftovers->allowed = grant->auth_info.len != 0 ||
	    (grant->permit & (PERMIT_REMOTE_STREAM | PERMIT_AGENT)) != 0;
	if (grant->chroot_dir.len == 0)
		return true;
	leftovers->root = bytes_dup_str(grant->chroot_dir);
	return leftovers->root != NULL ||
	    err_set(err, ERR_NOMEM, "root directory");
}

bool
leftovers_add(struct leftovers *leftovers, struct bytes path,
    uint64_t device, uint64_t inode, struct err *err)
{
	struct leftover *one;

	if (!leftovers->allowed || leftovers->count == LEFTOVERS_MAX)
		return err_set(err, ERR_DENIED, "file of a session");
	if (path.len == 0 || path.p[0] != '/' || bytes_have_nul(path))
		return err_set(err, ERR_FORMAT, "file of a session");
	if ((one = malloc(sizeof(*one) + path.len + 1)) == NULL)
		return err_set(err, ERR_NOMEM, "file of a session");
	one->device = device;
	one->inode = inode;
	memcpy(one->path, path.p, path.len);
	one->path[path.len] = '\0';
	one->next = leftovers->head;
	leftovers->head = one;
	leftovers->count++;
	return true;
}

bool
leftovers_drop(struct leftovers *leftovers, struct bytes path,
    struct err *err)
{
	struct leftover **at = &leftovers->head, *one;

	while (*at != NULL && !bytes_is(path, (*at)->path))
		at = &(*at)->next;
	if ((one = *at) == NULL)
		return err_set(err, ERR_UNEXPECTED, "file of a session");
	*at = one->next;
	leftovers->count--;
	free(one);
	return true;
}

static void
forget(struct leftovers *leftovers)
{
	while (leftovers->head != NULL) {
		struct leftover *one = leftovers->head;

		leftovers->head = one->next;
		free(one);
	}
	free(leftovers->root);
	*leftovers = (struct leftovers){ 0 };
}

/* ---- in the child -------------------------------------------------------- */

struct removal {
	const struct leftovers *leftovers;
	const struct user *user;
};

static bool
is_auth_file(const char *path)
{
	size_t len = strlen(AUTH_FILE_PREFIX);

	return strncmp(path, AUTH_FILE_PREFIX, len) == 0 &&
	    strchr(path + len, '/') == NULL;
}

static bool
is_ours(const struct leftover *one, const struct user *user)
{
	struct stat st;

	if (lstat(one->path, &st) == -1 || st.st_uid != user->uid ||
	    st.st_dev != one->device || st.st_ino != one->inode)
		return false;
	return S_ISSOCK(st.st_mode) ||
	    (S_ISREG(st.st_mode) && is_auth_file(one->path));
}

static bool
remove_all(const void *arg, int answer)
{
	const struct removal *removal = arg;
	const char *root = removal->leftovers->root;

	(void)answer;
	if (root != NULL && (chroot(root) == -1 || chdir("/") == -1))
		return false;
	if (!user_become(removal->user))
		return false;
	for (const struct leftover *one = removal->leftovers->head;
	    one != NULL; one = one->next) {
		if (is_ours(one, removal->user))
			(void)unlink(one->path);
	}
	return true;
}

/* ---- this side ----------------------------------------------------------- */

static bool
remove_in_child(const struct removal *removal, struct err *err)
{
	struct pollfd done = { .events = POLLIN };
	struct errand errand;

	if (!errand_start(&errand, remove_all, removal, err))
		return false;
	done.fd = errand.answer;
	while (poll(&done, 1, REMOVE_TIME_MAX_MS) == -1 && errno == EINTR)
		continue;
	return errand_end(&errand) ||
	    err_set(err, ERR_DENIED, "files of a session");
}

void
leftovers_remove(struct leftovers *leftovers, const struct user *user)
{
	const struct removal removal = { leftovers, user };
	struct err err;

	if (leftovers->head != NULL && !remove_in_child(&removal, &err))
		log_error("%zu files of user %s stay after the session: "
		    "%s: %s", leftovers->count,
		    log_safe(bytes_str(user->name)).s, err.what,
		    err_text(&err));
	forget(leftovers);
}
