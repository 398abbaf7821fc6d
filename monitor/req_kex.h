/* SPDX-License-Identifier: ISC */
/*
 * req_kex - what a network process may get signed with a host key.
 *
 * Shapes:  KEX_SIGN, GEX_GROUP and HOSTKEY_PROOF, each with its answer.
 * Units:   -
 * Errors:  a name that we never offered, a group that we never gave, and a
 *          key proved twice are attacks.
 * Owns:    nothing.
 * Source:  RFC 4253 section 8, RFC 4419, RFC 5656 section 4; OpenSSH
 *          PROTOCOL (hostkeys-prove-00).
 */
#ifndef MONITOR_REQ_KEX_H
#define MONITOR_REQ_KEX_H

#include "monitor/requests.h"

req_fn req_kex_sign, req_gex_group, req_hostkey_proof;

#endif
