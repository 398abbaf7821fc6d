/* SPDX-License-Identifier: ISC */
#include "sshd/config/lexer.h"

#include "lib/base/text.h"

struct cursor {
	const uint8_t *p, *end;
};

static struct bytes
strip(struct bytes line)
{
	line = text_trim_end(line, TEXT_SPACE | TEXT_SET('\f'));
	return text_skip(line, TEXT_BLANK_CR);
}

static void
skip_blanks(struct cursor *c)
{
	while (c->p < c->end && text_is_in(*c->p, TEXT_BLANK))
		c->p++;
}

static struct bytes
left(const struct cursor *c)
{
	return bytes_of(c->p, (size_t)(c->end - c->p));
}

/* The keyword's text; moves behind it and behind blanks and one `=`. */
static bool
take_keyword(struct cursor *c, struct bytes *keyword)
{
	const uint8_t *start = c->p;

	if (*c->p == '"') {
		const uint8_t *quote = memchr(start + 1, '"',
		    (size_t)(c->end - start) - 1);

		if (quote == NULL)
			return false;
		*keyword = bytes_of(start + 1, (size_t)(quote - start) - 1);
		c->p = quote + 1;
	} else {
		while (c->p < c->end && *c->p != '=' &&
		    !text_is_in(*c->p, TEXT_BLANK))
			c->p++;
		*keyword = bytes_of(start, (size_t)(c->p - start));
	}
	skip_blanks(c);
	if (c->p < c->end && *c->p == '=') {
		c->p++;
		skip_blanks(c);
	}
	return true;
}

/* A backslash here that takes the next byte literally? */
static bool
is_escape(const struct cursor *c, uint8_t quote)
{
	uint8_t next;

	if (*c->p != '\\' || c->end - c->p < 2)
		return false;
	next = c->p[1];
	return next == '\\' || next == '"' || next == '\'' ||
	    (quote == 0 && next == ' ');
}

/*
 * One word into dst, which has room for all that is left. False when a quote
 * is not closed.
 */
static bool
take_word(struct cursor *c, char *dst, size_t *len)
{
	uint8_t quote = 0;
	size_t n = 0;

	for (; c->p < c->end; c->p++) {
		if (is_escape(c, quote))
			dst[n++] = (char)*++c->p;
		else if (quote == 0 && text_is_in(*c->p, TEXT_BLANK))
			break;
		else if (quote == 0 && (*c->p == '"' || *c->p == '\''))
			quote = *c->p;
		else if (quote != 0 && *c->p == quote)
			quote = 0;
		else
			dst[n++] = (char)*c->p;
	}
	dst[n] = '\0';
	*len = n;
	return quote == 0;
}

/* Blanks and the two neighbours of a word bound the number of words. */
static enum lex_result
take_words(struct arena *arena, struct cursor *c, struct lex_line *out)
{
	size_t room = (size_t)(c->end - c->p), len;
	char *text = arena_alloc(arena, room + room / 2 + 2);
	const char **words = arena_alloc(arena,
	    (room / 2 + 1) * sizeof(*words));
	size_t count = 0;

	if (text == NULL || words == NULL) {
		out->reason = "out of memory";
		return LEX_ERROR;
	}
	for (skip_blanks(c); c->p < c->end && *c->p != '#'; skip_blanks(c)) {
		if (!take_word(c, text, &len)) {
			out->reason = "invalid quotes";
			return LEX_ERROR;
		}
		words[count++] = text;
		text += len + 1;
	}
	out->words = words;
	out->word_count = count;
	return LEX_LINE;
}

enum lex_result
lex_line(struct arena *arena, struct bytes line, struct lex_line *out)
{
	struct cursor c;
	struct bytes keyword = { 0 };

	*out = (struct lex_line){ 0 };
	line = strip(line);
	if (line.len == 0 || line.p[0] == '#')
		return LEX_EMPTY;
	c = (struct cursor){ line.p, line.p + line.len };
	if (bytes_have_nul(line)) {
		out->reason = "NUL byte in the line";
		return LEX_ERROR;
	}
	if (!take_keyword(&c, &keyword)) {
		out->reason = "invalid quotes";
		return LEX_ERROR;
	}
	out->keyword = arena_str(arena, keyword);
	out->raw = arena_str(arena, left(&c));
	if (out->keyword == NULL || out->raw == NULL) {
		out->reason = "out of memory";
		return LEX_ERROR;
	}
	return take_words(arena, &c, out);
}

static bool
needs_quotes(const char *word)
{
	/*
	 * A leading `=` would be taken for the one behind the keyword; what
	 * strip() takes off the end of a line must not be the end of a word.
	 */
	return word[0] == '\0' || word[0] == '#' || word[0] == '=' ||
	    strpbrk(word, " \t\r\n\f") != NULL;
}

/* Would the lexer take the backslash here for an escape? */
static bool
is_taken(const char *at, bool quoted)
{
	return at[1] == '\0' || at[1] == '\\' || at[1] == '"' ||
	    at[1] == '\'' || (!quoted && at[1] == ' ');
}

void
lex_print_word(FILE *out, const char *word, enum lex_quoting quoting)
{
	bool quoted = needs_quotes(word);

	if (quoted)
		putc('"', out);
	for (; *word != '\0'; word++) {
		if (*word == '"' || *word == '\'' || (*word == '\\' &&
		    (quoting == LEX_QUOTE_ALL || is_taken(word, quoted))))
			putc('\\', out);
		putc(*word, out);
	}
	if (quoted)
		putc('"', out);
}
