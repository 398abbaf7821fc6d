/* SPDX-License-Identifier: ISC */
#include "sshd/listener/privsep.h"

#include <pwd.h>
#include <stdio.h>

bool
privsep_directory_safe(const struct stat *st)
{
	return S_ISDIR(st->st_mode) && st->st_uid == 0 &&
	    (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

bool
privsep_check(char *text, size_t text_len)
{
	struct stat st;

	if (getpwnam(PRIVSEP_USER) == NULL) {
		snprintf(text, text_len, "Privilege separation user %s does "
		    "not exist", PRIVSEP_USER);
		return false;
	}
	if (stat(PRIVSEP_DIR, &st) == -1 || !S_ISDIR(st.st_mode)) {
		snprintf(text, text_len, "Missing privilege separation "
		    "directory: %s", PRIVSEP_DIR);
		return false;
	}
	if (!privsep_directory_safe(&st)) {
		snprintf(text, text_len, "%s must be owned by root and not "
		    "group or world-writable.", PRIVSEP_DIR);
		return false;
	}
	return true;
}
