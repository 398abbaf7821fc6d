/* SPDX-License-Identifier: ISC */
/*
 * start - the steps that every mode of the program begins with.
 *
 * Shapes:  each step returns 0, or the exit code after logging why.
 * Units:   -
 * Errors:  EXIT_USAGE and EXIT_FATAL as sshd(8) says, EXIT STATUS.
 * Owns:    -
 * Source:  sshd(8).
 */
#ifndef SSHD_LISTENER_START_H
#define SSHD_LISTENER_START_H

#include "sshd/listener/listener.h"

/*
 * Descriptors, signal dispositions, groups, our own path. `inherited`: we
 * were executed by an older listener, whose descriptors are to be kept.
 */
int start_process(struct listener *listener, bool inherited);
/* Configuration, programs, filter and signer into listener->snapshot. */
int start_load(struct listener *listener);
/*
 * Starts the signer of this snapshot; 0 host keys are logged and are
 * EXIT_USAGE.
 */
int start_signer(struct listener *listener, struct snapshot *snapshot);

#endif
