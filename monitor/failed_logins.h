/* SPDX-License-Identifier: ISC */
/*
 * failed_logins - who tried to log in and could not: btmp.
 *
 * Shapes:  one utmp(5) entry at the end of the file for each try.
 * Units:   -
 * Errors:  what can't be written is lost; a file that others may read is
 *          named in the log and left alone, as people type passwords for
 *          names.
 * Owns:    nothing.
 * Source:  utmp(5), lastb(1).
 */
#ifndef MONITOR_FAILED_LOGINS_H
#define MONITOR_FAILED_LOGINS_H

#include "monitor/monitor.h"

/* MONITOR: nothing happens without root or without the file. */
void failed_logins_record(const struct monitor *mon);

#endif
