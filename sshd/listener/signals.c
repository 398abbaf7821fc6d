/* SPDX-License-Identifier: ISC */
#include "sshd/listener/signals.h"

#include <signal.h>
#include <sys/signalfd.h>

#include "lib/base/log.h"
#include "sshd/listener/monitors.h"
#include "sshd/listener/reload.h"

static const int wanted[] = { SIGCHLD, SIGHUP, SIGTERM, SIGINT, SIGQUIT };
#define KEPT_COUNT	2	/* of them, while we start, for later */

static void
handle(struct listener *listener, int number)
{
	switch (number) {
	case SIGCHLD:
		monitors_reap(listener);
		return;
	case SIGHUP:
		reload(listener);
		return;
	}
	log_info("Received signal %d; terminating.", number);
	listener->exit_code = number == SIGQUIT ? EXIT_FATAL : 0;
	listener->loop.stop = true;
}

static void
signal_event(void *arg, uint32_t events)
{
	struct listener *listener = arg;
	struct signalfd_siginfo info;

	(void)events;
	while (!listener->loop.stop && read(listener->signal_fd, &info,
	    sizeof(info)) == (ssize_t)sizeof(info))
		handle(listener, (int)info.ssi_signo);
}

static sigset_t
first_wanted(size_t count)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < count; i++)
		sigaddset(&set, wanted[i]);
	return set;
}

static MUST_CHECK bool
block(size_t count, struct err *err)
{
	const sigset_t set = first_wanted(count);

	return sigprocmask(SIG_SETMASK, &set, NULL) == 0 ||
	    err_sys(err, "sigprocmask");
}

bool
signals_open(struct listener *listener, bool takes_over, struct err *err)
{
	const sigset_t set = first_wanted(ARRAY_LEN(wanted));

	if (!block(takes_over ? ARRAY_LEN(wanted) : KEPT_COUNT, err))
		return false;
	listener->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (listener->signal_fd == -1)
		return err_sys(err, "signalfd");
	return true;
}

bool
signals_watch(struct listener *listener, struct err *err)
{
	return block(ARRAY_LEN(wanted), err) &&
	    loop_watch(&listener->loop, &listener->signal_watch,
	    listener->signal_fd, EPOLLIN, signal_event, listener, err);
}
