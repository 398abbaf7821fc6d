/* SPDX-License-Identifier: ISC */
/*
 * program - what runs in one session channel: shell, command or subsystem.
 *
 * Shapes:  one struct program for each open session channel, from SES_OPEN
 *          to SES_CLOSE.
 * Units:   -
 * Errors:  a refused request is answered SES_DONE 0 and logged.
 * Owns:    its pty, environment requests, command; the child only by pid.
 * Source:  RFC 4254 section 6; sshd(8), LOGIN.
 */
#ifndef SSHD_SESSION_PROGRAM_H
#define SSHD_SESSION_PROGRAM_H

#include "sshd/session/env.h"
#include "sshd/session/pty.h"
#include "sshd/session/session.h"
#include "sshd/session/x11.h"

enum program_phase {
	PROGRAM_OPEN,		/* requests arrive */
	PROGRAM_WAITING,	/* start was asked, the terminal is due */
	PROGRAM_RUNNING,
	PROGRAM_EXITED,
};

struct program {
	struct program *next;
	uint32_t channel;
	enum program_phase phase;
	pid_t pid;
	struct pty pty;		/* master -1: none */
	struct pty_wish *pty_wish;	/* until the monitor has answered */
	char *term;
	struct env client_env;
	struct x11 x11;
	char *last_login;	/* text of the monitor, or NULL */
	/* the request that started it */
	uint32_t start_request;
	enum start_kind kind;
	bool is_forced;
	char *command;		/* what runs; NULL: login shell */
	char *original_command;	/* what the client asked, when forced */
	char *subsystem;	/* name, when kind is START_SUBSYSTEM */
	struct sftp_relay *relay;	/* while internal-sftp starts */
};

struct program *program_find(struct session *ses, uint32_t channel);
/*
 * net asks only about channels that it opened and not yet closed: anything
 * else is not our net speaking.
 */
MUST_CHECK bool program_need(struct session *ses, uint32_t channel,
    struct program **out, struct err *err);
/* Hangs up, logs and forgets; the login record is closed. */
void program_free(struct session *ses, struct program *program);

/* SESSION: handlers of what net asks; false ends the connection. */
bool program_open(struct session *ses, const struct ipc_SES_OPEN *m,
    struct err *err);
bool program_pty(struct session *ses, const struct ipc_SES_PTY *m,
    struct err *err);
bool program_env(struct session *ses, const struct ipc_SES_ENV *m,
    struct err *err);
bool program_x11(struct session *ses, const struct ipc_SES_X11 *m,
    struct err *err);
bool program_agent(struct session *ses, const struct ipc_SES_AGENT *m,
    struct err *err);
bool program_start(struct session *ses, const struct ipc_SES_START *m,
    struct err *err);
bool program_window(struct session *ses, const struct ipc_SES_WINDOW *m,
    struct err *err);
bool program_signal(struct session *ses, const struct ipc_SES_SIGNAL *m,
    struct err *err);
bool program_break(struct session *ses, const struct ipc_SES_BREAK *m,
    struct err *err);
bool program_close(struct session *ses, const struct ipc_SES_CLOSE *m,
    struct err *err);
/* SESSION: the monitor made a terminal, or could not. */
bool program_pty_opened(struct session *ses, struct ipc_message *message,
    struct err *err);
/* The terminal is closed, and its login record. */
void program_drop_pty(struct session *ses, struct program *program);
/* SESSION: starts what was chosen; a failure is answered "no". */
MUST_CHECK bool program_launch(struct session *ses, struct program *program,
    struct err *err);
/* SESSION: a child ended; status as of waitpid(2). */
void program_exited(struct session *ses, pid_t pid, int status);

/*
 * In the forked child, with 0, 1 and 2 in place: sets up and executes.
 * Never returns.
 */
void program_run_child(struct session *ses, struct program *program) NORETURN;

#endif
