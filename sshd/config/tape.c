/* SPDX-License-Identifier: ISC */
#include "sshd/config/tape.h"

#include <stdlib.h>

#include "lib/wire/writer.h"

#define FIRST_CAP	4096

void
tape_clear(struct tape *tape)
{
	free(tape->p);
	*tape = (struct tape){ 0 };
}

static uint8_t *
reserve(struct tape *tape, size_t n)
{
	size_t cap = tape->cap == 0 ? FIRST_CAP : tape->cap;
	uint8_t *p;

	if (tape->failed || n > TAPE_MAX - tape->len) {
		tape->failed = true;
		return NULL;
	}
	while (cap - tape->len < n)
		cap *= 2;
	if (cap != tape->cap) {
		if ((p = realloc(tape->p, cap)) == NULL) {
			tape->failed = true;
			return NULL;
		}
		tape->p = p;
		tape->cap = cap;
	}
	p = tape->p + tape->len;
	tape->len += n;
	return p;
}

static void
add_u8(struct tape *tape, uint8_t v)
{
	uint8_t *p = reserve(tape, 1);

	if (p != NULL)
		*p = v;
}

void
tape_add_u32(struct tape *tape, uint32_t v)
{
	uint8_t *p = reserve(tape, 4);

	if (p != NULL)
		put_u32(p, v);
}

void
tape_add_string(struct tape *tape, struct bytes s)
{
	uint8_t *p;

	tape_add_u32(tape, (uint32_t)s.len);
	p = reserve(tape, s.len);
	if (p != NULL && s.len != 0)
		memcpy(p, s.p, s.len);
}

/* With its NUL, so that walking can hand out C strings. */
static void
add_word(struct tape *tape, const char *word)
{
	tape_add_string(tape, bytes_of(word, strlen(word) + 1));
}

/* Head of a record with an unknown length; returns where that stands. */
static size_t
begin_record(struct tape *tape, enum record_kind kind, struct place place)
{
	size_t mark;

	add_u8(tape, (uint8_t)kind);
	tape_add_u32(tape, place.file);
	tape_add_u32(tape, place.line);
	mark = tape->len;
	tape_add_u32(tape, 0);
	return mark;
}

static void
end_record(struct tape *tape, size_t mark)
{
	if (!tape->failed)
		put_u32(tape->p + mark, (uint32_t)(tape->len - mark - 4));
}

void
tape_add_directive(struct tape *tape, uint32_t keyword, struct place place,
    const char *const *words, size_t word_count)
{
	size_t mark = begin_record(tape, RECORD_DIRECTIVE, place);

	tape_add_u32(tape, keyword);
	tape_add_u32(tape, (uint32_t)word_count);
	for (size_t i = 0; i < word_count; i++)
		add_word(tape, words[i]);
	end_record(tape, mark);
}

size_t
tape_begin_match(struct tape *tape, struct place place,
    uint32_t criterion_count)
{
	size_t mark = begin_record(tape, RECORD_MATCH, place);

	tape_add_u32(tape, criterion_count);
	return mark;
}

void
tape_add_criterion(struct tape *tape, uint8_t criterion, const char *argument)
{
	add_u8(tape, criterion);
	add_word(tape, argument);
}

void
tape_end_match(struct tape *tape, size_t mark)
{
	end_record(tape, mark);
}

bool
record_next(struct reader *r, struct record *out)
{
	uint8_t kind;
	struct bytes body;

	if (rd_left(r) == 0)
		return false;
	kind = rd_u8(r, "kind of record");
	if (kind != RECORD_DIRECTIVE && kind != RECORD_MATCH)
		rd_reject(r, ERR_FORMAT, "kind of record");
	out->kind = kind == RECORD_MATCH ? RECORD_MATCH : RECORD_DIRECTIVE;
	out->place.file = rd_u32(r, "file of record");
	out->place.line = rd_u32(r, "line of record");
	body = rd_string(r, TAPE_MAX, "record");
	out->rest = rd_init(body);
	out->keyword = kind == RECORD_DIRECTIVE ?
	    rd_u32(&out->rest, "keyword") : 0;
	out->count = rd_u32(&out->rest, "count of record");
	if (out->rest.code != ERR_NONE)
		rd_reject(r, out->rest.code, out->rest.field);
	return r->code == ERR_NONE;
}

const char *
record_word(struct reader *r)
{
	struct bytes word = rd_string(r, TAPE_MAX, "word");

	if (word.len == 0 || word.p[word.len - 1] != '\0') {
		rd_reject(r, ERR_FORMAT, "word");
		return "";
	}
	return (const char *)word.p;
}

uint8_t
record_criterion(struct reader *r, const char **argument)
{
	uint8_t criterion = rd_u8(r, "criterion");

	*argument = record_word(r);
	return criterion;
}

const char **
record_words(struct record *record, struct arena *arena)
{
	const char **words;

	/* each word takes five bytes at least */
	if (record->count > rd_left(&record->rest) / 5)
		return NULL;
	words = arena_alloc(arena, (record->count + 1) * sizeof(*words));
	if (words == NULL)
		return NULL;
	for (uint32_t i = 0; i < record->count; i++)
		words[i] = record_word(&record->rest);
	return record->rest.code == ERR_NONE ? words : NULL;
}
