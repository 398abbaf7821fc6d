/* SPDX-License-Identifier: ISC */
/*
 * host_keys - have a monitor load the host keys, which never come in here
 * other than as a sealed file.
 *
 * Shapes:  SETUP and LOAD_HOST_KEYS out, HOST_KEYS back.
 * Units:   count of usable keys.
 * Errors:  bool and struct err; the monitor logs what is wrong with a file.
 * Owns:    the sealed file goes into the snapshot.
 * Source:  DESIGN.md section 1.
 */
#ifndef SSHD_LISTENER_HOST_KEYS_H
#define SSHD_LISTENER_HOST_KEYS_H

#include "sshd/listener/spawn.h"

#define HOST_KEYS_WAIT_S	30	/* an agent or a slow file system */

/* LISTENER: waits for the answer; *count may be 0. */
MUST_CHECK bool host_keys_ask(const struct spawner *spawner,
    struct snapshot *snapshot, uint32_t *count, struct err *err);

#endif
