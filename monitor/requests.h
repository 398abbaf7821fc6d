/* SPDX-License-Identifier: ISC */
/*
 * requests - what other processes may ask of the monitor.
 *
 * Shapes:  one handler for each message that arrives here; when and how
 *          often it may come stands in lib/ipc/messages.h, and ipc_recv()
 *          checks it before a handler sees it.
 * Units:   -
 * Errors:  false ends the connection.
 * Owns:    nothing.
 * Source:  DESIGN.md section 2.
 */
#ifndef MONITOR_REQUESTS_H
#define MONITOR_REQUESTS_H

#include "lib/ipc/ipc.h"

struct monitor;

typedef MUST_CHECK bool req_fn(struct monitor *mon,
    struct ipc_message *message, struct err *err);

/* NULL for a message that does not come to a monitor. */
req_fn *requests_handler(enum ipc_id id);

enum requests_end {
	REQUESTS_WAIT,		/* nothing more for now */
	REQUESTS_CLOSED,	/* the other process closed its end */
	REQUESTS_ATTACK,	/* it broke the rules */
	REQUESTS_FAILED,	/* we can't go on */
};

/*
 * MONITOR: receives and handles what waits on the socket. *err says why for
 * ATTACK and FAILED. Stops early when a handler stopped the loop.
 */
enum requests_end requests_receive(struct monitor *mon, struct ipc *ipc,
    struct err *err);

#endif
