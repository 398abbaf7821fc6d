/* SPDX-License-Identifier: ISC */
/*
 * lexer - one line of sshd_config: keyword and words.
 *
 * Shapes:  [blanks] KEYWORD blanks-or-one-`=` words. Words are separated by
 *          blanks; " and ' quote; a backslash escapes \ " ' and, outside of
 *          quotes, a space; an unquoted # at the start of a word ends the
 *          line. The rest of the line is also given as raw text.
 * Units:   bytes.
 * Errors:  LEX_ERROR and a reason in static text.
 * Owns:    nothing; the words lie in the caller's arena.
 * Source:  sshd_config(5).
 */
#ifndef SSHD_CONFIG_LEXER_H
#define SSHD_CONFIG_LEXER_H

#include <stdio.h>

#include "sshd/config/arena.h"

enum lex_result { LEX_EMPTY, LEX_LINE, LEX_ERROR };

struct lex_line {
	const char *keyword;
	const char **words;	/* unquoted */
	size_t word_count;
	const char *raw;	/* what follows the keyword, as it stands */
	const char *reason;	/* of LEX_ERROR */
};

/* line without its newline. */
enum lex_result lex_line(struct arena *arena, struct bytes line,
    struct lex_line *out);

enum lex_quoting {
	LEX_QUOTE_NEEDED,	/* what would be read as something else */
	LEX_QUOTE_ALL,		/* every backslash: a shell reads it next */
};

/* The word as it has to be written to be read as this word. */
void lex_print_word(FILE *out, const char *word, enum lex_quoting quoting);

#endif
