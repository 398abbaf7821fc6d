/* SPDX-License-Identifier: ISC */
/*
 * privsep - is there a user and an empty directory for the network process?
 *
 * Shapes:  a check; the monitor uses both for each connection.
 * Units:   -
 * Errors:  false with one fatal line written to text.
 * Owns:    nothing.
 * Source:  sshd(8), FILES.
 */
#ifndef SSHD_LISTENER_PRIVSEP_H
#define SSHD_LISTENER_PRIVSEP_H

#include <stddef.h>
#include <sys/stat.h>

#include "lib/base/compiler.h"
#include "lib/base/err.h"

#ifndef PRIVSEP_USER
#define PRIVSEP_USER	"sshd"	/* configure --with-privsep-user */
#endif
#define PRIVSEP_DIR	RUNDIR "/sshd"

/* Pure: is a directory with this stat() safe to be the jail? */
bool privsep_directory_safe(const struct stat *st);
/* Needed only when we run as root. */
MUST_CHECK bool privsep_check(char *text, size_t text_len);

#endif
