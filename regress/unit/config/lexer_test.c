/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/compiler.h"
#include "sshd/config/lexer.h"

/* Words joined by '|', so that a case is one line. */
static void
expect(const char *line, const char *keyword, const char *words)
{
	struct arena *arena = arena_new();
	struct lex_line got;
	char joined[256] = "";

	if (lex_line(arena, bytes_str(line), &got) != LEX_LINE)
		fail_msg("%s: no line", line);
	for (size_t i = 0; i < got.word_count; i++) {
		size_t len = strlen(joined);

		snprintf(joined + len, sizeof(joined) - len, "%s%s",
		    i == 0 ? "" : "|", got.words[i]);
	}
	if (strcmp(got.keyword, keyword) != 0 || strcmp(joined, words) != 0)
		fail_msg("%s: got <%s> <%s>", line, got.keyword, joined);
	arena_free(arena);
}

static void
lexer__keyword_and_words_are_told_apart(void **state)
{
	(void)state;
	expect("Port 22", "Port", "22");
	expect("Port=22", "Port", "22");
	expect("Port = 22", "Port", "22");
	expect("Port =22", "Port", "22");
	expect("Port==22", "Port", "=22");
	expect(" \t\rPort\t 22 \t\f\r\n", "Port", "22");
	expect("\"Port\" 22", "Port", "22");
	expect("\"Port\"=22", "Port", "22");
	expect("Port", "Port", "");
	expect("A b  c\td", "A", "b|c|d");
	expect("A =", "A", "");
}

static void
lexer__quotes_and_escapes_make_words(void **state)
{
	(void)state;
	expect("A \"b c\"", "A", "b c");
	expect("A 'b c'", "A", "b c");
	expect("A b\"c d\"e", "A", "bc de");
	expect("A \"it's\"", "A", "it's");
	expect("A 'say \"x\"'", "A", "say \"x\"");
	expect("A b\\ c", "A", "b c");
	expect("A \"b\\ c\"", "A", "b\\ c");
	expect("A \\\\ \\\" \\'", "A", "\\|\"|'");
	expect("A \\n \\x", "A", "\\n|\\x");
	expect("A \"\" b", "A", "|b");
	expect("A b\\", "A", "b\\");
}

static void
lexer__comments_begin_only_where_a_word_could(void **state)
{
	(void)state;
	expect("A b # c", "A", "b");
	expect("A b#c", "A", "b#c");
	expect("A \"#b\" #c", "A", "#b");
	expect("A #", "A", "");
	expect("A \\#b", "A", "\\#b");
}

static void
lexer__empty_lines_and_comment_lines_are_nothing(void **state)
{
	static const char *const lines[] = {
		"", " \t ", "\r\n", "# x", "  #", "\f", "\n",
	};
	struct arena *arena = arena_new();
	struct lex_line got;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		assert_int_equal(lex_line(arena, bytes_str(lines[i]), &got),
		    LEX_EMPTY);
	arena_free(arena);
}

static void
lexer__raw_text_keeps_quotes_blanks_and_hashes(void **state)
{
	struct arena *arena = arena_new();
	struct lex_line got;

	(void)state;
	assert_int_equal(lex_line(arena,
	    BYTES_LIT("ForceCommand = echo \"a  b\" # c \r\n"), &got),
	    LEX_LINE);
	assert_string_equal(got.raw, "echo \"a  b\" # c");
	arena_free(arena);
}

static void
lexer__an_open_quote_or_a_nul_is_an_error(void **state)
{
	static const struct bytes lines[] = {
		{ (const uint8_t *)"A \"b", 4 },
		{ (const uint8_t *)"A it's", 6 },
		{ (const uint8_t *)"A 'b\\'", 6 },
		{ (const uint8_t *)"\"A b", 4 },
		{ (const uint8_t *)"A b\0c", 5 },
		{ (const uint8_t *)"\0", 1 },
	};
	struct arena *arena = arena_new();
	struct lex_line got;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		assert_int_equal(lex_line(arena, lines[i], &got), LEX_ERROR);
		assert_non_null(got.reason);
	}
	arena_free(arena);
}

static void
read_back(const char *word, enum lex_quoting quoting, const char *behind)
{
	struct arena *arena = arena_new();
	struct lex_line got;
	char *line = NULL;
	size_t len;
	FILE *out = open_memstream(&line, &len);

	fputs("A ", out);
	lex_print_word(out, word, quoting);
	fputs(behind, out);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(lex_line(arena, bytes_str(line), &got), LEX_LINE);
	if (got.word_count != (behind[0] == '\0' ? 1 : 2) || strcmp(got.words[0], word) != 0)
		fail_msg("<%s> written as <%s>", word, line);
	free(line);
	arena_free(arena);
}

static void
lexer__a_printed_word_is_read_back_as_the_same_word(void **state)
{
	static const char *const words[] = {
		"", "a", "a b", "a\tb", "#a", "a#b", "\"", "'", "\\", "\\\\",
		"a\\ b", "it's", "\\\"", "a\\", "\\ ", "=", "=a", " ", "a\\b",
		"a\r", "a\f", "\r",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		read_back(words[i], LEX_QUOTE_NEEDED, " end");
		read_back(words[i], LEX_QUOTE_ALL, " end");
		read_back(words[i], LEX_QUOTE_NEEDED, "");
		read_back(words[i], LEX_QUOTE_ALL, "");
	}
}

static void
lexer__every_truncation_is_read_without_harm(void **state)
{
	static const char line[] =
	    "\"Key\" = a \"b c\" 'd \\' e' f\\ g \\\\ \\\" #h";
	struct arena *arena = arena_new();

	(void)state;
	for (size_t n = 0; n < sizeof(line); n++) {
		uint8_t *copy = malloc(n + 1);	/* exact: for valgrind */
		struct lex_line got;

		assert_non_null(copy);
		memcpy(copy, line, n);
		(void)lex_line(arena, bytes_of(copy, n), &got);
		free(copy);
	}
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lexer__keyword_and_words_are_told_apart),
		TEST(lexer__quotes_and_escapes_make_words),
		TEST(lexer__comments_begin_only_where_a_word_could),
		TEST(lexer__empty_lines_and_comment_lines_are_nothing),
		TEST(lexer__raw_text_keeps_quotes_blanks_and_hashes),
		TEST(lexer__an_open_quote_or_a_nul_is_an_error),
		TEST(lexer__a_printed_word_is_read_back_as_the_same_word),
		TEST(lexer__every_truncation_is_read_without_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
