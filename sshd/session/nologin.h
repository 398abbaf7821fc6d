/* SPDX-License-Identifier: ISC */
/*
 * nologin - /etc/nologin of the host shuts everybody out but root.
 *
 * Shapes:  two steps: nologin_look() before the session is locked into a
 *          directory, nologin_refuse() in the child that would run a program.
 * Units:   -
 * Errors:  a file that can't be read shuts out as well, without its text.
 * Owns:    nothing; what was found is in struct session.
 * Source:  nologin(5).
 *
 * A session that is locked into a directory goes by what it found when it
 * began, any other by what it finds when it starts a program. With PAM it is
 * the work of pam_nologin(8).
 */
#ifndef SSHD_SESSION_NOLOGIN_H
#define SSHD_SESSION_NOLOGIN_H

#include "sshd/session/session.h"

/* SESSION: with the host's files still in sight. */
void nologin_look(struct session *ses);
/* CHILD: shows the text and ends the process when nobody may log in. */
void nologin_refuse(struct session *ses);

#endif
