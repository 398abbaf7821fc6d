/* SPDX-License-Identifier: ISC */
/*
 * parsers - the list of all pure parsers, for the target that walks it.
 *
 * Shapes:  one row for each parser, in the file of its part of the tree; the
 *          first byte of an input is the number of the row that gets the
 *          rest. Numbers stay what they are: the corpus is made of them.
 * Units:   -
 * Errors:  a row aborts when a promise is broken.
 * Owns:    nothing.
 * Source:  house style, 40.
 */
#ifndef REGRESS_FUZZ_PARSERS_H
#define REGRESS_FUZZ_PARSERS_H

#include "fuzz/fuzz.h"

struct parser_row {
	uint8_t number;
	const char *name;
	void (*run)(struct bytes in);	/* bytes in memory of exact size */
};

/* make_corpus reads these lines. */
#define ROW(number, name)	{ number, #name, run_##name }

struct parser_rows {
	const struct parser_row *v;
	size_t count;
};

extern const struct parser_rows parsers_wire, parsers_ipc, parsers_keys,
    parsers_config, parsers_text, parsers_sftp;

/* The memory's last byte is the last of the text: a C string of in. */
static inline char *
parsers_cstring(struct bytes in)
{
	char *s = malloc(in.len + 1);
	size_t len = 0;

	FUZZ_CHECK(s != NULL);
	/* what would end it early is left out */
	for (size_t i = 0; i < in.len; i++) {
		if (in.p[i] != '\0')
			s[len++] = (char)in.p[i];
	}
	s[len] = '\0';
	s = realloc(s, len + 1);
	FUZZ_CHECK(s != NULL);
	return s;
}

#endif
