/* SPDX-License-Identifier: ISC */
/* Terminals of programs: the monitor makes them, RFC 4254 6.2, 6.7, RFC 4335. */
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "sshd/session/program.h"

static void
tell_closed(struct session *ses, struct bytes tty)
{
	struct ipc_PTY_CLOSED closed = { .tty = tty };
	struct err err;

	if (!ipc_send(&ses->monitor, IPC_PTY_CLOSED, &closed, &err))
		session_end(ses);
}

void
program_drop_pty(struct session *ses, struct program *program)
{
	free(program->pty_wish);
	program->pty_wish = NULL;
	if (program->pty.master == -1)
		return;
	pty_close(&program->pty);
	tell_closed(ses, bytes_str(program->pty.path));
}

/* The answer to the client waits for the monitor's. */
static bool
wish(struct program *program, const struct ipc_SES_PTY *m)
{
	struct pty_wish *new = calloc(1, sizeof(*new));

	program->term = bytes_dup_str(m->term);
	if (new == NULL || program->term == NULL) {
		free(new);
		return false;
	}
	new->request = m->request;
	new->columns = m->columns;
	new->rows = m->rows;
	new->x_pixels = m->x_pixels;
	new->y_pixels = m->y_pixels;
	new->modes_len = m->modes.len;
	if (m->modes.len != 0)
		memcpy(new->modes, m->modes.p, m->modes.len);
	program->pty_wish = new;
	return true;
}

bool
program_pty(struct session *ses, const struct ipc_SES_PTY *m,
    struct err *err)
{
	struct program *program;
	struct ipc_PTY_OPEN ask = { .channel = m->channel };

	if (!program_need(ses, m->channel, &program, err))
		return false;
	if (program->phase != PROGRAM_OPEN || program->pty.master != -1 ||
	    program->pty_wish != NULL)
		return err_set(err, ERR_UNEXPECTED,
		    "pty asked at the wrong time");
	if (!grant_permits(ses, PERMIT_PTY)) {
		log_debug("Allocating a pty not permitted for this connection");
		session_reply(ses, m->request, false, 0);
		return true;
	}
	if (!wish(program, m)) {
		log_error("pty allocation for %s failed: bad TERM", ses->user);
		session_reply(ses, m->request, false, 0);
		return true;
	}
	return ipc_send(&ses->monitor, IPC_PTY_OPEN, &ask, err);
}

/* False: the client gets no terminal. */
static bool
take(struct session *ses, struct program *program,
    struct ipc_message *message)
{
	const struct ipc_PTY_OPENED *m = &message->u.PTY_OPENED;
	struct err err;

	if (message->fd_count == 0 && m->tty.len == 0)
		return false;
	if (message->fd_count == 0) {	/* lost, as we have no room for it */
		errno = EMFILE;
		err_sys(&err, "terminal");
	} else if (pty_take(&program->pty, message->fds[0], m->tty,
	    program->pty_wish, &err)) {
		(void)ipc_take_fd(message, 0);
		free(program->last_login);
		program->last_login = bytes_dup_str(m->last_login);
		return true;
	}
	log_error("pty allocation for %s failed: %s", ses->user,
	    err_text(&err));
	tell_closed(ses, m->tty);
	return false;
}

bool
program_pty_opened(struct session *ses, struct ipc_message *message,
    struct err *err)
{
	const struct ipc_PTY_OPENED *m = &message->u.PTY_OPENED;
	struct program *program = program_find(ses, m->channel);
	bool ok;

	/* closed in the meantime; its number may belong to another by now */
	if (program == NULL || program->pty_wish == NULL) {
		if (m->tty.len != 0)
			tell_closed(ses, m->tty);
		return true;
	}
	ok = take(ses, program, message);
	if (!ok) {
		free(program->term);
		program->term = NULL;
	}
	session_reply(ses, program->pty_wish->request, ok, 0);
	free(program->pty_wish);
	program->pty_wish = NULL;
	session_update_title(ses);
	return program->phase != PROGRAM_WAITING ||
	    program_launch(ses, program, err);
}

bool
program_window(struct session *ses, const struct ipc_SES_WINDOW *m,
    struct err *err)
{
	struct program *program;

	if (!program_need(ses, m->channel, &program, err))
		return false;
	if (program->pty_wish != NULL) {
		program->pty_wish->columns = m->columns;
		program->pty_wish->rows = m->rows;
		program->pty_wish->x_pixels = m->x_pixels;
		program->pty_wish->y_pixels = m->y_pixels;
	} else if (program->pty.master != -1)
		pty_set_window(&program->pty, m->columns, m->rows,
		    m->x_pixels, m->y_pixels);
	return true;
}

bool
program_break(struct session *ses, const struct ipc_SES_BREAK *m,
    struct err *err)
{
	struct program *program;
	bool ok;

	if (!program_need(ses, m->channel, &program, err))
		return false;
	ok = program->pty.master != -1 &&
	    tcsendbreak(program->pty.master, 0) == 0;
	session_reply(ses, m->request, ok, 0);
	return true;
}
