/* SPDX-License-Identifier: ISC */
#include "sshd/listener/reload.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/base/log.h"
#include "lib/base/reap.h"
#include "sshd/listener/accept.h"
#include "sshd/listener/handover.h"
#include "sshd/listener/logging.h"
#include "sshd/listener/notify.h"
#include "sshd/listener/pid_file.h"
#include "sshd/listener/start.h"

#define REPORT_MAX	4096	/* what a failing check says */
#define ARGS_MAX	4096

extern char **environ;

/* Another program lies at our path: its descriptor, else -1. */
static int
open_newer(const struct listener *listener)
{
	int fd = open(listener->binary, O_PATH | O_CLOEXEC);
	struct stat now, then;

	if (fd == -1)
		return -1;
	if (fstat(fd, &now) == 0 && fstat(listener->binary_fd, &then) == 0 &&
	    (now.st_dev != then.st_dev || now.st_ino != then.st_ino))
		return fd;
	close(fd);
	return -1;
}

/* The new program with our flags and -t; its complaints go to report_fd. */
static NORETURN void
exec_check(const struct listener *listener, int binary_fd, int report_fd)
{
	const char *argv[ARGS_MAX];
	size_t count = 0;
	sigset_t none;

	argv[count++] = listener->argv[0];
	argv[count++] = "-t";
	for (int i = 1; i < listener->argc && count < ARGS_MAX - 3; i++)
		argv[count++] = listener->argv[i];
	/* the last -E counts: the report is for us, not for a log file */
	if (listener->cmdline.log_file != NULL) {
		argv[count++] = "-E";
		argv[count++] = "/dev/stderr";
	}
	argv[count] = NULL;
	(void)dup2(listener->null_fd, STDIN_FILENO);
	(void)dup2(listener->null_fd, STDOUT_FILENO);
	(void)dup2(report_fd, STDERR_FILENO);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execveat(binary_fd, "", (char *const *)argv, environ, AT_EMPTY_PATH);
	_exit(SPAWN_EXEC_FAILED);
}

/* Waits for fd until end_ms. False: time is up. */
static bool
wait_readable(int fd, const struct clock *clock, int64_t end_ms)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int64_t left_ms = end_ms - clock_now_ms(clock);

	return left_ms > 0 && poll(&pfd, 1, (int)left_ms) > 0;
}

static void
read_report(int fd, const struct clock *clock, int64_t end_ms,
    char report[static REPORT_MAX])
{
	size_t len = 0;

	while (len < REPORT_MAX - 1 && wait_readable(fd, clock, end_ms)) {
		ssize_t n = read(fd, report + len, REPORT_MAX - 1 - len);

		if (n <= 0)
			break;
		len += (size_t)n;
	}
	report[len] = '\0';
}

/* The status of the check, which is killed when it does not end in time. */
static int
wait_for_check(pid_t pid, const struct clock *clock, int64_t end_ms)
{
	AUTO_CLOSE int fd = pidfd_open(pid, 0);

	if (fd == -1 || !wait_readable(fd, clock, end_ms))
		(void)kill(pid, SIGKILL);
	return reap_wait(pid);
}

static void
log_report(char *report)
{
	char *rest = report, *line;

	while ((line = strsep(&rest, "\r\n")) != NULL) {
		if (*line != '\0')
			log_error("%s", line);
	}
}

/* Would the new program start with the configuration as it is now? */
static bool
check_newer(const struct listener *listener, int binary_fd)
{
	const struct clock *clock = listener->loop.clock;
	int64_t end_ms = clock_now_ms(clock) + RELOAD_CHECK_S * 1000;
	char report[REPORT_MAX];
	int fds[2], status;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) == -1)
		return false;
	if ((pid = fork()) == 0)
		exec_check(listener, binary_fd, fds[1]);
	close(fds[1]);
	if (pid == -1) {
		close(fds[0]);
		return false;
	}
	read_report(fds[0], clock, end_ms, report);
	close(fds[0]);
	status = wait_for_check(pid, clock, end_ms);
	log_report(report);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Returns when the new program does not take over. */
