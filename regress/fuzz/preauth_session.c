/* SPDX-License-Identifier: ISC */
#include "fuzz/preauth_session.h"

#include <fcntl.h>
#include <sys/socket.h>

#include "fuzz/fuzz.h"

#define FDS_MAX	3

void
preauth_session_init(struct preauth_session *session)
{
	*session = (struct preauth_session){ 0 };
	ipc_init(&session->ipc, -1, NET_TO_SESSION);
}

void
preauth_session_open(struct preauth_session *session, int fd)
{
	FUZZ_CHECK(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
	ipc_init(&session->ipc, fd, NET_TO_SESSION);
}

void
preauth_session_clear(struct preauth_session *session)
{
	for (unsigned i = 0; i < session->end_count; i++) {
		if (session->ends[i] != -1)
			close(session->ends[i]);
	}
	ipc_clear(&session->ipc);
	session->end_count = 0;
}

/* Near ends for net; the far ones are kept. False: enough of them. */
static bool
make_ends(struct preauth_session *session, int *near, unsigned count)
{
	if (session->end_count + count > SESSION_ENDS)
		return false;
	for (unsigned i = 0; i < count; i++) {
		int fds[2];

		FUZZ_CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC |
		    SOCK_NONBLOCK, 0, fds) == 0);
		near[i] = fds[0];
		session->ends[session->end_count++] = fds[1];
	}
	return true;
}

/*
 * Takes the descriptors. What a full socket does not take is lost: net is
 * never answered.
 */
static void
send_datagram(struct preauth_session *session, struct bytes b, const int *fds,
    unsigned fd_count)
{
	struct iovec iov = { (void *)(uintptr_t)b.p, b.len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int) * FDS_MAX)];
	} control = { .space = { 0 } };

	if (fd_count != 0) {
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * fd_count);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(int) * fd_count);
		memcpy(CMSG_DATA(&control.header), fds,
		    sizeof(int) * fd_count);
	}
	(void)!sendmsg(session->ipc.fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
	for (unsigned i = 0; i < fd_count; i++)
		close(fds[i]);
}

static void
say(struct preauth_session *session, enum ipc_id id, const void *message,
    const int *fds, unsigned fd_count)
{
	uint8_t buf[1024];
	struct err err;
	size_t len;

	FUZZ_CHECK(ipc_encode(id, message, buf, sizeof(buf), &len, &err));
	send_datagram(session, bytes_of(buf, len), fds, fd_count);
}

static void
done(struct preauth_session *session, uint32_t request)
{
	struct ipc_SES_DONE m = {
		.request = request,
		.ok = session->policy == SESSION_AGREES, .port = 2222,
	};

	say(session, IPC_SES_DONE, &m, NULL, 0);
}

static void
start(struct preauth_session *session, const struct ipc_SES_START *m)
{
	struct ipc_SES_STARTED started = {
		.request = m->request, .channel = m->channel,
		.is_pty = session->is_pty,
	};
	unsigned count = session->is_pty ? 1 :
	    m->kind == START_SUBSYSTEM ? 2 : 3;
	int near[FDS_MAX];

	if (session->policy == SESSION_REFUSES ||
	    !make_ends(session, near, count))
		done(session, m->request);
	else
		say(session, IPC_SES_STARTED, &started, near, count);
}

static void
connect_answer(struct preauth_session *session, uint32_t request)
{
	struct ipc_CONNECTED connected = { .request = request };
	struct ipc_CONNECT_FAILED failed = {
		.request = request, .reason = 2,
		.text = BYTES_LIT("Connection refused"),
	};
	int near;

	if (session->policy == SESSION_REFUSES ||
	    !make_ends(session, &near, 1))
		say(session, IPC_CONNECT_FAILED, &failed, NULL, 0);
	else
		say(session, IPC_CONNECTED, &connected, &near, 1);
}

static void
answer(struct preauth_session *session, const struct ipc_message *m)
{
	if (session->policy == SESSION_SILENT)
		return;
	if (m->id == IPC_SES_START)
		start(session, &m->u.SES_START);
	else if (m->id == IPC_CONNECT_TCP)
		connect_answer(session, m->u.CONNECT_TCP.request);
	else if (m->id == IPC_CONNECT_STREAM)
		connect_answer(session, m->u.CONNECT_STREAM.request);
	else if (m->id == IPC_OPEN_TUN)
		connect_answer(session, m->u.OPEN_TUN.request);
	else if (m->id == IPC_SES_PTY) {
		session->is_pty = session->policy == SESSION_AGREES;
		done(session, m->u.SES_PTY.request);
	} else if (m->id != IPC_SES_OPEN && m->id != IPC_SES_CLOSE &&
	    m->id != IPC_SES_WINDOW)
		/* the request's number is the first field of all others */
		done(session, m->u.SES_ENV.request);
}

void
preauth_session_serve(struct preauth_session *session)
{
	struct ipc_message m;
	struct err err;
	bool got = true;

	while (got && session->ipc.fd != -1) {
		if (ipc_recv(&session->ipc, SES_OPEN, &m, &got, &err)) {
			if (got)
				answer(session, &m);
			continue;
		}
		FUZZ_CHECK(err.code == ERR_CLOSED);
		ipc_clear(&session->ipc);
	}
}

void
preauth_session_say(struct preauth_session *session, struct bytes b,
    unsigned fd_count)
{
	int near[FDS_MAX];

	if (session->ipc.fd == -1 || b.len == 0)
		return;
	fd_count = MIN(fd_count, FDS_MAX);
	if (!make_ends(session, near, fd_count))
		fd_count = 0;
	send_datagram(session, b, near, fd_count);
}

/* ---- far ends -------------------------------------------------------------- */

static int *
far_end(struct preauth_session *session, unsigned i)
{
	return session->end_count == 0 ? NULL :
	    &session->ends[i % session->end_count];
}

void
preauth_session_write(struct preauth_session *session, unsigned i,
    size_t len)
{
	static const uint8_t zeroes[65536];
	int *fd = far_end(session, i);

	if (fd != NULL && *fd != -1)
		(void)!send(*fd, zeroes, MIN(len, sizeof(zeroes)),
		    MSG_NOSIGNAL);
}

void
preauth_session_read(struct preauth_session *session, unsigned i)
{
	static uint8_t sink[65536];
	int *fd = far_end(session, i);

	while (fd != NULL && *fd != -1 && read(*fd, sink, sizeof(sink)) > 0)
		;
}

void
preauth_session_close(struct preauth_session *session, unsigned i)
{
	int *fd = far_end(session, i);

	if (fd != NULL && *fd != -1) {
		close(*fd);
		*fd = -1;
	}
}
