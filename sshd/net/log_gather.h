/* SPDX-License-Identifier: ISC */
/*
 * log_gather - log lines that come in crowds: each alone would wake the
 * monitor.
 *
 * Shapes:  lines at INFO, kept for LOG_GATHER_MS at most and then sent, in
 *          order and one message; any other line of net sends them first.
 * Units:   bytes.
 * Errors:  none: without memory a line is sent at once.
 * Owns:    the buffer, only while there are lines.
 * Source:  sshd_config(5), LogForwards; IPC NET_LOG_LINES.
 */
#ifndef SSHD_NET_LOG_GATHER_H
#define SSHD_NET_LOG_GATHER_H

#include "lib/base/loop.h"

#define LOG_GATHER_MS		20

struct conn;

struct log_gather {
	uint8_t *lines;			/* a run of string */
	size_t len;
	struct timer timer;
};

void log_gather_info(struct conn *conn, const char *format, ...)
    PRINTF_LIKE(2, 3);
/* Sends what there is. */
void log_gather_flush(struct conn *conn);

#endif
