/* SPDX-License-Identifier: ISC */
#include "sshd/net/log_gather.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/log.h"
#include "sshd/net/conn.h"

/* The lines are taken out first: sending one comes by here again. */
void
log_gather_flush(struct conn *conn)
{
	struct log_gather *gather = &conn->log_gather;
	char *lines = gather->lines;
	size_t len = gather->len;

	if (lines == NULL)
		return;
	gather->lines = NULL;
	gather->len = 0;
	loop_timer_stop(&conn->loop, &gather->timer);
	for (size_t at = 0; at < len; at += strlen(lines + at) + 1)
		log_info("%s", lines + at);
	free(lines);
}

static void
gather_timer(void *arg)
{
	log_gather_flush(arg);
}

void
log_gather_info(struct conn *conn, const char *format, ...)
{
	struct log_gather *gather = &conn->log_gather;
	char line[LOG_LINE_MAX];
	va_list ap;
	size_t size;

	if (!log_enabled(LOG_LEVEL_INFO))
		return;
	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	size = strlen(line) + 1;
	if (gather->len + size > LOG_GATHER_BYTES)
		log_gather_flush(conn);
	if (gather->lines == NULL) {
		if ((gather->lines = malloc(LOG_GATHER_BYTES)) == NULL) {
			log_info("%s", line);
			return;
		}
		loop_timer_set(&conn->loop, &gather->timer, LOG_GATHER_MS,
		    gather_timer, conn);
	}
	memcpy(gather->lines + gather->len, line, size);
	gather->len += size;
}
