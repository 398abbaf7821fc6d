/* SPDX-License-Identifier: ISC */
/*
 * req_connection - a warm monitor gets the connection it was made for.
 *
 * Shapes:  CONNECTION from the listener, NET_CONNECTION to net.
 * Units:   -
 * Errors:  false: the connection is dropped.
 * Owns:    nothing; the sockets are net's alone once they were passed on.
 * Source:  DESIGN.md section 2; sshd(8).
 */
#ifndef MONITOR_REQ_CONNECTION_H
#define MONITOR_REQ_CONNECTION_H

#include "monitor/requests.h"

req_fn req_connection;

#endif
