/* SPDX-License-Identifier: ISC */
#include "sftp-server/start.h"

#include <stdio.h>
#include <sys/prctl.h>

#include "lib/base/core.h"

/* The letters were checked with the options. */
bool
sftp_start_dir(const char *text, const struct sftp_account *account,
    char out[static PATH_MAX])
{
	size_t len = 0;
	char uid[24];

	snprintf(uid, sizeof(uid), "%llu", (unsigned long long)account->uid);
	for (const char *p = text; *p != '\0'; p++) {
		const char *value = p;
		size_t value_len = 1;

		if (*p == '%' && p[1] != '\0') {
			p++;
			value = *p == 'd' ? account->home :
			    *p == 'u' ? account->user : *p == 'U' ? uid : p;
			value_len = *p == '%' ? 1 : strlen(value);
		}
		if (value_len >= PATH_MAX - len)
			return false;
		memcpy(out + len, value, value_len);
		len += value_len;
	}
	out[len] = '\0';
	return true;
}

static void
enter_start_dir(const char *text, const struct sftp_account *account,
    struct tree *tree)
{
	char path[PATH_MAX];
	int r;

	if (!sftp_start_dir(text, account, path)) {
		log_error("start directory \"%s\" is too long", text);
		return;
	}
	r = tree->ops->enter(tree, path);
	if (r < 0)
		log_error("chdir to \"%s\" failed: %s", path, strerror(-r));
}

int
sftp_start(const struct sftp_options *options,
    const struct sftp_account *account, struct tree *tree,
    const struct sftp_client *client)
{
	struct err err;

	/* another process of the user is not to read or steer this one, and
	 * nothing that runs from here gains rights */
	(void)!core_forbid(CORE_LIMIT_KEPT, &err);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	log_expect_raw();
	if (options->has_umask)
		(void)umask(options->umask);
	if (options->start_dir != NULL)
		enter_start_dir(options->start_dir, account, tree);
	return sftp_serve(options, account, tree, client);
}
