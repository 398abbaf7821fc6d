/* SPDX-License-Identifier: ISC */
#include "sshd/listener/signer.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/reap.h"
#include "sshd/listener/accept.h"

static void
close_fd(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

/* ---- start and end ------------------------------------------------------- */

static MUST_CHECK bool
recv_host_keys(struct signer *signer, uint32_t *count, struct err *err)
{
	const struct timeval wait = { .tv_sec = SIGNER_WAIT_S };
	struct ipc_message message;
	bool got;

	if (setsockopt(signer->ipc.fd, SOL_SOCKET, SO_RCVTIMEO, &wait,
	    sizeof(wait)) == -1)
		return err_sys(err, "setsockopt");
	if (!ipc_recv(&signer->ipc, LIS_KEYS, &message, &got, err))
		return false;
	if (!got) {
		errno = ETIMEDOUT;
		return err_sys(err, "host keys");
	}
	*count = message.u.HOST_KEYS.count;
	signer->host_keys_fd = ipc_take_fd(&message, 0);
	ipc_message_clear(&message);
	return true;
}

bool
signer_start(const struct spawner *spawner, const struct snapshot *snapshot,
    struct signer *out, uint32_t *count, struct err *err)
{
	struct signer signer = SIGNER_NONE;

	if (!spawn_signer(spawner, snapshot, &signer, err))
		return false;
	if (!recv_host_keys(&signer, count, err)) {
		/* it has crashed, or it is stuck */
		(void)kill(signer.pid, SIGKILL);
		signer_end(&signer);
		return false;
	}
	*out = signer;
	return true;
}

void
signer_clear(struct signer *signer)
{
	if (signer->ipc.fd != -1)
		ipc_clear(&signer->ipc);
	close_fd(&signer->service_fd);
	close_fd(&signer->host_keys_fd);
	signer->pid = 0;
}

void
signer_end(struct signer *signer)
{
	pid_t pid = signer->pid;

	signer_clear(signer);
	if (pid != 0)
		(void)reap_wait(pid);
}

/* ---- one that starts while the listener goes on ------------------------- */

void
signer_abandon(struct listener *listener)
{
	struct signer_start *start = &listener->start;

	loop_timer_stop(&listener->loop, &start->timer);
	if (start->signer.pid == 0)
		return;
	if (!start->has_ended)
		(void)kill(start->signer.pid, SIGKILL);
	signer_clear(&start->signer);
}

static void
start_failed(struct listener *listener, const struct err *why)
{
	signer_abandon(listener);
	listener->start.done(listener, NULL, why);
}

static void
start_succeeded(struct listener *listener)
{
	struct signer_start *start = &listener->start;
	struct signer signer;
	struct err err;

	loop_timer_stop(&listener->loop, &start->timer);
	/* nothing is unsent: it is moved, and watched anew */
	(void)!ipc_settle(&start->signer.ipc, &err);
	signer = start->signer;
	start->signer = (struct signer)SIGNER_NONE;
	start->done(listener, &signer, NULL);
}

static void
start_event(void *arg, uint32_t events)
{
	struct listener *listener = arg;
	struct signer *signer = &listener->start.signer;
	struct ipc_message message;
	struct err err;
	uint32_t count;
	bool got;

	(void)events;
	if (!ipc_recv(&signer->ipc, LIS_KEYS, &message, &got, &err)) {
		start_failed(listener, &err);
		return;
	}
	if (!got)
		return;
	count = message.u.HOST_KEYS.count;
	signer->host_keys_fd = ipc_take_fd(&message, 0);
	ipc_message_clear(&message);
	if (count != 0) {
		start_succeeded(listener);
		return;
	}
	(void)err_set(&err, ERR_NOT_FOUND, "host keys");
	start_failed(listener, &err);
}

static void
lose_patience(void *arg)
{
	struct err err;

	errno = ETIMEDOUT;
	(void)err_sys(&err, "host keys");
	start_failed(arg, &err);
}

bool
signer_begin(struct listener *listener, const struct snapshot *snapshot,
    signer_done *done, struct err *err)
{
	struct signer_start *start = &listener->start;

	signer_abandon(listener);
	start->has_ended = false;
	start->done = done;
	if (!spawn_signer(&listener->spawner, snapshot, &start->signer, err))
		return false;
	if (!ipc_watch(&start->signer.ipc, &listener->loop, start_event,
	    listener, err)) {
		signer_abandon(listener);
		return false;
	}
	loop_timer_set(&listener->loop, &start->timer, SIGNER_WAIT_S * 1000,
	    lose_patience, listener);
	return true;
}

/* ---- another in the place of one that was hurt --------------------------- */

/*
 * Monitors that wait have the old one; those with a connection keep it. Until
 * the new one has its keys, an old one that is left serves newcomers, too.
 */
static void
take_over(struct listener *listener, struct signer *another,
    const struct err *why)
{
	struct signer *signer = &listener->snapshot.signer;
	struct err err;

	if (another == NULL) {
		log_error("new signer: %s: %s", why->what, err_text(why));
		/* better an old one than none; without, we try again */
		listener->signer_due = signer->pid == 0;
	} else {
		signer_clear(signer);
		*signer = *another;
		listener->signer_due = false;
		log_info("Started a new signer.");
		if (!signer_watch(listener, &err))
			log_error("%s: %s", err.what, err_text(&err));
		pool_discard(listener);
	}
	accept_update(listener);
}

static void
start_another(void *arg)
{
	struct listener *listener = arg;
	struct err err;

	listener_enter_start_dir(listener);
	if (!signer_begin(listener, &listener->snapshot, take_over, &err))
		take_over(listener, NULL, &err);
	listener_leave_start_dir();
}

bool
signer_is_there(struct listener *listener)
{
	struct timer *timer = &listener->start.timer;

	if (!listener->signer_due)
		return true;
	if (!timer->linked)
		loop_timer_set(&listener->loop, timer, SIGNER_PAUSE_MS,
		    start_another, listener);
	accept_update(listener);
	return listener->snapshot.signer.pid != 0;
}

bool
signer_is_awaited(const struct listener *listener)
{
	return listener->snapshot.signer.pid == 0 &&
	    listener->start.timer.linked;
}

/* ---- while it runs ------------------------------------------------------- */

static void
replace_soon(struct listener *listener)
{
	listener->signer_due = true;
	(void)signer_is_there(listener);
	pool_discard(listener);
}

static void
signer_event(void *arg, uint32_t events)
{
	struct listener *listener = arg;
	struct signer *signer = &listener->snapshot.signer;
	struct ipc_message message;
	struct err err;
	bool got;

	(void)events;
	while (signer->ipc.fd != -1) {
		if (!ipc_recv(&signer->ipc, LIS_SIGNER, &message, &got, &err))
			break;
		if (!got)
			return;
		ipc_message_clear(&message);
		replace_soon(listener);	/* SIGNER_HURT */
	}
	if (err.code != ERR_CLOSED) {
		log_error("signer process %d: %s: %s", (int)signer->pid,
		    err.what, err_text(&err));
		(void)kill(signer->pid, SIGKILL);
	}
	/* that it has ended comes with SIGCHLD */
	ipc_clear(&signer->ipc);
}

bool
signer_watch(struct listener *listener, struct err *err)
{
	return ipc_watch(&listener->snapshot.signer.ipc, &listener->loop,
	    signer_event, listener, err);
}

bool
signer_has_ended(struct listener *listener, pid_t pid, int status)
{
	struct signer *signer = &listener->snapshot.signer;

	if (pid == listener->start.signer.pid) {
		/* its keys may still lie in the socket */
		listener->start.has_ended = true;
		start_event(listener, EPOLLIN);
	} else if (pid != signer->pid)
		return false;
	if (pid != signer->pid)
		return true;
	if (WIFSIGNALED(status))
		log_error("signer process %d killed by signal %d", (int)pid,
		    WTERMSIG(status));
	else
		log_error("signer process %d ended with status %d", (int)pid,
		    WEXITSTATUS(status));
	signer_clear(signer);
	replace_soon(listener);
	return true;
}
