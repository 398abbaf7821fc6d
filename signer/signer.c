/* SPDX-License-Identifier: ISC */
#include "signer/signer.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/confine.h"
#include "lib/base/log.h"
#include "lib/base/reap.h"
#include "lib/crypto/init.h"
#include "signer/fork_log.h"
#include "signer/serve.h"
#include "signer/setup.h"

enum { STATUS_OK = 0, STATUS_FATAL = 255 };

/* What is in memory, and the way to one monitor, is all that it needs. */
static void
confine_server(const struct signer *signer)
{
	struct err err;

	if (signer->forks_reach_out || confine_calls(signer->filter, &err))
		return;
	log_error("signer: %s: %s", err.what, err_text(&err));
	_exit(STATUS_FATAL);
}

/*
 * The fork. Descriptors are closed by hand: the loop and its epoll instance
 * are the parent's.
 */
static NORETURN void
become_server(struct signer *signer, int fd)
{
	sigset_t none;

	close(signer->loop.epoll_fd);
	close(signer->signal_fd);
	close(signer->service.fd);
	if (signer->listener.fd != -1)
		close(signer->listener.fd);
	fork_log_use(signer);
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	confine_server(signer);
	_exit(serve(signer, fd));
}

static void
start_server(struct signer *signer, int fd)
{
	pid_t pid = fork();

	if (pid == 0)
		become_server(signer, fd);
	/* its monitor reads the end of file */
	if (pid == -1)
		log_error("signer: fork: %s", strerror(errno));
	close(fd);
}

/* One of many monitors broke the rules: the others need us still. */
static bool
is_of_monitor(const struct err *err)
{
	if (err->code == ERR_SYS || err->code == ERR_NOMEM)
		return false;
	log_error("attack: a monitor sent the signer what it must not: %s: "
	    "%s", err->what, err_text(err));
	return true;
}

static void
fail(struct signer *signer, const struct err *err)
{
	log_fatal("signer: %s: %s", err->what, err_text(err));
	signer->exit_code = STATUS_FATAL;
	signer->loop.stop = true;
}

/* Everybody has closed the other end: nobody can come any more. */
static void
service_event(void *arg, uint32_t events)
{
	struct signer *signer = arg;
	struct ipc_message message;
	struct err err;
	bool got;

	(void)events;
	while (!signer->loop.stop) {
		if (ipc_recv(&signer->service, SIG_READY, &message, &got,
		    &err)) {
			if (!got)
				return;
			start_server(signer, ipc_take_fd(&message, 0));
			ipc_message_clear(&message);
		} else if (err.code == ERR_CLOSED) {
			ipc_clear(&signer->service);
			fork_log_end(signer);
			return;
		} else if (!is_of_monitor(&err))
			fail(signer, &err);
	}
}

/* It has nothing more to say; sessions outlive it. */
static void
listener_event(void *arg, uint32_t events)
{
	struct signer *signer = arg;

	(void)events;
	ipc_clear(&signer->listener);
}

/* Signals that end us all are no reason to worry. */
static bool
is_hurt(int status)
{
	return WIFSIGNALED(status) && WTERMSIG(status) != SIGTERM &&
	    WTERMSIG(status) != SIGPIPE;
}

static void
tell_hurt(struct signer *signer, int number)
{
	const struct ipc_SIGNER_HURT m = { .signal = (uint32_t)number };
	struct err err;

	if (signer->hurt || signer->listener.fd == -1)
		return;
	signer->hurt = true;
	if (!ipc_send(&signer->listener, IPC_SIGNER_HURT, &m, &err))
		log_debug("%s: %s", err.what, err_text(&err));
}

static void
fork_hijacked(struct signer *signer)
{
	tell_hurt(signer, 0);
}

static void
server_ended(void *arg, pid_t pid, int status)
{
	if (!is_hurt(status))
		return;
	log_error("signer process %d killed by signal %d", (int)pid,
	    WTERMSIG(status));
	tell_hurt(arg, WTERMSIG(status));
}

static void
signal_event(void *arg, uint32_t events)
{
	struct signer *signer = arg;
	struct signalfd_siginfo info;

	(void)events;
	if (read(signer->signal_fd, &info, sizeof(info)) == sizeof(info))
		reap_ended(server_ended, signer);
}

/* SIGHUP and SIGINT are for the listener; SIGTERM ends us. */
static MUST_CHECK bool
watch_signals(struct signer *signer, struct err *err)
{
	sigset_t mask;

	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTERM, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	if (sigprocmask(SIG_SETMASK, &mask, NULL) == -1)
		return err_sys(err, "sigprocmask");
	signer->signal_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signer->signal_fd == -1)
		return err_sys(err, "signalfd");
	return loop_watch(&signer->loop, &signer->signal_watch,
	    signer->signal_fd, EPOLLIN, signal_event, signer, err);
}

static MUST_CHECK bool
run(struct signer *signer, struct err *err)
{
	if (!setup_receive(signer, err))
		return false;
	if (!setup_keys(signer, err))
		return false;
	/* the listener goes on with what it was told; forks find it warm */
	crypto_warm_digests();
	host_secrets_warm(&signer->secrets);
	return loop_init(&signer->loop, &clock_system, err) &&
	    watch_signals(signer, err) &&
	    fork_log_open(signer, fork_hijacked, err) &&
	    ipc_watch(&signer->listener, &signer->loop, listener_event,
	    signer, err) &&
	    ipc_watch(&signer->service, &signer->loop, service_event, signer,
	    err) && loop_run(&signer->loop, err);
}

int
signer_run(struct signer *signer, int listener_fd)
{
	bool ok;
	struct err err;

	ipc_init(&signer->listener, listener_fd, LISTENER_TO_SIGNER);
	ok = run(signer, &err);
	if (!ok && err.code != ERR_CLOSED)
		fail(signer, &err);
	host_secrets_clear(&signer->secrets);
	free((void *)signer->filter.p);
	return signer->exit_code;
}
