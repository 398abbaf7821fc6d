/* SPDX-License-Identifier: ISC */
/*
 * net_start - the process that speaks with the network begins.
 *
 * Shapes:  sshd-net, executed before there is a connection, with all it will
 *          need to know.
 * Units:   -
 * Errors:  false: this monitor is of no use.
 * Owns:    nothing.
 * Source:  DESIGN.md sections 1 and 2.
 */
#ifndef MONITOR_NET_START_H
#define MONITOR_NET_START_H

#include "lib/base/bytes.h"
#include "lib/base/err.h"

#define NET_HOST_KEYS_MAX	65536	/* of NET_SETUP */

struct monitor;

MUST_CHECK bool net_start(struct monitor *mon, struct bytes filter,
    struct err *err);

#endif
