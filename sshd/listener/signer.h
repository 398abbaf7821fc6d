/* SPDX-License-Identifier: ISC */
/*
 * signer - the listener's dealings with its signer, the process that loads
 * the host keys and holds them; they never come in here other than as a sealed
 * file with what is public.
 *
 * Shapes:  SIGNER_SETUP out, HOST_KEYS back; later SIGNER_HURT.
 * Units:   count of usable keys.
 * Errors:  bool and struct err; the signer logs what is wrong with a file.
 * Owns:    struct signer what it holds. The process ends by itself once
 *          nobody has service_fd any more, here or in a monitor.
 * Source:  DESIGN.md section 1; signer/signer.h.
 */
#ifndef SSHD_LISTENER_SIGNER_H
#define SSHD_LISTENER_SIGNER_H

#include <sys/types.h>

#include "lib/base/loop.h"
#include "lib/ipc/ipc.h"

#define SIGNER_WAIT_S	30	/* an agent or a slow file system */
#define SIGNER_PAUSE_MS	30	/* before the next, which may end at once */

struct listener;
struct snapshot;
struct spawner;

struct signer {
	pid_t pid;			/* 0: none */
	struct ipc ipc;
	int service_fd;			/* for monitors; see IPC_SERVE */
	int host_keys_fd;		/* sealed, host_keys_pack() */
};

#define SIGNER_NONE	{ .ipc = { .fd = -1 }, .service_fd = -1, \
    .host_keys_fd = -1 }

/* The new one, with keys, to be moved away; or NULL, and why. */
typedef void signer_done(struct listener *listener, struct signer *signer,
    const struct err *why);

/* One that loads its keys while the listener goes on. */
struct signer_start {
	struct signer signer;		/* pid 0: none */
	bool has_ended;			/* and was reaped */
	struct timer timer;		/* until it starts, then its patience */
	signer_done *done;
};

/*
 * LISTENER: starts one for the snapshot and waits for its keys; *count may be
 * 0. On failure no process is left.
 */
MUST_CHECK bool signer_start(const struct spawner *spawner,
    const struct snapshot *snapshot, struct signer *out, uint32_t *count,
    struct err *err);
/* Closes our ends: it goes on for its monitors, if there are any. */
void signer_clear(struct signer *signer);
/* As signer_clear(), for one that never had a monitor: waits for its end. */
void signer_end(struct signer *signer);

/*
 * LISTENER: as signer_start(), but done hears of it later; it is in place of
 * another that was loading. One without keys is a failure, ERR_NOT_FOUND.
 * Relative paths mean what they mean in the directory of now.
 */
MUST_CHECK bool signer_begin(struct listener *listener,
    const struct snapshot *snapshot, signer_done *done, struct err *err);
/* None is loading any more; nobody hears of it. */
void signer_abandon(struct listener *listener);

/* LISTENER: hears from the signer of listener->snapshot from now on. */
MUST_CHECK bool signer_watch(struct listener *listener, struct err *err);
/* Was it the current signer, or the next, that has ended? */
bool signer_has_ended(struct listener *listener, pid_t pid, int status);
/*
 * LISTENER: is there one for a monitor? Sees to it that another comes when
 * one is due.
 */
bool signer_is_there(struct listener *listener);
/* There is none, but one will come, or not, within SIGNER_WAIT_S. */
bool signer_is_awaited(const struct listener *listener);

#endif
