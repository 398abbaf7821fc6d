/* SPDX-License-Identifier: ISC */
#include "sshd/net/log_gather.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/log.h"
#include "lib/wire/writer.h"
#include "sshd/net/conn.h"

void
log_gather_flush(struct conn *conn)
{
	struct log_gather *gather = &conn->log_gather;
	struct ipc_NET_LOG_LINES m = {
		.lines = bytes_of(gather->lines, gather->len),
	};
	struct err err;

	if (gather->lines == NULL)
		return;
	loop_timer_stop(&conn->loop, &gather->timer);
	if (!ipc_send(&conn->monitor, IPC_NET_LOG_LINES, &m, &err))
		conn->loop.stop = true;		/* nobody is there to serve */
	free(gather->lines);
	gather->lines = NULL;
	gather->len = 0;
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
	struct writer w;
	va_list ap;
	size_t size;

	if (!log_enabled(LOG_LEVEL_INFO))
		return;
	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	size = sizeof(uint32_t) + strlen(line);
	if (gather->len + size > LOG_LINES_BYTES)
		log_gather_flush(conn);
	/* with LogVerbose alone, the place in the source decides */
	if (log_get_level() < LOG_LEVEL_INFO || (gather->lines == NULL &&
	    (gather->lines = malloc(LOG_LINES_BYTES)) == NULL)) {
		log_info("%s", line);
		return;
	}
	if (gather->len == 0)
		loop_timer_set(&conn->loop, &gather->timer, LOG_GATHER_MS,
		    gather_timer, conn);
	w = wr_init(gather->lines + gather->len, size);
	wr_cstring(&w, line);
	gather->len += size;
}
