/* SPDX-License-Identifier: ISC */
/*
 * req_setup - what a monitor gets before it knows of any connection.
 *
 * Shapes:  SETUP: it starts net, asks for a process of the signer's, and is
 *          warm once net is.
 * Units:   -
 * Errors:  false: this monitor is of no use.
 * Owns:    nothing.
 * Source:  DESIGN.md section 2.
 */
#ifndef MONITOR_REQ_SETUP_H
#define MONITOR_REQ_SETUP_H

#include "monitor/requests.h"

req_fn req_setup, req_net_ready;

#endif
