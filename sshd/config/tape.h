/* SPDX-License-Identifier: ISC */
/*
 * tape - the configuration as one run of records.
 *
 * Shapes:  records in the order of the files: a directive (keyword, place,
 *          words) or a Match block (place, criteria, and its own records, so
 *          that a block which does not hold is skipped in one step).
 * Units:   bytes.
 * Errors:  building: sticky, tape_failed(); walking: ERR_FORMAT and friends,
 *          for bytes that were not made here.
 * Owns:    struct tape its bytes; walking borrows, words end with a NUL.
 * Source:  -
 */
#ifndef SSHD_CONFIG_TAPE_H
#define SSHD_CONFIG_TAPE_H

#include "lib/wire/reader.h"
#include "sshd/config/arena.h"

/* OpenSSH's bound on a configuration with all that it includes. */
#define TAPE_MAX	(4 * 1024 * 1024 - 64 * 1024)

struct tape {
	uint8_t *p;
	size_t len, cap;
	bool failed;		/* beyond TAPE_MAX, or memory is out */
};

/* Where a line stands. */
struct place {
	uint32_t file;		/* index into the list of file names */
	uint32_t line;		/* 1 is the first; 0: command line */
};

void tape_clear(struct tape *tape);
void tape_add_string(struct tape *tape, struct bytes s);
void tape_add_u32(struct tape *tape, uint32_t v);
void tape_add_directive(struct tape *tape, uint32_t keyword,
    struct place place, const char *const *words, size_t word_count);
/* Criteria, then the block's records, follow; end gets the returned mark. */
size_t tape_begin_match(struct tape *tape, struct place place,
    uint32_t criterion_count);
void tape_add_criterion(struct tape *tape, uint8_t criterion,
    const char *argument);
void tape_end_match(struct tape *tape, size_t mark);

enum record_kind { RECORD_DIRECTIVE = 1, RECORD_MATCH = 2 };

struct record {
	enum record_kind kind;
	struct place place;
	uint32_t keyword;		/* of a directive */
	uint32_t count;			/* of words, or of criteria */
	struct reader rest;		/* words, or criteria and records */
};

/* The next record; false at the end and on failure, see r->code. */
bool record_next(struct reader *r, struct record *out);
/* A NUL-terminated word; "" on failure. */
const char *record_word(struct reader *r);
/* One criterion of a Match block. */
uint8_t record_criterion(struct reader *r, const char **argument);
/* All words of a directive; NULL when memory is out or bytes are bad. */
const char **record_words(struct record *record, struct arena *arena);

#endif
