/* SPDX-License-Identifier: ISC */
/*
 * test_mode - -t, -T and -G: check, perhaps print, exit.
 *
 * Shapes:  -
 * Units:   -
 * Errors:  the exit code of the program.
 * Owns:    -
 * Source:  sshd(8), -T, -t, -G.
 */
#ifndef SSHD_LISTENER_TEST_MODE_H
#define SSHD_LISTENER_TEST_MODE_H

#include "sshd/listener/listener.h"

int test_mode(struct listener *listener);

#endif
