/* SPDX-License-Identifier: ISC */
#include "sshd/listener/admission.h"

#include <stddef.h>

#define BUCKET_THRESHOLD	4	/* lines in a burst before we limit */
#define BUCKET_MAX		60
#define BUCKET_REPORT_MS	300000

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
	return VERDICT_ADMIT;
}

const char *
admission_reason(enum verdict verdict)
{
	static const char *const reasons[VERDICT_COUNT] = {
		[VERDICT_ADMIT] = "",
		[VERDICT_MAX_STARTUPS] = "Maxstartups",
	};

	return reasons[verdict];
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
	    now_ms - drop_log->over_ms < DROP_LOG_QUIET_MS)
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
	if (drop_log->level_ms > BUCKET_MAX * 1000)
		drop_log->level_ms = BUCKET_MAX * 1000;
	if (drop_log->level_ms > BUCKET_THRESHOLD * 1000) {
		if (!drop_log->limited)
			drop_log->report_ms = now_ms;
		drop_log->limited = true;
		drop_log->over_ms = now_ms;
	}
	result.show = !drop_log->limited;
	if (result.show)
		return result;
	drop_log->hidden++;
	if (now_ms - drop_log->report_ms >= BUCKET_REPORT_MS)
		result.report = take_hidden(drop_log, now_ms);
	return result;
}
