/* SPDX-License-Identifier: ISC */
#include "lib/base/log_sink.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#define SYSLOG_TEXT_MAX	500	/* bytes of a line that syslog gets */

static struct {
	int fd;
	int facility;
	const char *ident;
	bool is_fd;
} target = { .ident = "sshd" };

struct level_row {
	int priority;
	const char *always;	/* before the line, wherever it goes */
	const char *syslog;	/* only in syslog */
};

static const struct level_row level_rows[] = {
	[LOG_LEVEL_QUIET]   = { LOG_DEBUG, "", "" },
	[LOG_LEVEL_FATAL]   = { LOG_CRIT, "", "fatal: " },
	[LOG_LEVEL_ERROR]   = { LOG_ERR, "", "error: " },
	[LOG_LEVEL_INFO]    = { LOG_INFO, "", "" },
	[LOG_LEVEL_VERBOSE] = { LOG_INFO, "", "" },
	[LOG_LEVEL_DEBUG1]  = { LOG_DEBUG, "debug1: ", "" },
	[LOG_LEVEL_DEBUG2]  = { LOG_DEBUG, "debug2: ", "" },
	[LOG_LEVEL_DEBUG3]  = { LOG_DEBUG, "debug3: ", "" },
};

/* One write for a line: several processes share the file. */
static void
to_fd(void *arg, enum log_level level, const char *line)
{
	char text[LOG_LINE_MAX + 16];
	int len = snprintf(text, sizeof(text), "%s%s\r\n",
	    level_rows[level].always, line);
	ssize_t n;

	(void)arg;
	if (len < 0 || (size_t)len >= sizeof(text))
		return;
	n = write(target.fd, text, (size_t)len);
	(void)n;
}

/* A line that is cut keeps the mark of its end: what it says is not ours. */
static const char *
mark_of(const char *line)
{
	const size_t mark_len = strlen(LOG_MARK_PREAUTH), len = strlen(line);

	return len > SYSLOG_TEXT_MAX && strcmp(line + len - mark_len,
	    LOG_MARK_PREAUTH) == 0 ? LOG_MARK_PREAUTH : "";
}

static void
to_syslog(void *arg, enum log_level level, const char *line)
{
	const struct level_row *row = &level_rows[level];
	const char *mark = mark_of(line);

	(void)arg;
	syslog(target.facility | row->priority, "%s%s%.*s%s", row->always,
	    row->syslog, SYSLOG_TEXT_MAX - (int)strlen(mark), line, mark);
}

static void
to_both(void *arg, enum log_level level, const char *line)
{
	to_syslog(arg, level, line);
	if (level <= LOG_LEVEL_ERROR)
		to_fd(arg, level, line);
}

static void
sink_open(log_sink *sink, int fd, int facility, enum log_level level)
{
	target.fd = fd;
	target.facility = facility;
	target.is_fd = sink == to_fd;
	if (sink != to_fd)
		openlog(target.ident, LOG_PID, facility);
	log_open(sink, NULL, level);
}

void
log_sink_set_ident(const char *ident)
{
	target.ident = ident;
}

void
log_sink_open(bool use_fd, int fd, int facility, enum log_level level)
{
	sink_open(use_fd ? to_fd : to_syslog, fd, facility, level);
}

void
log_sink_open_start(int fd, int facility, enum log_level level)
{
	sink_open(to_both, fd, facility, level);
}

void
log_sink_write_as(const char *ident, int facility, enum log_level level,
    const char *line)
{
	if (target.is_fd) {
		to_fd(NULL, level, line);
		return;
	}
	openlog(ident, 0, facility);
	syslog(facility | level_rows[level].priority, "%s%s%.*s",
	    level_rows[level].always, level_rows[level].syslog,
	    SYSLOG_TEXT_MAX, line);
	openlog(target.ident, LOG_PID, target.facility);
}
