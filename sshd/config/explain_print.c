/* SPDX-License-Identifier: ISC */
#include "sshd/config/explain.h"

#include <stdlib.h>

/* What is printed of one keyword, line by line. */
struct lines {
	char *text, *rest;
	size_t n;		/* of the next line */
};

static struct lines
lines_of(const struct explain *explain, size_t keyword)
{
	char *text = keywords[keyword].use == USE_NO_PLATFORM ? NULL :
	    value_text(&keywords[keyword], &explain->conf);

	return (struct lines){ text, text, 0 };
}

/* NULL at the end. */
static char *
next_line(struct lines *lines)
{
	char *line = lines->rest == NULL ? NULL : strsep(&lines->rest, "\n");

	if (line == NULL || *line == '\0')
		return NULL;
	lines->n++;
	return line;
}

/* The next line of a keyword that has lost; NULL when there is none. */
static const struct origin *
next_loser(const struct explain *explain, size_t keyword,
    const struct origin *previous)
{
	const struct origin *o = previous == NULL ?
	    explain->keywords[keyword].origins : previous->next;

	while (o != NULL && (o->fate == ORIGIN_IN_FORCE || o->is_reported))
		o = o->next;
	return o;
}

/* ---- text ---------------------------------------------------------------- */

static void
print_place(const struct explain *explain, struct place place, FILE *out)
{
	fprintf(out, "%s:%u", config_file_name(explain->config, place.file),
	    place.line);
}

static void
print_origin(const struct explain *explain, const struct origin *origin,
    FILE *out)
{
	if (origin->place.line == 0) {
		fputs("command line", out);
		return;
	}
	if (origin->block.line != 0) {
		fputs("Match at ", out);
		print_place(explain, origin->block, out);
		fputs(", set at ", out);
	}
	print_place(explain, origin->place, out);
}

static void
print_origins(const struct explain *explain, size_t keyword, size_t n,
    FILE *out)
{
	const struct origin *o = explain_origin(explain, keyword, n, NULL);

	fputs(" # ", out);
	if (o == NULL)
		fputs("default", out);
	for (bool first = true; o != NULL; first = false) {
		if (!first)
			fputs("; ", out);
		print_origin(explain, o, out);
		o = explain_origin(explain, keyword, n, o);
	}
	putc('\n', out);
}

static void
print_losers(const struct explain *explain, size_t keyword, FILE *out)
{
	const struct origin *o = next_loser(explain, keyword, NULL);

	for (; o != NULL; o = next_loser(explain, keyword, o)) {
		fprintf(out, "#   %s: %s # ", o->fate == ORIGIN_SHADOWED ?
		    "shadowed" : "overridden", o->text);
		print_origin(explain, o, out);
		putc('\n', out);
	}
}

void
explain_print(const struct explain *explain, FILE *out)
{
	for (size_t i = 0; i < keyword_count; i++) {
		struct lines lines = lines_of(explain, i);
		const char *line;

		while ((line = next_line(&lines)) != NULL) {
			fputs(line, out);
			print_origins(explain, i, lines.n - 1, out);
		}
		print_losers(explain, i, out);
		free(lines.text);
	}
	for (const struct explain_block *b = explain->undecided; b != NULL;
	    b = b->next) {
		fputs("# Match at ", out);
		print_place(explain, b->place, out);
		fprintf(out, " is not decided: -C lacks %s\n", b->lacking);
	}
}

/* ---- JSON ---------------------------------------------------------------- */

/* Length of the valid UTF-8 character at s; 0: there is none. RFC 3629. */
static size_t
utf8_len(const uint8_t *s)
{
	size_t len = s[0] < 0x80 ? 1 : s[0] >= 0xc2 && s[0] < 0xe0 ? 2 :
	    (s[0] & 0xf0) == 0xe0 ? 3 : s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : 0;

	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	/* longer than needed, surrogates, beyond the last plane */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] >= 0xa0) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] >= 0x90))
		return 0;
	return len;
}

