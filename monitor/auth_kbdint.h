/* SPDX-License-Identifier: ISC */
/*
 * auth_kbdint - the method `keyboard-interactive`.
 *
 * Shapes:  a row of the list of back ends; its devices are in kbdint.h.
 * Units:   -
 * Errors:  as the back ends of auth.h.
 * Owns:    nothing.
 * Source:  RFC 4256; sshd_config(5), KbdInteractiveAuthentication.
 */
#ifndef MONITOR_AUTH_KBDINT_H
#define MONITOR_AUTH_KBDINT_H

#include "monitor/auth.h"
#include "monitor/requests.h"

extern const struct auth_backend auth_kbdint;

/* MONITOR: an answer when nothing was asked. */
req_fn req_stray_answer;

#endif
