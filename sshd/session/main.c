/* SPDX-License-Identifier: ISC */
/* sshd-session: acts as the logged-in user, under the monitor's grant. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "lib/base/core.h"
#include "lib/base/fd.h"
#include "lib/base/log.h"
#include "lib/base/memory.h"
#include "lib/base/reap.h"
#include "sshd/session/auth_file.h"
#include "sshd/session/become.h"
#include "sshd/session/forward.h"
#include "sshd/session/internal_sftp.h"
#include "sshd/session/nologin.h"
#include "sshd/session/program.h"
#include "sshd/session/requests.h"

#define MONITOR_FD		3
#define RELEASE_DELAY_MS	1000	/* a short command does not pay */
#define ROUND_MESSAGES	8	/* of one process; then others */

static void
log_to_monitor(void *arg, enum log_level level, const char *line)
{
	struct session *ses = arg;
	struct ipc_SES_LOG m = {
		.level = (uint8_t)level,
		.line = bytes_str(line),
	};
	struct err err;

	if (!ipc_send(&ses->monitor, IPC_SES_LOG, &m, &err))
		ses->loop.stop = true;
}

void
session_end(struct session *ses)
{
	ses->loop.stop = true;
}

void
session_reply(struct session *ses, uint32_t request, bool ok, uint32_t port)
{
	struct ipc_SES_DONE done = {
		.request = request, .ok = ok, .port = port,
	};
	struct err err;

	if (!ipc_send(&ses->net, IPC_SES_DONE, &done, &err))
		session_end(ses);
}

void
session_remark(struct session *ses, enum remark remark)
{
	struct ipc_SES_REMARK m = { .remark = (uint8_t)remark };
	struct err err;

	if (!ipc_send(&ses->net, IPC_SES_REMARK, &m, &err) &&
	    err.code != ERR_RANGE)
		session_end(ses);
}

const char *
session_who(const struct session *ses, char *buf, size_t len)
{
	char peer[64];

	bytes_to_str(ses->grant.peer_address, peer, sizeof(peer));
	snprintf(buf, len, "%.100s from %s port %u", ses->user, peer,
	    ses->grant.peer_port);
	return buf;
}

void
session_update_title(struct session *ses)
{
	char ttys[256] = "";
	size_t len = 0;

	for (struct program *p = ses->programs; p != NULL; p = p->next) {
		if (p->pty.master == -1)
			continue;
		len += (size_t)snprintf(ttys + len, sizeof(ttys) - len, "%s%s",
		    len == 0 ? "" : ",", p->pty.path + strlen("/dev/"));
		if (len >= sizeof(ttys))
			break;
	}
	title_set(&ses->title, "%s@%s", ses->user,
	    len == 0 ? "notty" : ttys);
}

static void
message_event(struct session *ses, struct ipc *ipc)
{
	struct ipc_message message;
	struct err err;
	bool got = true, ok = true;

	for (int i = 0; i < ROUND_MESSAGES && ok && got && !ses->loop.stop;
	    i++) {
		ok = ipc_recv(ipc, SES_OPEN, &message, &got, &err);
		if (ok && got) {
			ok = requests_dispatch(ses, &message, &err);
			ipc_message_clear(&message);
		}
	}
	if (ok)
		return;
	if (!ses->loop.stop && err.code != ERR_CLOSED)
		log_error("session: refused a message of %s: %s: %s",
		    ipc == &ses->net ? "the network process" : "the monitor",
		    err.what, err_text(&err));
	session_end(ses);
}

static void
net_event(void *arg, uint32_t events)
{
	struct session *ses = arg;

	(void)events;
	message_event(ses, &ses->net);
}

static void
monitor_event(void *arg, uint32_t events)
{
	struct session *ses = arg;

	(void)events;
	message_event(ses, &ses->monitor);
}

static void
child_ended(void *arg, pid_t pid, int status)
{
	if (!connect_child_exited(arg, pid))
		program_exited(arg, pid, status);
}

