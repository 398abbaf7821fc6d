/* SPDX-License-Identifier: ISC */
#include "sshd/listener/logging.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "lib/base/log_sink.h"

bool
logging_expand(const char *pattern, unsigned long pid, char *out,
    size_t out_len)
{
	size_t used = 0;

	for (const char *from = pattern; *from != '\0'; from++) {
		char piece[24] = { *from, '\0' };

		if (*from == '%') {
			from++;
			if (*from == 'p')
				snprintf(piece, sizeof(piece), "%lu", pid);
			else if (*from == 'P')
				snprintf(piece, sizeof(piece), "sshd");
			else if (*from != '%')
				return false;
		}
		if (strlen(piece) >= out_len - used)
			return false;
		memcpy(out + used, piece, strlen(piece) + 1);
		used += strlen(piece);
	}
	out[used] = '\0';
	return true;
}

/* -1, with the reason logged on the sink of the moment. */
static int
open_file(const char *pattern)
{
	char path[PATH_MAX];
	int fd;

	if (!logging_expand(pattern, (unsigned long)getpid(), path,
	    sizeof(path))) {
		log_fatal("%s: not a usable log file name", pattern);
		return -1;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY,
	    0600);
	if (fd == -1)
		log_fatal("Couldn't open logfile %s: %s", path,
		    strerror(errno));
	return fd;
}

static enum log_level
first_level(const struct cmdline *cmdline)
{
	if (cmdline->quiet)
		return LOG_LEVEL_QUIET;
	return MAX(LOG_LEVEL_INFO, log_level_debug(cmdline->debug_level));
}

bool
logging_start(struct listener *listener, bool at_terminal)
{
	const struct cmdline *cmdline = &listener->cmdline;
	enum log_level level = first_level(cmdline);
	bool to_fd = cmdline->log_stderr || at_terminal;
	int fd;

	log_sink_open(to_fd, STDERR_FILENO, LOG_AUTH, level);
	listener->spawner.log_fd = STDERR_FILENO;
	if (to_fd)
		listener->spawner.setup_flags |= SETUP_STDERR;
	if (to_fd && !cmdline->log_stderr)
		listener->spawner.setup_flags |= SETUP_STARTING;
	if (!to_fd)
		listener->spawner.log_fd = listener->null_fd;
	listener->spawner.keep_stderr = cmdline->log_stderr &&
	    cmdline->log_file == NULL;
	if (cmdline->log_file == NULL)
		return true;
	if ((fd = open_file(cmdline->log_file)) == -1)
		return false;
	listener->spawner.log_fd = fd;
	log_sink_open(true, fd, LOG_AUTH, level);
	return true;
}

void
logging_configure(struct listener *listener, bool starting)
{
	const struct conf *conf = &listener->snapshot.conf;

	if (!listener->cmdline.quiet)
		conf_set_verbose(conf);
	if (listener->cmdline.log_stderr) {
		log_sink_open(true, listener->spawner.log_fd,
		    conf->syslog_facility, conf->log_level);
		return;
	}
	if (starting) {
		log_sink_open_start(STDERR_FILENO, conf->syslog_facility,
		    conf->log_level);
		return;
	}
	log_sink_open(false, -1, conf->syslog_facility, conf->log_level);
	listener->spawner.setup_flags &=
	    ~(uint32_t)(SETUP_STDERR | SETUP_STARTING);
	listener->spawner.log_fd = listener->null_fd;
}

void
logging_reopen(struct listener *listener)
{
	int fd;

	if (listener->cmdline.log_file == NULL ||
	    (fd = open_file(listener->cmdline.log_file)) == -1)
		return;
	close(listener->spawner.log_fd);
	listener->spawner.log_fd = fd;
}