static void
reload_as_newer(struct listener *listener, int binary_fd)
{
	struct err err;

	if (!check_newer(listener, binary_fd)) {
		log_error("The new program does not start with this "
		    "configuration: going on with the old one.");
		return;
	}
	pool_discard(listener);
	(void)handover_exec(listener, binary_fd, &err);
	log_info("RESTART FAILED: av[0]='%s', error: %s.", listener->argv[0],
	    err_text(&err));
}

static bool
load_next(struct listener *listener, struct snapshot *next)
{
	char text[SNAPSHOT_TEXT_MAX];
	int exit_code;

	if (!snapshot_load_config(next, &listener->cmdline, &exit_code))
		return false;
	if (!snapshot_prepare(next, listener->binary, text)) {
		log_error("%s", text);
		return false;
	}
	return true;
}

static void
move_pid_file(struct listener *listener)
{
	const char *path = listener->snapshot.conf.pid_file;

	if (listener->pid_file[0] != '\0' &&
	    (path == NULL || strcmp(path, listener->pid_file) != 0))
		pid_file_remove(listener->pid_file);
	listener->pid_file[0] = '\0';
	if (path != NULL && pid_file_write(path))
		snprintf(listener->pid_file, sizeof(listener->pid_file), "%s",
		    path);
}

/* Penalties were given to networks of this size. */
static bool
same_blocks(const struct conf *a, const struct conf *b)
{
	return a->per_source_net_block_size_v4 ==
	    b->per_source_net_block_size_v4 &&
	    a->per_source_net_block_size_v6 ==
	    b->per_source_net_block_size_v6;
}

/* Everything of next but the sockets goes into force. */
static void
take_next(struct listener *listener)
{
	struct err err;

	if (!same_blocks(&listener->snapshot.conf, &listener->next.conf))
		penalties_clear(&listener->penalties);
	snapshot_clear(&listener->snapshot);
	listener->snapshot = listener->next;
	listener->next = SNAPSHOT_NONE;
	listener->signer_due = false;
	if (!signer_watch(listener, &err))
		log_error("%s: %s", err.what, err_text(&err));
	logging_configure(listener, false);
	pool_discard(listener);
}

static void
keep_old(struct listener *listener)
{
	log_error("Reload failed: going on with the old configuration.");
	snapshot_clear(&listener->next);
	/* one may have been due before */
	(void)signer_is_there(listener);
}

static void
end_reload(struct listener *listener)
{
	struct err err;

	if (!accept_start(listener, &err))
		log_error("%s: %s", err.what, err_text(&err));
	listener_leave_start_dir();
	move_pid_file(listener);
	listener_show_title(listener);
	notify_ready();
}

/* The keys of the next configuration are loaded, or can't be. */
static void
signer_loaded(struct listener *listener, struct signer *signer,
    const struct err *why)
{
	listener_enter_start_dir(listener);
	if (signer != NULL)
		listener->next.signer = *signer;
	else if (why->code == ERR_NOT_FOUND)
		log_info("sshd: no hostkeys available -- exiting.");
	else
		log_error("loading host keys: %s: %s", why->what,
		    err_text(why));
	if (signer != NULL && sockets_change(&listener->sockets,
	    &listener->loop, &listener->next.conf.listen_address))
		take_next(listener);
	else
		keep_old(listener);
	end_reload(listener);
}

/* The old configuration serves until the host keys of the new one are there. */
static void
reload_here(struct listener *listener)
{
	struct err err;

	if (!load_next(listener, &listener->next)) {
		keep_old(listener);
		end_reload(listener);
	} else if (!signer_begin(listener, &listener->next, signer_loaded,
	    &err))
		signer_loaded(listener, NULL, &err);
	else
		listener_leave_start_dir();
}

void
reload(struct listener *listener)
{
	int newer;

	log_info("Received SIGHUP; restarting.");
	notify_reloading();
	/* what is being loaded is of the past */
	signer_abandon(listener);
	snapshot_clear(&listener->next);
	listener_enter_start_dir(listener);
	logging_reopen(listener);
	logging_configure(listener, false);
	if ((newer = open_newer(listener)) == -1) {
		reload_here(listener);
		return;
	}
	reload_as_newer(listener, newer);
	close(newer);
	(void)signer_is_there(listener);
	end_reload(listener);
}
