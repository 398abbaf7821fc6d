/* SPDX-License-Identifier: ISC */
/*
 * reload - SIGHUP: take new configuration, host keys and programs.
 *
 * Shapes:  everything is checked first and swapped on success; on failure the
 *          listener goes on with what it has.
 * Units:   -
 * Errors:  logged here.
 * Owns:    -
 * Source:  DESIGN.md section 2; sshd(8).
 */
#ifndef SSHD_LISTENER_RELOAD_H
#define SSHD_LISTENER_RELOAD_H

#include "sshd/listener/listener.h"

/* A newer program takes over once it was checked: see newer.h. */
void reload(struct listener *listener);

#endif
