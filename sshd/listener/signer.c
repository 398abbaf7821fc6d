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
#include "sshd/listener/listener.h"

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

/* ---- while it runs ------------------------------------------------------- */

/* Monitors that wait have the old one; those with a connection keep it. */
static void
replace_soon(struct listener *listener)
{
	listener->signer_due = true;
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

	if (pid != signer->pid)
		return false;
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

/* Paths of the configuration mean what they meant at the start. */
static MUST_CHECK bool
start_another(struct listener *listener, struct signer *out, struct err *err)
{
	uint32_t count = 0;
	bool ok;

	if (chdir(listener->start_dir) == -1)
		log_debug("%s: %s", listener->start_dir, strerror(errno));
	ok = signer_start(&listener->spawner, &listener->snapshot, out,
	    &count, err);
	if (chdir("/") == -1)
		log_debug("/: %s", strerror(errno));
	if (ok && count == 0) {
		signer_end(out);
		return err_set(err, ERR_NOT_FOUND, "host keys");
	}
	return ok;
}

bool
signer_renew(struct listener *listener)
{
	struct signer *signer = &listener->snapshot.signer, another;
	struct err err;

	if (!listener->signer_due)
		return true;
	if (!start_another(listener, &another, &err)) {
		log_error("new signer: %s: %s", err.what, err_text(&err));
		/* better an old one than none; without, we try again */
		listener->signer_due = signer->pid == 0;
		return !listener->signer_due;
	}
	signer_clear(signer);
	*signer = another;
	listener->signer_due = false;
	log_info("Started a new signer.");
	if (!signer_watch(listener, &err))
		log_error("%s: %s", err.what, err_text(&err));
	return true;
}
