/* SPDX-License-Identifier: ISC */
#include "sshd/listener/start.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "lib/base/fd.h"
#include "lib/base/log.h"

#define DELETED	" (deleted)"	/* of an upgraded program, in /proc */

/*
 * Number 3 is where helpers find their socket: nothing of ours may lie there
 * when a child moves things into place.
 */
static bool
reserve_fds(struct listener *listener)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd == -1)
		return false;
	if (fcntl(SPAWN_IPC_FD, F_GETFD) == -1 &&
	    dup3(fd, SPAWN_IPC_FD, O_CLOEXEC) == -1)
		return false;
	listener->null_fd = fd;
	return true;
}

/* Ignored signals would be ignored by all sessions, and SIGALRM has a job. */
static void
reset_signals(void)
{
	for (int i = 1; i < NSIG; i++) {
		if (i != SIGKILL && i != SIGSTOP)
			signal(i, SIG_DFL);
	}
	signal(SIGPIPE, SIG_IGN);
}

static bool
find_binary(struct listener *listener)
{
	ssize_t n = readlink("/proc/self/exe", listener->binary,
	    sizeof(listener->binary) - 1);
	size_t cut = strlen(DELETED);

	if (n == -1)
		return false;
	listener->binary[n] = '\0';
	if ((size_t)n > cut &&
	    strcmp(listener->binary + n - cut, DELETED) == 0)
		listener->binary[(size_t)n - cut] = '\0';
	listener->binary_fd = open("/proc/self/exe", O_PATH | O_CLOEXEC);
	return listener->binary_fd != -1;
}

static bool
find_start_dir(struct listener *listener)
{
	if (getcwd(listener->start_dir, sizeof(listener->start_dir)) == NULL)
		snprintf(listener->start_dir, sizeof(listener->start_dir),
		    "/");
	return true;
}

int
start_process(struct listener *listener, bool inherited)
{
	struct err err;

	(void)prctl(PR_SET_NAME, "sshd");
	if (!fd_fill_standard(&err))
		return EXIT_FATAL;
	if (!inherited)
		fd_close_from(STDERR_FILENO + 1);
	if (!reserve_fds(listener) || !find_binary(listener) ||
	    !find_start_dir(listener)) {
		log_fatal("start: %s", strerror(errno));
		return EXIT_FATAL;
	}
	reset_signals();
	if (geteuid() == 0)
		(void)setgroups(0, NULL);
	umask(umask(077) | 022);
	unsetenv("KRB5CCNAME");
	return 0;
}

int
start_signer(struct listener *listener, struct snapshot *snapshot)
{
	uint32_t count;
	struct err err;

	if (!signer_start(&listener->spawner, snapshot, &snapshot->signer,
	    &count, &err)) {
		log_fatal("loading host keys: %s: %s", err.what,
		    err_text(&err));
		return EXIT_FATAL;
	}
	if (count == 0) {
		signer_end(&snapshot->signer);
		log_info("sshd: no hostkeys available -- exiting.");
		return EXIT_USAGE;
	}
	return 0;
}

int
start_load(struct listener *listener)
{
	char text[SNAPSHOT_TEXT_MAX];
	int exit_code;

	if (!snapshot_load_config(&listener->snapshot, &listener->cmdline,
	    &exit_code))
		return exit_code;
	if (listener->cmdline.mode != RUN_INETD &&
	    !sockets_are_few(&listener->snapshot.conf.listen_address))
		return EXIT_FATAL;
	log_set_level(listener->snapshot.conf.log_level);
	if (!listener->cmdline.quiet)
		conf_set_verbose(&listener->snapshot.conf);
	if (listener->cmdline.random_flag)
		log_info("-r is deprecated and has no effect");
	if (!snapshot_prepare(&listener->snapshot, listener->binary, text)) {
		log_fatal("%s", text);
		return EXIT_FATAL;
	}
	return start_signer(listener, &listener->snapshot);
}
