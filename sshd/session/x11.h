/* SPDX-License-Identifier: ISC */
/*
 * x11 - the display of a program whose X11 connections are forwarded.
 *
 * Shapes:  one struct x11 in each program; its listener is port 6000 + N.
 * Units:   display numbers.
 * Errors:  what the grant forbids or the client misspells is answered "no".
 * Owns:    the strings; the listener, which goes earlier when it was for one
 *          connection.
 * Source:  RFC 4254 section 6.3, X(7), xauth(1); sshd_config(5),
 *          X11Forwarding.
 */
#ifndef SSHD_SESSION_X11_H
#define SSHD_SESSION_X11_H

#include "lib/base/err.h"
#include "lib/ipc/messages.h"

#define X11_NAME_MAX	320	/* a host's name, display and screen */

struct listening;
struct session;

struct x11 {
	struct listening *listening;	/* NULL: none any more */
	char *protocol, *cookie;	/* NULL: not forwarded */
	char display[X11_NAME_MAX];	/* DISPLAY of the program */
	char xauth_name[X11_NAME_MAX];	/* the same display for xauth(1) */
};

/* Pure: may text stand in a line for xauth or a user's rc file? */
bool x11_text_is_safe(struct bytes text);
/* SESSION: answers "yes" or "no": is *x11 a display now? */
bool x11_start(struct session *ses, struct x11 *x11,
    const struct ipc_SES_X11 *m);
void x11_clear(struct x11 *x11);

#endif
