/* SPDX-License-Identifier: ISC */
/*
 * listener - the state of the long-lived process.
 *
 * Shapes:  one struct, passed first to everything in this folder that acts.
 * Units:   -
 * Errors:  -
 * Owns:    all that it holds; it lives as long as the process.
 * Source:  DESIGN.md section 1.
 */
#ifndef SSHD_LISTENER_LISTENER_H
#define SSHD_LISTENER_LISTENER_H

#include <limits.h>

#include "lib/base/loop.h"
#include "lib/base/title.h"
#include "sshd/listener/admission.h"
#include "sshd/listener/children.h"
#include "sshd/listener/cmdline.h"
#include "sshd/listener/newer.h"
#include "sshd/listener/penalties.h"
#include "sshd/listener/pool.h"
#include "sshd/listener/snapshot.h"
#include "sshd/listener/sockets.h"
#include "sshd/listener/spawn.h"

struct drop_watch {			/* lines about one kind of drop */
	struct drop_log log;
	struct timer timer;
	struct loop *loop;
};

struct listener {
	struct cmdline cmdline;
	int argc;
	char **argv;
	char binary[PATH_MAX];		/* our own program's path */
	char start_dir[PATH_MAX];	/* where relative paths begin */
	int binary_fd;			/* the program that runs, held open */
	struct title title;

	struct loop loop;
	struct watch signal_watch;
	int signal_fd;
	int exit_code;

	int ready_fd;			/* pipe to our starter, or -1 */
	int null_fd;
	struct spawner spawner;
	struct snapshot snapshot;
	bool signer_due;		/* the snapshot's is of no use */
	struct signer_start start;	/* of the next signer */
	struct snapshot next;		/* of a reload, while its keys load */
	struct newer newer;		/* of a reload, while it is checked */
	char pid_file[PATH_MAX];	/* written; empty: none */

	struct sockets sockets;
	struct timer accept_pause;
	int64_t shortage_quiet_ms;	/* until then it is not told again */
	uint64_t accepted;		/* connections so far */
	struct drop_watch startup_drops, penalty_drops;
	struct penalties penalties;

	struct children children;
	struct pool pool;
};

/*
 * Between the two relative paths of the configuration mean what they meant
 * at the start.
 */
void listener_enter_start_dir(const struct listener *listener);
void listener_leave_start_dir(void);

/* The title shows the number of startups: call when it changes. */
void listener_show_title(struct listener *listener);

/*
 * Pure: "ARGV... [listener] N of START-FULL startups", without the "sshd: "
 * that every title has.
 */
void listener_title(char *buf, size_t len, char *const *argv,
    unsigned startups, unsigned start, unsigned full);

#endif