/* RFC 8259 section 7; bytes that are no text become U+FFFD. */
static void
json_string(const char *text, FILE *out)
{
	const uint8_t *s = (const uint8_t *)text;

	putc('"', out);
	while (*s != '\0') {
		size_t len = utf8_len(s);

		if (len == 0)
			fputs("\\ufffd", out);
		else if (*s == '"' || *s == '\\')
			fprintf(out, "\\%c", *s);
		else if (*s < 0x20 || *s == 0x7f)
			fprintf(out, "\\u%04x", *s);
		else
			fwrite(s, 1, len, out);
		s += len == 0 ? 1 : len;
	}
	putc('"', out);
}

static void
json_place(const struct explain *explain, const char *prefix,
    struct place place, FILE *out)
{
	fprintf(out, "\"%sfile\": ", prefix);
	json_string(config_file_name(explain->config, place.file), out);
	fprintf(out, ", \"%sline\": %u", prefix, place.line);
}

static void
json_origin(const struct explain *explain, const struct origin *origin,
    FILE *out)
{
	const char *from = origin->place.line == 0 ? "command line" :
	    origin->block.line != 0 ? "match" : "file";

	fprintf(out, "\"from\": \"%s\"", from);
	if (origin->place.line == 0)
		return;
	fputs(", ", out);
	json_place(explain, "", origin->place, out);
	if (origin->block.line == 0)
		return;
	fputs(", ", out);
	json_place(explain, "match_", origin->block, out);
}

/* A value, and all lines that have a part in it. */
static void
json_value(const struct explain *explain, size_t keyword, size_t n,
    const char *line, FILE *out)
{
	const struct origin *o = explain_origin(explain, keyword, n, NULL);
	const char *value = strchr(line, ' ');

	fputs("{\"value\": ", out);
	json_string(value == NULL ? "" : value + 1, out);
	fputs(", \"origins\": [", out);
	for (bool first = true; o != NULL; first = false) {
		fputs(first ? "{" : ", {", out);
		json_origin(explain, o, out);
		putc('}', out);
		o = explain_origin(explain, keyword, n, o);
	}
	fputs("]}", out);
}

static void
json_settings(const struct explain *explain, FILE *out)
{
	bool first = true;

	fputs("  \"settings\": {", out);
	for (size_t i = 0; i < keyword_count; i++) {
		struct lines lines = lines_of(explain, i);
		const char *line;

		if (lines.text == NULL)
			continue;
		fputs(first ? "\n    \"" : ",\n    \"", out);
		value_print_keyword(&keywords[i], out);
		fputs("\": [", out);
		while ((line = next_line(&lines)) != NULL) {
			fputs(lines.n == 1 ? "" : ", ", out);
			json_value(explain, i, lines.n - 1, line, out);
		}
		putc(']', out);
		first = false;
		free(lines.text);
	}
	fputs("\n  },\n", out);
}

static void
json_losers(const struct explain *explain, FILE *out)
{
	bool first = true;

	fputs("  \"without_effect\": [", out);
	for (size_t i = 0; i < keyword_count; i++) {
		const struct origin *o = next_loser(explain, i, NULL);

		for (; o != NULL; o = next_loser(explain, i, o)) {
			const char *value = strchr(o->text, ' ');

			fputs(first ? "\n    {\"keyword\": \"" :
			    ",\n    {\"keyword\": \"", out);
			value_print_keyword(&keywords[i], out);
			fputs("\", \"value\": ", out);
			json_string(value == NULL ? "" : value + 1, out);
			fprintf(out, ", \"why\": \"%s\", ",
			    o->fate == ORIGIN_SHADOWED ? "shadowed" :
			    "overridden");
			json_origin(explain, o, out);
			putc('}', out);
			first = false;
		}
	}
	fputs("],\n", out);
}

static void
json_undecided(const struct explain *explain, FILE *out)
{
	const struct explain_block *b = explain->undecided;

	fputs("  \"undecided\": [", out);
	for (; b != NULL; b = b->next) {
		fputs("\n    {", out);
		json_place(explain, "", b->place, out);
		fputs(", \"lacking\": ", out);
		json_string(b->lacking, out);
		fputs(b->next == NULL ? "}" : "},", out);
	}
	fputs("]\n", out);
}

void
explain_print_json(const struct explain *explain, FILE *out)
{
	fputs("{\n", out);
	json_settings(explain, out);
	json_losers(explain, out);
	json_undecided(explain, out);
	fputs("}\n", out);
}
