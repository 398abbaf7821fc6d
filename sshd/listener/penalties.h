/* SPDX-License-Identifier: ISC */
/*
 * penalties - sources that misbehaved and are refused for a while.
 *
 * Shapes:  one table for each address family: network -> when its penalty
 *          ends; a heap by that time, so that the first to end is at hand.
 * Units:   milliseconds of CLOCK_MONOTONIC, given by the caller.
 * Errors:  a table that is full, or memory that is out: see PENALTY_FULL.
 * Owns:    struct penalties its tables, at most max-sources entries each.
 * Source:  sshd_config(5), PerSourcePenalties; OpenSSH's log lines.
 */
#ifndef SSHD_LISTENER_PENALTIES_H
#define SSHD_LISTENER_PENALTIES_H

#include "lib/base/cidr.h"
#include "sshd/config/conf.h"
#include "sshd/listener/children.h"

struct penalty;

struct penalty_table {
	struct penalty **buckets;	/* NULL: no penalty so far */
	struct penalty **heap;
	size_t count, cap;		/* of the heap */
};

struct penalties {
	struct penalty_table v4, v6;
	uint64_t seed;			/* peers must not choose buckets */
};

enum penalty_change {
	PENALTY_NONE,			/* this end has no price */
	PENALTY_NEW,
	PENALTY_ACTIVATED,		/* now above the threshold */
	PENALTY_RAISED,
	PENALTY_FULL,
};

struct penalty_result {
	enum penalty_change change;
	bool active;			/* refused from now on */
	int64_t left_ms;
};

/* The network that a source counts as; family 0: it has no address. */
struct cidr penalties_source(const struct conf *conf,
    const struct ip_addr *ip);
/* One connection of source has ended so. */
struct penalty_result penalties_add(struct penalties *penalties,
    const struct conf_penalties *conf, const struct cidr *source,
    enum child_end end, int64_t now_ms);
/* Why a connection of source is refused, as in the log; NULL: it isn't. */
const char *penalties_refusal(struct penalties *penalties,
    const struct conf_penalties *conf, const struct cidr *source,
    int64_t now_ms);
/* "penalty: failed authentication" and so on; "" for an orderly end. */
const char *penalties_reason(enum child_end end);
void penalties_clear(struct penalties *penalties);

#endif
