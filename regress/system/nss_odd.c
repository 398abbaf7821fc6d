/* SPDX-License-Identifier: ISC */
/*
 * A name service as of some directories: names are the same in any case, and
 * an account is called what the directory calls it. Accounts are those of
 * /etc/passwd. Whoever asks for the groups of bob is ended by it, and neither
 * the name of alice's group nor the group far can be found out.
 */
#include <errno.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum nss_status _nss_odd_getpwnam_r(const char *name, struct passwd *out,
    char *buf, size_t buf_len, int *error);
enum nss_status _nss_odd_initgroups_dyn(const char *name, gid_t group,
    long *start, long *size, gid_t **groups, long limit, int *error);
enum nss_status _nss_odd_getgrgid_r(gid_t gid, struct group *out, char *buf,
    size_t buf_len, int *error);
enum nss_status _nss_odd_getgrnam_r(const char *name, struct group *out,
    char *buf, size_t buf_len, int *error);

enum nss_status
_nss_odd_getpwnam_r(const char *name, struct passwd *out, char *buf,
    size_t buf_len, int *error)
{
	FILE *file = fopen("/etc/passwd", "re");
	struct passwd *found = NULL;
	enum nss_status status = NSS_STATUS_NOTFOUND;

	*error = ENOENT;
	while (file != NULL &&
	    fgetpwent_r(file, out, buf, buf_len, &found) == 0) {
		if (strcasecmp(found->pw_name, name) == 0) {
			status = NSS_STATUS_SUCCESS;
			break;
		}
	}
	if (file != NULL)
		fclose(file);
	return status;
}

enum nss_status
_nss_odd_initgroups_dyn(const char *name, gid_t group, long *start,
    long *size, gid_t **groups, long limit, int *error)
{
	(void)group;
	(void)start;
	(void)size;
	(void)groups;
	(void)limit;
	if (strcmp(name, "bob") == 0)
		raise(SIGKILL);
	*error = ENOENT;
	return NSS_STATUS_NOTFOUND;
}

static enum nss_status
find_no_group(bool knows, int *error)
{
	*error = knows ? ENOENT : EAGAIN;
	return knows ? NSS_STATUS_NOTFOUND : NSS_STATUS_TRYAGAIN;
}

enum nss_status
_nss_odd_getgrgid_r(gid_t gid, struct group *out, char *buf, size_t buf_len,
    int *error)
{
	(void)out;
	(void)buf;
	(void)buf_len;
	return find_no_group(gid != 2001, error);
}

enum nss_status
_nss_odd_getgrnam_r(const char *name, struct group *out, char *buf,
    size_t buf_len, int *error)
{
	(void)out;
	(void)buf;
	(void)buf_len;
	return find_no_group(strcmp(name, "far") != 0, error);
}
