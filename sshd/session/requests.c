/* SPDX-License-Identifier: ISC */
#include "sshd/session/requests.h"

#include "sshd/session/forward.h"
#include "sshd/session/program.h"
#include "sshd/session/tun.h"

typedef bool request_handler(struct session *, struct ipc_message *,
    struct err *);

/* Each handler takes its own message's struct. */
#define HANDLER(name, function)						\
static bool								\
req_##name(struct session *ses, struct ipc_message *message,		\
    struct err *err)							\
{									\
	return function(ses, &message->u.name, err);			\
}

#define HANDLERS(X)							\
	X(SES_OPEN, program_open)					\
	X(SES_PTY, program_pty)						\
	X(SES_ENV, program_env)						\
	X(SES_X11, program_x11)						\
	X(SES_AGENT, program_agent)					\
	X(SES_START, program_start)					\
	X(SES_WINDOW, program_window)					\
	X(SES_SIGNAL, program_signal)					\
	X(SES_BREAK, program_break)					\
	X(SES_CLOSE, program_close)					\
	X(CONNECT_TCP, connect_tcp)					\
	X(CONNECT_STREAM, connect_stream)				\
	X(OPEN_TUN, tun_open)						\
	X(LISTEN_TCP, listen_tcp)					\
	X(LISTEN_STREAM, listen_stream)					\
	X(CANCEL_TCP, cancel_tcp)					\
	X(CANCEL_STREAM, cancel_stream)

HANDLERS(HANDLER)

#define ROW(name, function)	[IPC_##name] = req_##name,
static request_handler *const handlers[IPC_COUNT] = {
	HANDLERS(ROW)
	[IPC_PTY_OPENED] = program_pty_opened,
};

bool
requests_dispatch(struct session *ses, struct ipc_message *message,
    struct err *err)
{
	request_handler *handler = handlers[message->id];

	if (handler == NULL)
		return err_set(err, ERR_UNEXPECTED, "message not for a session");
	return handler(ses, message, err);
}
