/* SPDX-License-Identifier: ISC */
/*
 * sshd - the listener: what it does, step by step.
 */
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

#include "lib/base/log_sink.h"
#include "sshd/listener/accept.h"
#include "sshd/listener/daemon.h"
#include "sshd/listener/handover.h"
#include "sshd/listener/inetd.h"
#include "sshd/listener/listener.h"
#include "sshd/listener/logging.h"
#include "sshd/listener/monitors.h"
#include "sshd/listener/notify.h"
#include "sshd/listener/oom.h"
#include "sshd/listener/pid_file.h"
#include "sshd/listener/signals.h"
#include "sshd/listener/start.h"
#include "sshd/listener/test_mode.h"

static int
complain(const struct err *err)
{
	log_fatal("%s: %s", err->what, err_text(err));
	return EXIT_FATAL;
}

static int
refuse_cmdline(const struct cmdline *cmdline)
{
	if (cmdline->error[0] != '\0')
		fprintf(stderr, "%s\n", cmdline->error);
	if (cmdline->show_usage)
		fputs(cmdline_usage, stderr);
	return cmdline->exit_code;
}

static int
open_sockets(struct listener *listener)
{
	const struct conf *conf = &listener->snapshot.conf;

	if (sockets_change(&listener->sockets, &listener->loop,
	    &conf->listen_address))
		return 0;
	log_fatal("Cannot bind any address.");
	return EXIT_FATAL;
}

/* -d: one connection, served by this very process. */
static int
serve_one(struct listener *listener)
{
	int fd, exit_code = open_sockets(listener);

	if (exit_code != 0)
		return exit_code;
	if ((fd = accept_one(listener)) == -1) {
		log_fatal("accept: %s", strerror(errno));
		return EXIT_FATAL;
	}
	return inetd_become(listener, &fd, 1);
}

/* The sockets listen: from here on nothing ends us but a signal. */
static int
serve(struct listener *listener)
{
	struct err err;

	if (!accept_start(listener, &err) || !signals_watch(listener, &err) ||
	    !signer_watch(listener, &err))
		return complain(&err);
	pid_file_move(listener->pid_file, listener->snapshot.conf.pid_file);
	logging_configure(listener, false);
	if (listener->ready_fd != -1)
		daemon_detach(listener->null_fd,
		    listener->spawner.keep_stderr);
	listener_show_title(listener);
	daemon_tell(&listener->ready_fd, 0);
	notify_ready();
	monitors_reap(listener);
	pool_wake(listener);
	if (!loop_run(&listener->loop, &err))
		return complain(&err);
	notify_stopping();
	if (listener->pid_file[0] != '\0')
		pid_file_remove(listener->pid_file);
	return listener->exit_code;
}

static int
listen_and_serve(struct listener *listener, int state_fd)
{
	struct err err;
	int exit_code;

	if (!signals_open(listener, state_fd != -1, &err) ||
	    !loop_init(&listener->loop, &clock_system, &err) ||
	    (state_fd != -1 && !handover_restore(listener, state_fd, &err)))
		return complain(&err);
	listener_enter_start_dir(listener);
	if ((exit_code = start_load(listener)) != 0)
		return exit_code;
	logging_configure(listener, state_fd == -1);
	if (chdir("/") == -1)
		return EXIT_FATAL;
	if (state_fd == -1)
		oom_protect(listener->spawner.oom_score_adj,
		    sizeof(listener->spawner.oom_score_adj));
	if ((exit_code = open_sockets(listener)) != 0)
		return exit_code;
	return serve(listener);
}

static int
run_debug(struct listener *listener)
{
	int exit_code = start_load(listener);

	if (exit_code != 0)
		return exit_code;
	logging_configure(listener, false);
	return serve_one(listener);
}

static int
run_listener(struct listener *listener, int state_fd)
{
	struct err err;
	int exit_code;

	if (listener->argv[0][0] != '/') {
		log_fatal("sshd requires execution with an absolute path");
		return EXIT_FATAL;
	}
	if (!listener->cmdline.foreground && state_fd == -1 &&
	    !daemon_begin(&listener->ready_fd, &err))
		return complain(&err);
	if (!logging_start(listener, state_fd == -1))
		exit_code = EXIT_FATAL;
	else if (listener->cmdline.debug_level != 0)
		exit_code = run_debug(listener);
	else
		exit_code = listen_and_serve(listener, state_fd);
	daemon_tell(&listener->ready_fd, exit_code);
	return exit_code;
}

static int
run(struct listener *listener, int state_fd)
{
	switch (listener->cmdline.mode) {
	case RUN_VERSION:
		fputs("Postern_" POSTERN_VERSION "\n", stderr);
		return 0;
	case RUN_LISTEN:
		return run_listener(listener, state_fd);
	case RUN_INETD:
		if (!logging_start(listener, false))
			return EXIT_FATAL;
		return inetd_serve(listener);
	case RUN_TEST:
	case RUN_PRINT:
	case RUN_PRINT_UNCHECKED:
		if (!logging_start(listener, true))
			return EXIT_FATAL;
		return test_mode(listener);
	}
	return EXIT_FATAL;
}

static void
set_up_spawner(struct spawner *spawner, const struct cmdline *cmdline)
{
	spawner->debug_level = cmdline->debug_level;
	if (cmdline->debug_level != 0)
		spawner->setup_flags |= SETUP_NO_GRACE;
	if (cmdline->quiet)
		spawner->setup_flags |= SETUP_QUIET;
}

int
main(int argc, char **argv)
{
	struct listener listener = {
		.ready_fd = -1, .null_fd = -1, .binary_fd = -1,
		.signal_fd = -1, .loop.epoll_fd = -1,
		.snapshot = SNAPSHOT_NONE, .next = SNAPSHOT_NONE,
		.start = { .signer = SIGNER_NONE },
		.startup_drops = { .log = { .limits = &drop_log_startups },
		    .loop = &listener.loop },
		.penalty_drops = { .log = { .limits = &drop_log_penalties },
		    .loop = &listener.loop },
	};
	int state_fd = handover_find(), exit_code;

	if (argc < 1)
		return EXIT_FATAL;
	title_init(&listener.title, argc, &argv);
	listener.argc = argc;
	listener.argv = argv;
	if (!cmdline_parse(&listener.cmdline, argc, argv))
		return refuse_cmdline(&listener.cmdline);
	/* with -i, descriptor 2 may be the connection */
	if (listener.cmdline.mode != RUN_INETD)
		log_sink_open(true, STDERR_FILENO, LOG_AUTH, LOG_LEVEL_INFO);
	if ((exit_code = start_process(&listener, state_fd != -1)) != 0)
		return exit_code;
	set_up_spawner(&listener.spawner, &listener.cmdline);
	exit_code = run(&listener, state_fd);
	sockets_clear(&listener.sockets, &listener.loop);
	children_clear(&listener.children);
	penalties_clear(&listener.penalties);
	newer_abandon(&listener);
	signer_abandon(&listener);
	snapshot_clear(&listener.next);
	snapshot_clear(&listener.snapshot);
	cmdline_clear(&listener.cmdline);
	loop_clear(&listener.loop);
	/* exit() and not return: a leak checker still sees argv from here */
	exit(exit_code);
}