static void
signal_event(void *arg, uint32_t events)
{
	struct session *ses = arg;
	struct signalfd_siginfo info;

	(void)events;
	if (read(ses->signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo != SIGCHLD) {
		session_end(ses);
		return;
	}
	reap_ended(child_ended, ses);
}

static bool
watch_signals(struct session *ses, struct err *err)
{
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGHUP);
	sigaddset(&mask, SIGINT);
	sigemptyset(&ses->old_mask);
	if (sigprocmask(SIG_SETMASK, &mask, NULL) == -1)
		return err_sys(err, "sigprocmask");
	signal(SIGPIPE, SIG_IGN);
	ses->signal_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (ses->signal_fd == -1)
		return err_sys(err, "signalfd");
	return loop_watch(&ses->loop, &ses->signal_watch, ses->signal_fd,
	    EPOLLIN, signal_event, ses, err);
}

/* The grant's strings must outlive the datagram. */
static bool
take_grant(struct session *ses, struct ipc_message *message, struct err *err)
{
	ses->grant_bytes = ses->monitor.buf;
	ses->monitor.buf = NULL;
	ses->grant = message->u.GRANT;
	ses->user = bytes_dup_str(ses->grant.user);
	ses->home = bytes_dup_str(ses->grant.home);
	ses->shell = bytes_dup_str(ses->grant.shell);
	if (ses->user == NULL || ses->home == NULL || ses->shell == NULL)
		return err_set(err, ERR_FORMAT, "user, home or shell");
	log_set_level(ses->grant.log_level);
	log_set_verbose(ses->grant.log_verbose);
	ipc_init(&ses->net, ipc_take_fd(message, 0), NET_TO_SESSION);
	return true;
}

static bool
receive_grant(struct session *ses, struct err *err)
{
	struct ipc_message message;
	bool got, ok;

	if (!ipc_recv(&ses->monitor, SES_START, &message, &got, err))
		return false;
	if (!got || message.id != IPC_GRANT)
		return err_set(err, ERR_UNEXPECTED, "no grant came first");
	ok = take_grant(ses, &message, err);
	ipc_message_clear(&message);
	return ok;
}

/* Thousands of sessions wait: keep them small. */
static void
release(void *arg)
{
	(void)arg;
	memory_release();
}

static bool
start(struct session *ses, struct err *err)
{
	if (!receive_grant(ses, err))
		return false;
	nologin_look(ses);
	if (!become_user(&ses->grant, &ses->sftp_root_fd, err) ||
	    !loop_init(&ses->loop, &clock_system, err) ||
	    !watch_signals(ses, err) ||
	    !ipc_watch(&ses->monitor, &ses->loop, monitor_event, ses, err) ||
	    !ipc_watch(&ses->net, &ses->loop, net_event, ses, err))
		return false;
	auth_file_write(ses);
	session_update_title(ses);
	loop_timer_set(&ses->loop, &ses->release_timer, RELEASE_DELAY_MS,
	    release, NULL);
	return true;
}

/* Closing the masters hangs up whoever still sits at a terminal. */
static void
finish(struct session *ses)
{
	struct err err;

	/* a monitor that has gone hears no more */
	(void)!ipc_settle(&ses->monitor, &err);
	while (ses->programs != NULL)
		program_free(ses, ses->programs);
	internal_sftp_finish(ses);
	connect_clear(ses);
	listen_clear(ses);
	own_file_remove(ses, &ses->auth_file);
	ipc_clear(&ses->net);
	ipc_clear(&ses->monitor);
}

int
main(int argc, char **argv)
{
	struct session ses = {
		.signal_fd = -1, .sftp_root_fd = -1, .nologin = { .fd = -1 },
		.net = { .fd = -1 },
	};
	struct err err;

	title_init(&ses.title, argc, &argv);
	if (fcntl(MONITOR_FD, F_SETFD, FD_CLOEXEC) == -1) {
		fprintf(stderr, "sshd-session is started by sshd only\n");
		return 1;
	}
	(void)!core_forbid(CORE_LIMIT_KEPT, &err);
	ipc_init(&ses.monitor, MONITOR_FD, MONITOR_TO_SESSION);
	log_open(log_to_monitor, &ses, LOG_LEVEL_INFO);
	if (!start(&ses, &err)) {
		log_fatal("session: %s: %s", err.what, err_text(&err));
		return 255;
	}
	if (!loop_run(&ses.loop, &err))
		log_error("session: %s: %s", err.what, err_text(&err));
	finish(&ses);
	return 0;
}
