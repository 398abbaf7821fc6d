/* SPDX-License-Identifier: ISC */
#include "sshd/listener/admission.h"

#include <stddef.h>

#define BUCKET_MAX_MS	60000	/* lines that are remembered */

const struct drop_log_limits drop_log_startups = {
	.name = "Maxstartups", .burst_ms = 4000, .quiet_ms = 20000,
	.report_ms = 300000,
};
const struct drop_log_limits drop_log_penalties = {
	.name = "PerSourcePenalties", .burst_ms = 8000, .quiet_ms = 30000,
	.report_ms = 120000,
};

unsigned
admission_drop_percent(const struct startup_limits *limits, unsigned startups)
{
	if (startups < limits->start)
		return 0;
	if (startups >= limits->full || limits->rate >= 100)
		return 100;
	/* in 64 bits: the configuration takes numbers up to 2^31 */
	return limits->rate + (unsigned)((uint64_t)(100 - limits->rate) *
	    (startups - limits->start) / (limits->full - limits->start));
}

enum verdict
admission_decide(const struct startup_limits *limits,
    const struct admission_question *question)
{
	if (question->dice < admission_drop_percent(limits, question->startups))
		return VERDICT_MAX_STARTUPS;
	if (question->source_startups >= question->source_limit)
		return VERDICT_SOURCE_STARTUPS;
	return question->penalty == NULL ? VERDICT_ADMIT : VERDICT_PENALTY;
}

const char *
admission_reason(enum verdict verdict,
    const struct admission_question *question)
{
	switch (verdict) {
	case VERDICT_ADMIT:
		break;
	case VERDICT_MAX_STARTUPS:
	case VERDICT_SOURCE_STARTUPS:
		return "Maxstartups";
	case VERDICT_PENALTY:
		return question->penalty;
	}
	return "";
}

static unsigned
take_hidden(struct drop_log *drop_log, int64_t now_ms)
{
	unsigned hidden = drop_log->hidden;

	drop_log->hidden = 0;
	drop_log->report_ms = now_ms;
	return hidden;
}

unsigned
drop_log_quiet(struct drop_log *drop_log, int64_t now_ms)
{
	if (!drop_log->limited ||
	    now_ms - drop_log->over_ms < drop_log->limits->quiet_ms)
		return 0;
	drop_log->limited = false;
	return take_hidden(drop_log, now_ms);
}

struct drop_log_result
drop_log_event(struct drop_log *drop_log, int64_t now_ms)
{
	struct drop_log_result result = {
		.report = drop_log_quiet(drop_log, now_ms),
	};

	drop_log->level_ms -= now_ms - drop_log->last_ms;
	if (drop_log->level_ms < 0)
		drop_log->level_ms = 0;
	drop_log->last_ms = now_ms;
	drop_log->level_ms += 1000;
	if (drop_log->level_ms > BUCKET_MAX_MS)
		drop_log->level_ms = BUCKET_MAX_MS;
	if (drop_log->level_ms > drop_log->limits->burst_ms) {
		if (!drop_log->limited)
			drop_log->report_ms = now_ms;
		drop_log->limited = true;
		drop_log->over_ms = now_ms;
	}
	result.show = !drop_log->limited;
	if (result.show)
		return result;
	drop_log->hidden++;
	if (now_ms - drop_log->report_ms >= drop_log->limits->report_ms)
		result.report = take_hidden(drop_log, now_ms);
	return result;
}
