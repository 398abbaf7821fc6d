/* SPDX-License-Identifier: ISC */
/*
 * auth_file - how the user logged in, in a file for the user's programs.
 *
 * Shapes:  the grant's auth_info, as it is.
 * Units:   -
 * Errors:  logged; programs go without the file then.
 * Owns:    ses->auth_file; it goes with own_file_remove().
 * Source:  sshd_config(5), ExposeAuthInfo.
 */
#ifndef SSHD_SESSION_AUTH_FILE_H
#define SSHD_SESSION_AUTH_FILE_H

#include "sshd/session/session.h"

/* SESSION: nothing is written when there is nothing to tell. */
void auth_file_write(struct session *ses);

#endif
