/* SPDX-License-Identifier: ISC */
/*
 * admission - which new connections are turned away before any work is done.
 *
 * Shapes:  a question about one connection -> a verdict; pure, the random
 *          number and the time are given. Later rules (per source) add a
 *          verdict and an input.
 * Units:   percent; milliseconds.
 * Errors:  none.
 * Owns:    nothing.
 * Source:  sshd_config(5), MaxStartups; reference sheets sshd_cli_and_files
 *          section 3, log_messages section 2.
 */
#ifndef SSHD_LISTENER_ADMISSION_H
#define SSHD_LISTENER_ADMISSION_H

#include <stdbool.h>
#include <stdint.h>

enum verdict {
	VERDICT_ADMIT,
	VERDICT_MAX_STARTUPS,
	VERDICT_COUNT
};

struct startup_limits {			/* MaxStartups start:rate:full */
	unsigned start, rate, full;
};

struct admission_question {
	unsigned startups;		/* connections not logged in yet */
	unsigned dice;			/* random, 0..99 */
};

/* In percent: how likely a connection is dropped with so many startups. */
unsigned admission_drop_percent(const struct startup_limits *limits,
    unsigned startups);
enum verdict admission_decide(const struct startup_limits *limits,
    const struct admission_question *question);
/* As the last word of the "drop connection" line. */
const char *admission_reason(enum verdict verdict);

#define DROP_LOG_QUIET_MS	20000	/* calm for so long: show again */

/*
 * Log lines about drops are limited, or a flood of connections becomes a
 * flood of lines: a bucket that each line fills and each second empties.
 */
struct drop_log {
	int64_t level_ms;		/* one line = 1000 */
	int64_t last_ms;		/* when level_ms was right */
	int64_t over_ms;		/* last time above the threshold */
	int64_t report_ms;		/* last report while limited */
	bool limited;
	unsigned hidden;		/* lines since the last report */
};

struct drop_log_result {
	bool show;			/* this line at INFO, else DEBUG3 */
	unsigned report;		/* so many were hidden: say so if > 0 */
};

/* To be asked for each drop; now_ms never goes back. */
struct drop_log_result drop_log_event(struct drop_log *drop_log,
    int64_t now_ms);
/* No drop for DROP_LOG_QUIET_MS: ends the limit. Returns how many to report. */
unsigned drop_log_quiet(struct drop_log *drop_log, int64_t now_ms);

#endif
