/* SPDX-License-Identifier: ISC */
/*
 * admission - which new connections are turned away before any work is done.
 *
 * Shapes:  a question about one connection -> a verdict; pure, the random
 *          number and the time are given.
 * Units:   percent; milliseconds.
 * Errors:  none.
 * Owns:    nothing.
 * Source:  sshd_config(5), MaxStartups; OpenSSH's log lines.
 */
#ifndef SSHD_LISTENER_ADMISSION_H
#define SSHD_LISTENER_ADMISSION_H

#include <stdbool.h>
#include <stdint.h>

enum verdict {
	VERDICT_ADMIT,
	VERDICT_MAX_STARTUPS,
	VERDICT_SOURCE_STARTUPS,	/* too many of this source */
	VERDICT_PENALTY
};

struct startup_limits {			/* MaxStartups start:rate:full */
	unsigned start, rate, full;
};

struct admission_question {
	unsigned startups;		/* connections not logged in yet */
	unsigned dice;			/* random, 0..99 */
	unsigned source_startups, source_limit;
	const char *penalty;		/* why the source is refused, or NULL */
};

/* In percent: how likely a connection is dropped with so many startups. */
unsigned admission_drop_percent(const struct startup_limits *limits,
    unsigned startups);
enum verdict admission_decide(const struct startup_limits *limits,
    const struct admission_question *question);
/* As the last words of the "drop connection" line. */
const char *admission_reason(enum verdict verdict,
    const struct admission_question *question);

/* When lines about one kind of drop are held back. */
struct drop_log_limits {
	const char *name;		/* in the line that counts them */
	int64_t burst_ms;		/* one line = 1000 */
	int64_t quiet_ms;		/* calm for so long: show again */
	int64_t report_ms;
};
extern const struct drop_log_limits drop_log_startups, drop_log_penalties;

/*
 * Log lines about drops are limited, or a flood of connections becomes a
 * flood of lines: a bucket that each line fills and each second empties.
 */
struct drop_log {
	const struct drop_log_limits *limits;
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
/* No drop for limits->quiet_ms: ends the limit. Returns how many to report. */
unsigned drop_log_quiet(struct drop_log *drop_log, int64_t now_ms);

#endif
