/* SPDX-License-Identifier: ISC */
/*
 * scripted_monitor - stands in for sshd-monitor and sshd-signer in the
 * listener's tests.
 *
 * Shapes:  the test program executes itself; the text of its configuration
 *          snapshot is the script's name.
 * Units:   -
 * Errors:  a monitor that finds something wrong exits with 99.
 * Owns:    -
 * Source:  lib/ipc/messages.h.
 */
#ifndef REGRESS_UNIT_LISTENER_SCRIPTED_MONITOR_H
#define REGRESS_UNIT_LISTENER_SCRIPTED_MONITOR_H

#include "sshd/listener/snapshot.h"

#define SCRIPTED_UNHAPPY	99
#define SCRIPTED_KEYS		"three host keys"
#define SCRIPTED_FILTER		"a filter"
#define SCRIPTED_HELLO		"hello"

/* To be asked first in main(): are we the monitor? Then does not return. */
void scripted_monitor_main(int argc, char **argv);
/* A snapshot whose programs are this test and whose monitor does script. */
void scripted_snapshot(struct snapshot *snapshot, const char *script);

#endif
