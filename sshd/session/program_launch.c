/* SPDX-License-Identifier: ISC */
/* Starts what was chosen, behind pipes or a terminal, and tells net. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "sshd/session/internal_sftp.h"
#include "sshd/session/program.h"

static void
log_start(const struct session *ses, const struct program *program)
{
	char who[256], what[1024];
	const char *tty = program->pty.master == -1 ? "" :
	    program->pty.path + 5;

	if (program->is_forced)
		snprintf(what, sizeof(what), "forced-command (%s) '%.900s'",
		    ses->grant.forced_by == FORCED_BY_CONFIG ? "config" :
		    "key-option", program->command);
	else if (program->kind == START_SUBSYSTEM)
		snprintf(what, sizeof(what), "subsystem '%.900s'",
		    program->subsystem);
	else
		snprintf(what, sizeof(what), "%s",
		    program->command == NULL ? "shell" : "command");
	log_verbose("Starting session: %s%s%s for %s id %u", what,
	    *tty == '\0' ? "" : " on ", tty,
	    session_who(ses, who, sizeof(who)), program->channel);
}

/* *memory is that of input which net shares with internal-sftp, or -1. */
static MUST_CHECK bool
make_pipes(const struct program *program, int pipes[3][2], int *memory,
    struct err *err)
{
	for (int i = 0; i < 3; i++)
		pipes[i][0] = pipes[i][1] = -1;
	*memory = -1;
	if (program->relay != NULL)
		internal_sftp_share_input(program->relay, pipes[0], memory);
	for (int i = 0; i < 3; i++) {
		if (pipes[i][0] == -1 && pipe2(pipes[i], O_CLOEXEC) == -1)
			return err_sys(err, "pipe");
	}
	return true;
}

static void
close_pipes(int pipes[3][2])
{
	for (int i = 0; i < 3; i++) {
		for (int j = 0; j < 2; j++) {
			if (pipes[i][j] != -1)
				close(pipes[i][j]);
		}
	}
}

/* What a subsystem says on stderr has no place in its protocol: dropped. */
static void
child_with_pipes(struct session *ses, struct program *program,
    int pipes[3][2])
{
	/* our own leads to /dev/null, which a chroot may not have */
	int err_fd = program->kind == START_SUBSYSTEM ? STDERR_FILENO :
	    pipes[2][1];

	if (setsid() == -1 ||
	    dup2(pipes[0][0], STDIN_FILENO) == -1 ||
	    dup2(pipes[1][1], STDOUT_FILENO) == -1 ||
	    dup2(err_fd, STDERR_FILENO) == -1)
		_exit(1);
	program_run_child(ses, program);
}

static void
child_with_pty(struct session *ses, struct program *program)
{
	struct err err;

	if (setsid() == -1 || !pty_make_controlling(&program->pty, &err))
		_exit(1);
	program_run_child(ses, program);
}

static bool
launch_with_pipes(struct session *ses, struct program *program,
    struct err *err)
{
	int pipes[3][2], memory, fds[4];
	struct ipc_SES_STARTED started = {
		.request = program->start_request,
		.channel = program->channel,
	};
	unsigned fd_count = program->kind == START_SUBSYSTEM ? 2 : 3;
	bool ok = make_pipes(program, pipes, &memory, err);

	if (ok && (program->pid = fork()) == -1)
		ok = err_sys(err, "fork");
	if (ok && program->pid == 0)
		child_with_pipes(ses, program, pipes);
	if (ok) {
		fds[0] = pipes[0][1];
		fds[1] = pipes[1][0];
		fds[2] = pipes[2][0];
		started.input_is_shared = memory != -1;
		if (memory != -1)
			fds[fd_count++] = memory;
		ok = ipc_send_fds(&ses->net, IPC_SES_STARTED, &started, fds,
		    fd_count, err);
	}
	close_pipes(pipes);
	if (memory != -1)
		close(memory);
	return ok;
}

static bool
launch_with_pty(struct session *ses, struct program *program,
    struct err *err)
{
	struct ipc_SES_STARTED started = {
		.request = program->start_request,
		.channel = program->channel,
		.is_pty = 1,
	};

	if ((program->pid = fork()) == -1)
		return err_sys(err, "fork");
	if (program->pid == 0)
		child_with_pty(ses, program);
	/* the end of the last holder of the slave must show on the master */
	close(program->pty.slave);
	program->pty.slave = -1;
	return ipc_send_fds(&ses->net, IPC_SES_STARTED, &started,
	    &program->pty.master, 1, err);
}

bool
program_launch(struct session *ses, struct program *program, struct err *err)
{
	bool ok;

	log_start(ses, program);
	program->pid = -1;
	ok = internal_sftp_prepare(ses, program, err) &&
	    (program->pty.master == -1 ?
	    launch_with_pipes(ses, program, err) :
	    launch_with_pty(ses, program, err));
	internal_sftp_started(ses, program);
	if (ok) {
		program->phase = PROGRAM_RUNNING;
		return true;
	}
	if (program->pid > 0)
		return false;	/* it runs, but net can't be told */
	log_error("session for %s failed: %s: %s", ses->user, err->what,
	    err_text(err));
	program->phase = PROGRAM_OPEN;
	session_reply(ses, program->start_request, false, 0);
	return true;
}
