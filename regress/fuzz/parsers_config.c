/* SPDX-License-Identifier: ISC */
/* sshd_config: from text to what sshd -T prints, and the snapshot. */
#include "fuzz/parsers.h"

#include <sys/mman.h>

#include "fuzz/names.h"
#include "sshd/config/config.h"
#include "sshd/config/explain.h"
#include "sshd/config/lexer.h"
#include "sshd/config/match.h"

#define PATH_LEN	32	/* /proc/self/fd/N */

/* Text that an Include finds. */
static const char included[] = "Port 2200\nMatch User fuzz\nMaxSessions 3\n";

/* What a file of text is called by config_load(). */
static int
file_of(struct bytes text, char path[static PATH_LEN])
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	FUZZ_CHECK(fd != -1 &&
	    write(fd, text.p, text.len) == (ssize_t)text.len);
	snprintf(path, PATH_LEN, "/proc/self/fd/%d", fd);
	return fd;
}

static char *
printed(const struct config *config, const struct conf_spec *spec)
{
	char *text = NULL;
	struct conf conf;
	struct err err;
	size_t len;
	FILE *out;

	if (!config_evaluate(config, spec, &conf, &err))
		return NULL;
	out = open_memstream(&text, &len);
	FUZZ_CHECK(out != NULL);
	conf_print(&conf, out);
	FUZZ_CHECK(fclose(out) == 0);
	conf_clear(&conf);
	return text;
}

/* Both sides of a hand-over see the same. */
static void
check_same(const struct config *a, const struct config *b,
    const struct conf_spec *spec)
{
	char *text_a = printed(a, spec), *text_b = printed(b, spec);

	FUZZ_CHECK((text_a == NULL) == (text_b == NULL));
	if (text_a != NULL)
		FUZZ_CHECK(strcmp(text_a, text_b) == 0);
	free(text_a);
	free(text_b);
}

static const uint32_t gids[] = { 10, 1000 };

static const struct conf_spec specs[] = {
	{ .user = "fuzz", .groups = gids, .group_count = ARRAY_LEN(gids),
	    .host = "client.example.org", .address = "192.0.2.7",
	    .local_address = "2001:db8::1", .local_port = 22 },
	{ .user = "nobody", .invalid_user = true, .groups = gids,
	    .address = "2001:db8::7", .local_port = -1, .is_test = true },
};

static void
check_config(const struct config *config)
{
	struct config *again;
	uint8_t *packed;
	struct err err;
	size_t len;

	FUZZ_CHECK(config_pack(config, &packed, &len, &err));
	FUZZ_CHECK(config_unpack(bytes_of(packed, len), &again, &err));
	check_same(config, again, NULL);
	for (size_t i = 0; i < ARRAY_LEN(specs); i++)
		check_same(config, again, &specs[i]);
	config_free(again);
	free(packed);
}

/* Who looks on sees the same values and gets through. */
static void
check_explained(const struct config *config, const struct conf_spec *spec)
{
	char *text = NULL, *want = printed(config, spec);
	struct explain explain;
	struct err err;
	size_t len;
	FILE *out;

	if (!explain_init(&explain, config, spec, &err)) {
		FUZZ_CHECK(want == NULL);
		return;
	}
	out = open_memstream(&text, &len);
	FUZZ_CHECK(want != NULL && out != NULL);
	conf_print(&explain.conf, out);
	FUZZ_CHECK(fflush(out) == 0 && strcmp(text, want) == 0);
	explain_print(&explain, out);
	explain_print_json(&explain, out);
	FUZZ_CHECK(fclose(out) == 0);
	explain_clear(&explain);
	free(text);
	free(want);
}

static void
run_config_file(struct bytes in)
{
	char path[PATH_LEN], include_path[PATH_LEN];
	int fd = file_of(in, path);
	int include_fd = file_of(BYTES_LIT(included), include_path);
	const struct config_args args = { .file = path };
	const struct config_args strict_args = { .file = path,
	    .strict = true };
	struct config *config;
	struct err err;

	names_set_file(include_path);
	if (config_load(&args, &config, &err)) {
		check_config(config);
		for (size_t i = 0; i < ARRAY_LEN(specs); i++)
			check_explained(config, &specs[i]);
		config_free(config);
	} else
		FUZZ_CHECK(err.code != ERR_NONE);
	if (config_load(&strict_args, &config, &err))
		config_free(config);
	names_set_file(NULL);
	close(fd);
	close(include_fd);
}

/* One line, as of -o. */
static void
run_config_line(struct bytes in)
{
	char *text = parsers_cstring(in);
	const char *const lines[] = { text };
	const struct config_args args = { .lines = lines, .line_count = 1 };
	struct config *config;
	struct err err;

	if (config_load(&args, &config, &err)) {
		check_config(config);
		config_free(config);
	}
	free(text);
}

static void
run_config_unpack(struct bytes in)
{
	struct config *config;
	struct err err;

	if (!config_unpack(in, &config, &err))
		return;
	free(printed(config, NULL));
	for (size_t i = 0; i < ARRAY_LEN(specs); i++)
		free(printed(config, &specs[i]));
	config_free(config);
}

static void
print_line(FILE *out, const struct lex_line *line)
{
	fputs("Keyword", out);
	for (size_t i = 0; i < line->word_count; i++) {
		putc(' ', out);
		lex_print_word(out, line->words[i], LEX_QUOTE_NEEDED);
	}
}

/* Words that are written down are read as the same words. */
static void
check_words(const struct lex_line *line)
{
	struct arena *arena = arena_new();
	struct lex_line again;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	FUZZ_CHECK(arena != NULL && out != NULL);
	print_line(out, line);
	FUZZ_CHECK(fclose(out) == 0);
	FUZZ_CHECK(lex_line(arena, bytes_of(text, len), &again) == LEX_LINE);
	FUZZ_CHECK(again.word_count == line->word_count);
	for (size_t i = 0; i < line->word_count; i++)
		FUZZ_CHECK(strcmp(again.words[i], line->words[i]) == 0);
	free(text);
	arena_free(arena);
}

static void
run_lexer(struct bytes in)
{
	struct arena *arena = arena_new();
	char reason[MATCH_REASON_MAX];
	struct match_line match;
	struct lex_line line;

	FUZZ_CHECK(arena != NULL);
	switch (lex_line(arena, in, &line)) {
	case LEX_EMPTY:
		break;
	case LEX_ERROR:
		FUZZ_CHECK(line.reason != NULL);
		break;
	case LEX_LINE:
		check_words(&line);
		if (match_line_parse(line.words, line.word_count, arena,
		    &match, reason))
			FUZZ_CHECK(match.count <= MATCH_CRITERIA_MAX);
		break;
	}
	arena_free(arena);
}

static const struct parser_row rows[] = {
	ROW(50, config_file),
	ROW(51, config_line),
	ROW(52, config_unpack),
	ROW(53, lexer),
};

const struct parser_rows parsers_config = { rows, ARRAY_LEN(rows) };
