/* SPDX-License-Identifier: ISC */
/*
 * dialogue - questions and answers of keyboard-interactive, led from here.
 *
 * Shapes:  each question goes to net and waits for its answers; meanwhile
 *          only what the table allows in MON_DIALOGUE is taken from net.
 * Units:   -
 * Errors:  false once nobody answers any more: the client began another
 *          method (abandoned), or net broke the rules (broken, with err).
 * Owns:    nothing.
 * Source:  RFC 4256.
 */
#ifndef MONITOR_DIALOGUE_H
#define MONITOR_DIALOGUE_H

#include "lib/base/secret.h"
#include "monitor/auth.h"
#include "monitor/question.h"

struct dialogue {
	struct monitor *mon;
	struct auth_attempt *attempt;
	bool use;		/* else junk is handed on for answers */
	bool abandoned, broken;
	struct err err;
};

/*
 * MONITOR: answers as C strings, to be cleared; a dialogue that is over stays
 * over. One that can't be used is junk of its length.
 */
bool dialogue_ask(struct dialogue *dialogue, const char *instruction,
    const struct question *questions, size_t count, struct secret *answers);

/* Pure: exactly count answers from a run of strings; junk unless use. */
MUST_CHECK bool dialogue_read_answers(struct bytes run, size_t count, bool use,
    struct secret *answers, struct err *err);

#endif
