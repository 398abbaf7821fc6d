/* SPDX-License-Identifier: ISC */
/*
 * internal_sftp - the SFTP server as a child of the session, without exec.
 *
 * Shapes:  the child runs the library of sftp-server/ on 0 and 1; its log
 *          lines come back over a socket and go on to the monitor, so that a
 *          chroot needs neither program nor /dev/log.
 * Units:   -
 * Errors:  bad options fail the request, with a log line.
 * Owns:    one struct sftp_relay for each child, until its socket ends.
 * Source:  sshd_config(5), ForceCommand, Subsystem; OpenSSH's log lines.
 */
#ifndef SSHD_SESSION_INTERNAL_SFTP_H
#define SSHD_SESSION_INTERNAL_SFTP_H

#include "lib/base/shared_pipe.h"
#include "sshd/session/program.h"

/* Where the child keeps the directory of SftpRoot, if there is one. */
#define INTERNAL_SFTP_ROOT_FD	4

struct sftp_relay {
	struct sftp_relay *next;
	struct session *ses;
	struct ipc ipc;		/* from the child */
	struct timer rest;	/* until then no line of it wakes us */
	struct shared_pipe input;	/* for the child; until it has started */
	int child_fd;		/* its end, until it has started */
	pid_t pid;
	int facility;
};

/* Does this program want it? A command that the client chose never does. */
bool internal_sftp_wanted(const struct program *program);

/*
 * The command to force in place of what was asked for: options of a subsystem
 * that runs the program are internal-sftp's, so that -R still means -R. NULL:
 * no memory.
 */
MUST_CHECK char *internal_sftp_instead(const struct program *program);
/* SESSION: its process has ended; one that was killed could not say it. */
void internal_sftp_ended(const struct session *ses,
    const struct program *program, int status);

/* SESSION: before the fork: program->relay, where it is wanted. */
MUST_CHECK bool internal_sftp_prepare(struct session *ses,
    struct program *program, struct err *err);
/*
 * SESSION: before the fork: the bell, with the child's end first, and the
 * memory of its input. All are left -1 where it has to be a plain pipe.
 */
void internal_sftp_share_input(struct sftp_relay *relay, int bell[2],
    int *memory);
/* SESSION: after the fork, or after it failed (program->pid is -1). */
void internal_sftp_started(struct session *ses, struct program *program);
/* SESSION: the connection is over: hears the last words of each. */
void internal_sftp_finish(struct session *ses);

/*
 * In the forked child: refuses what is no subsystem, which the forced command
 * internal-sftp does not serve.
 */
void internal_sftp_refuse(const struct session *ses,
    const struct program *program);
/* In the forked child, with 0 and 1 in place. log_fd: the child's end. */
void internal_sftp_run(struct session *ses, const struct program *program,
    int log_fd) NORETURN;

#endif
