/* SPDX-License-Identifier: ISC */
/*
 * key_memory - what was found out about the keys that a client offered.
 *
 * Shapes:  a client asks about a key and then signs with it: the files and
 *          commands behind the answer are asked once.
 * Units:   nanoseconds, but for the time of day.
 * Errors:  -
 * Owns:    its answers.
 * Source:  RFC 4252 section 7.
 */
#ifndef MONITOR_KEY_MEMORY_H
#define MONITOR_KEY_MEMORY_H

#include "keys/key_options.h"
#include "keys/pubkey.h"

#define KEY_MEMORY_MAX	8	/* agents rarely hold more; the oldest goes */
/* What lists a key may change: as long as LoginGraceTime usually is. */
#define KEY_MEMORY_AGE_NS	(120 * INT64_C(1000000000))

struct key_answer {
	struct pubkey *key, *ca;	/* ca: of a certificate */
	bool listed;			/* the user may log in with it */
	struct key_options options;	/* for what */
	int64_t put_ns;			/* when it was remembered */
};

struct key_memory {
	struct key_answer *v[KEY_MEMORY_MAX];
	size_t next;			/* the oldest */
};

void key_memory_clear(struct key_memory *memory);
/* Takes *answer; now is a time of any clock that never goes back. */
void key_memory_put(struct key_memory *memory, struct key_answer **answer,
    int64_t now_ns);
/* Moves it out; NULL when the blob was not asked about, or long ago. */
struct key_answer *key_memory_take(struct key_memory *memory,
    struct bytes blob, int64_t now_ns);

/* Neither the line nor the certificate has expired at this time of day, in s. */
bool key_answer_holds(const struct key_answer *answer, uint64_t now);
MUST_CHECK bool key_answer_new(struct key_answer **out, struct err *err);
void key_answer_free(struct key_answer *answer);

#endif
