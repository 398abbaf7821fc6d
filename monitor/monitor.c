/* SPDX-License-Identifier: ISC */
#include "monitor/monitor.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "monitor/requests.h"

#define LISTENER_FD	3

/* How long a process may go on when its counterpart has ended. */
#define END_WAIT_MS	10000

void
monitor_init(struct monitor *mon)
{
	*mon = (struct monitor){
		.state = MON_START,
		.is_root = geteuid() == 0,
		.net_program = -1, .session_program = -1, .log_fd = -1,
		.signal_fd = -1,
		.session_gone = true,
		.exit_code = MONITOR_EXIT_FATAL,
		.loop = { .epoll_fd = -1 },
	};
	ipc_init(&mon->listener, -1, LISTENER_TO_MONITOR);
	ipc_init(&mon->net, -1, NET_TO_MONITOR);
	ipc_init(&mon->session, -1, SESSION_TO_MONITOR);
	signer_client_init(&mon->signer);
	child_init(&mon->net_child);
	child_init(&mon->session_child);
	peer_init(&mon->peer);
}

static void
close_fd(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

static void
unmap(struct bytes *b)
{
	if (b->p != NULL)
		munmap((void *)b->p, b->len);
	*b = (struct bytes){ 0 };
}

void
monitor_clear(struct monitor *mon)
{
	child_kill(&mon->net_child);
	child_kill(&mon->session_child);
	/* before modules, which may take the home directory away */
	leftovers_remove(&mon->leftovers, &mon->user);
	pam_stack_free(mon->pam);
	grace_stop(&mon->grace);
	records_clear(&mon->records);
	ipc_clear(&mon->net);
	ipc_clear(&mon->session);
	ipc_clear(&mon->listener);
	auth_clear(&mon->auth);
	user_clear(&mon->user);
	signer_client_clear(&mon->signer);
	host_keys_clear(&mon->keys);
	if (mon->has_conf)
		conf_clear(&mon->conf);
	config_free(mon->config);
	unmap(&mon->snapshot);
	unmap(&mon->keys_map);
	free((void *)mon->offer.p);
	free((void *)mon->first_host_key.p);
	free(mon->proved);
	free(mon->gex);
	explicit_bzero(mon->session_id, sizeof(mon->session_id));
	close_fd(&mon->net_program);
	close_fd(&mon->session_program);
	close_fd(&mon->signal_fd);
	if (mon->loop.epoll_fd != -1)
		loop_clear(&mon->loop);
}

/* "[invalid user ]fred ADDR port P". */
static const char *
who_is_it(const struct monitor *mon, char *buf, size_t len)
{
	char user[LOG_SAFE_MAX + 32] = "";

	if (mon->user.name != NULL)
		auth_user_text(mon, user, sizeof(user));
	snprintf(buf, len, "%s%s%s port %u", user, user[0] == '\0' ? "" : " ",
	    mon->peer.address, mon->peer.port);
	return buf;
}

/* ---- the end ------------------------------------------------------------- */

static void
stop(struct monitor *mon, int exit_code)
{
	mon->exit_code = exit_code;
	mon->loop.stop = true;
}

/* Before login: what the listener is to make of this connection. */
static int
exit_code_of_failure(const struct monitor *mon)
{
	if (mon->auth.failure_logged)
		return MONITOR_EXIT_AUTH_FAILED;
	if (mon->user.name != NULL && !mon->user.valid)
		return MONITOR_EXIT_INVALID_USER;
	return MONITOR_EXIT_FATAL;
}

static bool
crashed(const struct child *child)
{
	return WIFSIGNALED(child->status);
}

/* SIGKILL in monitor_clear() does the rest. */
static void
end_wait_over(void *arg)
{
	struct monitor *mon = arg;

	log_debug("a process of the connection did not end by itself");
	mon->loop.stop = true;
}

static void
end_soon(struct monitor *mon)
{
	loop_timer_set(&mon->loop, &mon->end_timer, END_WAIT_MS,
	    end_wait_over, mon);
}

static void
attacked(struct monitor *mon, struct child *child, const char *name,
    const struct err *err)
{
	char who[LOG_SAFE_MAX + 128];

	log_error("attack: %s process of the connection from %s sent what it "
	    "must not: %s: %s", name, who_is_it(mon, who, sizeof(who)),
	    err->what, err_text(err));
	child_kill(child);
	stop(mon, MONITOR_EXIT_CRASH);
}

static void
failed(struct monitor *mon, const struct err *err)
{
	int exit_code = exit_code_of_failure(mon);

	log_fatal("monitor: %s: %s", err->what, err_text(err));
	/* what it did before still counts */
	if (exit_code == MONITOR_EXIT_FATAL && err_is_shortage(err))
		exit_code = MONITOR_EXIT_OURS;
	stop(mon, exit_code);
}

bool
monitor_give_up(struct monitor *mon, const struct err *err)
{
	if (err->code == ERR_CLOSED)
		return false;
	failed(mon, err);
	return true;
}

/*
 * Everything that waits on a socket. True when the other side has closed it;
 * what breaks the rules ends the connection here.
 */
static bool
receive(struct monitor *mon, struct ipc *ipc, struct child *child,
    const char *name)
{
	struct err err;

	switch (requests_receive(mon, ipc, &err)) {
	case REQUESTS_WAIT:
		/* an idle session keeps no room for a message */
		if (mon->state == MON_AUTHED)
			ipc_forget(ipc);
		return false;
	case REQUESTS_CLOSED:
		return true;
	case REQUESTS_ATTACK:
		attacked(mon, child, name, &err);
		return false;
	case REQUESTS_FAILED:
		failed(mon, &err);
		return false;
	}
	return false;
}

/* ---- net and session ----------------------------------------------------- */

void
monitor_net_event(void *arg, uint32_t events)
{
	struct monitor *mon = arg;

	(void)events;
	if (!receive(mon, &mon->net, &mon->net_child, "net"))
		return;
	ipc_clear(&mon->net);
	end_soon(mon);
}

void
monitor_session_event(void *arg, uint32_t events)
{
	struct monitor *mon = arg;

	(void)events;
	if (!receive(mon, &mon->session, &mon->session_child, "session"))
		return;
	ipc_clear(&mon->session);
	end_soon(mon);
}

/* The session reads an end of file, and can still tell us what it closes. */
static void
end_session(struct monitor *mon)
{
	if (mon->session.fd != -1)
		(void)shutdown(mon->session.fd, SHUT_WR);
	end_soon(mon);
}

void
monitor_net_exited(void *arg, uint32_t events)
{
	struct monitor *mon = arg;

	(void)events;
	if (mon->net.fd != -1 &&
	    !receive(mon, &mon->net, &mon->net_child, "net") &&
	    mon->loop.stop)
		return;		/* its last words were an attack */
	child_reap(&mon->net_child);
	ipc_clear(&mon->net);
	mon->net_gone = true;
	if (crashed(&mon->net_child)) {
		log_error("net process of the connection from %s port %u "
		    "killed by signal %d", mon->peer.address, mon->peer.port,
		    WTERMSIG(mon->net_child.status));
		mon->exit_code = MONITOR_EXIT_CRASH;
	} else
		mon->exit_code = mon->state == MON_AUTHED ? MONITOR_EXIT_OK :
		    exit_code_of_failure(mon);
	if (mon->session_gone)
		mon->loop.stop = true;
	else
		end_session(mon);
}

void
monitor_session_exited(void *arg, uint32_t events)
{
	struct monitor *mon = arg;

	(void)events;
	if (mon->session.fd != -1 &&
	    !receive(mon, &mon->session, &mon->session_child, "session") &&
	    mon->loop.stop)
		return;
	child_reap(&mon->session_child);
	ipc_clear(&mon->session);
	mon->session_gone = true;
	leftovers_remove(&mon->leftovers, &mon->user);
	if (crashed(&mon->session_child))
		log_error("session process of user %s killed by signal %d",
		    mon->user.name, WTERMSIG(mon->session_child.status));
	if (mon->net_gone)
		mon->loop.stop = true;
	else
		end_soon(mon);
}

/* ---- listener and signals ------------------------------------------------ */

static void
listener_event(void *arg, uint32_t events)
{
	struct monitor *mon = arg;
	struct err err;

	(void)events;
	switch (requests_receive(mon, &mon->listener, &err)) {
	case REQUESTS_WAIT:
		return;
	case REQUESTS_CLOSED:
		ipc_clear(&mon->listener);
		/* nobody will come any more; a connection goes on */
		if (mon->state == MON_START || mon->state == MON_WARM)
			stop(mon, MONITOR_EXIT_OK);
		return;
	case REQUESTS_ATTACK:
	case REQUESTS_FAILED:
		failed(mon, &err);
		return;
	}
}

bool
monitor_watch_listener(struct monitor *mon, bool on, struct err *err)
{
	mon->listener_paused = !on;
	if (mon->listener.fd == -1)
		return true;
	if (on)
		return ipc_watch(&mon->listener, &mon->loop, listener_event,
		    mon, err);
	loop_unwatch(&mon->loop, &mon->listener.watch);
	return true;
}

static void
signal_event(void *arg, uint32_t events)
{
	struct monitor *mon = arg;
	struct signalfd_siginfo info;

	(void)events;
	if (read(mon->signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (mon->session_gone)
		stop(mon, MONITOR_EXIT_FATAL);
	else
		end_session(mon);
}

/*
 * SIGALRM is the grace timer: unblocked, with its default action, whatever
 * the parent left us.
 */
static MUST_CHECK bool
watch_signals(struct monitor *mon, struct err *err)
{
	sigset_t mask;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);	/* a record that is lost: no more */
	signal(SIGALRM, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGHUP);
	sigaddset(&mask, SIGINT);
	if (sigprocmask(SIG_SETMASK, &mask, NULL) == -1)
		return err_sys(err, "sigprocmask");
	mon->signal_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (mon->signal_fd == -1)
		return err_sys(err, "signalfd");
	return loop_watch(&mon->loop, &mon->signal_watch, mon->signal_fd,
	    EPOLLIN, signal_event, mon, err);
}

int
monitor_run(struct monitor *mon)
{
	struct err err;

	ipc_init(&mon->listener, LISTENER_FD, LISTENER_TO_MONITOR);
	if (!loop_init(&mon->loop, &clock_system, &err) ||
	    !watch_signals(mon, &err) ||
	    !monitor_watch_listener(mon, true, &err) ||
	    !loop_run(&mon->loop, &err))
		failed(mon, &err);
	return mon->exit_code;
}
