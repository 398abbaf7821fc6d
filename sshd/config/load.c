/* SPDX-License-Identifier: ISC */
#include "sshd/config/load.h"

#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>

#include "lib/base/fd.h"
#include "sshd/config/check.h"
#include "sshd/config/evaluate.h"
#include "sshd/config/loader.h"

/* ---- files --------------------------------------------------------------- */

static void include(struct loader *l, const struct section *section,
    const struct lex_line *line);

static void
one_line(struct loader *l, struct section *section,
    const struct section *outer, struct bytes text)
{
	struct lex_line line;

	arena_reset(l->line_arena);
	switch (lex_line(l->line_arena, text, &line)) {
	case LEX_EMPTY:
		return;
	case LEX_ERROR:
		loader_count_soft(l, section);
		loader_bad(l, section, "%s", line.reason);
		return;
	case LEX_LINE:
		break;
	}
	if (strcasecmp(line.keyword, "Match") == 0 ||
	    strcasecmp(line.keyword, "Include") == 0) {
		if (loader_is_command_line(section))
			loader_bad(l, section, "%s directive not supported "
			    "as a command-line option", line.keyword);
		else if ((line.keyword[0] | 0x20) == 'm')
			loader_begin_block(l, section, outer, &line);
		else
			include(l, section, &line);
	} else
		loader_directive(l, section, &line);
}

static uint32_t
add_file(struct loader *l, const char *name)
{
	const char **names = value_grow(l->arena, l->file_names,
	    l->file_count, sizeof(*names));

	tape_add_string(&l->out.files, bytes_of(name, strlen(name) + 1));
	if (names == NULL ||
	    (names[l->file_count] = arena_str(l->arena,
	    bytes_str(name))) == NULL) {
		l->out.files.failed = true;
		return 0;
	}
	l->file_names = names;
	return l->file_count++;
}

static void
all_lines(struct loader *l, const char *file, const struct section *outer,
    struct bytes text)
{
	struct section section = *outer;

	section.file = file;
	section.place = (struct place){ .file = add_file(l, file) };
	section.open = false;
	while (text.len != 0 && !l->stop) {
		const uint8_t *newline = memchr(text.p, '\n', text.len);
		size_t len = newline == NULL ? text.len :
		    (size_t)(newline - text.p) + 1;

		section.place.line++;
		one_line(l, &section, outer, bytes_of(text.p, len));
		text = bytes_of(text.p + len, text.len - len);
	}
	loader_close_block(l, &section);
}

/* *text is malloc'ed. O_NONBLOCK: a FIFO must not make us wait. */
static bool
read_text(struct loader *l, const char *path, uint8_t **text, size_t *len,
    struct err *err)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	bool ok;

	if (fd == -1)
		return err_sys(err, "open");
	ok = fd_read_file(fd, TAPE_MAX - l->text_len, text, len, err);
	close(fd);
	if (ok)
		l->text_len += *len;
	return ok;
}

static const char *
read_error_text(const struct err *err)
{
	return err->code == ERR_SYS ? strerror(err->sys) :
	    err->code == ERR_RANGE ? "configuration too large" : err->what;
}

static bool
is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void
include_file(struct loader *l, const struct section *section,
    const char *path)
{
	uint8_t *text = NULL;
	size_t len = 0;
	struct err err;

	/* a pattern that ends in a star finds folders too */
	if (is_directory(path)) {
		loader_doubt(l, section, "Include %.*s: is a directory, "
		    "nothing is read", LOG_NAME_MAX, path);
		return;
	}

	if (l->depth == INCLUDE_DEPTH_MAX) {
		loader_bad(l, section, "Too many recursive configuration "
		    "includes, at most %d deep", INCLUDE_DEPTH_MAX);
		l->stop = true;
		return;
	}
	if (!read_text(l, path, &text, &len, &err)) {
		loader_bad(l, section, "Include %.*s: %s", LOG_NAME_MAX, path,
		    read_error_text(&err));
		l->stop |= err.code == ERR_RANGE;
		return;
	}
	l->depth++;
	all_lines(l, path, section, bytes_of(text, len));
	l->depth--;
	free(text);
}

static const char *
include_pattern(struct loader *l, const char *word)
{
	const char *dir = l->args->include_dir == NULL ? SYSCONFDIR :
	    l->args->include_dir;
	size_t len = strlen(dir) + strlen(word) + 2;
	char *pattern;

	if (word[0] == '/' || word[0] == '~')
		return word;
	if ((pattern = arena_alloc(l->line_arena, len)) != NULL)
		snprintf(pattern, len, "%s/%s", dir, word);
	return pattern;
}

/* No match is no error: an empty drop-in folder is usual. */
static void
include_word(struct loader *l, const struct section *section,
    const char *pattern)
{
	glob_t found = { 0 };
	int code = glob(pattern, 0, NULL, &found);

	if (code != 0 && code != GLOB_NOMATCH)
		loader_bad(l, section, "Include %.*s: glob failed",
		    LOG_NAME_MAX, pattern);
	for (size_t i = 0; code == 0 && i < found.gl_pathc && !l->stop; i++)
		include_file(l, section, found.gl_pathv[i]);
	globfree(&found);
}

/* Reading a file forgets the line's arena: the words are copied before. */
static void
include(struct loader *l, const struct section *section,
    const struct lex_line *line)
{
	struct arena *arena = arena_new();
	const char **patterns = arena == NULL ? NULL : arena_alloc(arena,
	    (line->word_count + 1) * sizeof(*patterns));

	if (line->word_count == 0) {
		loader_count_soft(l, section);
		loader_bad(l, section, "no argument after keyword \"Include\"");
	}
	for (size_t i = 0; i < line->word_count && patterns != NULL; i++) {
		const char *pattern = line->words[i][0] == '\0' ? NULL :
		    include_pattern(l, line->words[i]);

		if (pattern == NULL)
			loader_bad(l, section,
			    "keyword Include empty argument");
		else
			patterns[i] = arena_str(arena, bytes_str(pattern));
	}
	if (patterns == NULL)
		loader_bad(l, section, "out of memory");
	for (size_t i = 0, n = line->word_count; patterns != NULL && i < n;
	    i++) {
		if (patterns[i] != NULL && !l->stop)
			include_word(l, section, patterns[i]);
	}
	arena_free(arena);
}

/* ---- the whole ----------------------------------------------------------- */

static void
command_line(struct loader *l)
{
	struct section section = { .file = "command-line", .always = true };

	section.place = (struct place){ .file = add_file(l, section.file) };
	for (size_t i = 0; i < l->args->line_count && !l->stop; i++)
		one_line(l, &section, &section,
		    bytes_str(l->args->lines[i]));
}

static bool
has_file(const struct config_args *args)
{
	return args->file != NULL && strcasecmp(args->file, "none") != 0;
}

static bool
main_file(struct loader *l, struct err *err)
{
	const struct section global = { .always = true };
	const char *path = l->args->file;
	uint8_t *text = NULL;
	size_t len = 0;

	if (!has_file(l->args))
		return true;
	if (!read_text(l, path, &text, &len, err)) {
		log_error("%.*s: %s", LOG_NAME_MAX, path,
		    read_error_text(err));
		return false;
	}
	all_lines(l, path, &global, bytes_of(text, len));
	free(text);
	return true;
}

static void
check_together(struct loader *l)
{
	struct section section;
	struct evaluate_failure failure;
	struct conf conf;
	struct err err;

	if (!evaluate(bytes_of(l->out.records.p, l->out.records.len), NULL,
	    NULL, &conf, &failure, &err)) {
		section = loader_section_at(l, failure.place);
		loader_bad(l, &section, "%s %s", failure.kw == NULL ?
		    err.what : failure.kw->name, failure.reason);
		return;
	}
	l->errors += check_globals(&conf);
	loader_resolve_listens(l, &conf);
	if (l->args->strict)
		loader_check_strictly(l, &conf);
	conf_clear(&conf);
}

static bool
finish(struct loader *l, struct err *err)
{
	const char *file = has_file(l->args) ? l->args->file : "command-line";

	if (l->out.records.failed || l->out.files.failed ||
	    l->out.listens.failed) {
		log_error("%.*s: configuration too large", LOG_NAME_MAX,
		    file);
		l->errors++;
	}
	if (l->errors + l->doubts == 0)
		return true;
	log_fatal("%.*s: terminating, %zu bad configuration options",
	    LOG_NAME_MAX, file, l->errors + l->doubts);
	return err_set(err, l->doubts == 0 &&
	    l->errors == l->soft_errors ? ERR_NOT_FOUND :
	    ERR_FORMAT, "bad configuration");
}

bool
load_config(const struct config_args *args, struct loaded *out,
    struct err *err)
{
	struct loader l = {
		.args = args, .line_arena = arena_new(), .arena = arena_new(),
	};
	bool ok = false;

	l.listens_end = &l.listens;
	if (l.line_arena == NULL || l.arena == NULL) {
		err_set(err, ERR_NOMEM, "configuration");
		goto out;
	}
	command_line(&l);
	if (!main_file(&l, err))
		goto out;
	if (l.errors == 0 && !l.out.records.failed && !l.out.files.failed)
		check_together(&l);
	if (!finish(&l, err))
		goto out;
	*out = l.out;
	l.out = (struct loaded){ 0 };
	ok = true;
 out:
	loaded_clear(&l.out);
	arena_free(l.line_arena);
	arena_free(l.arena);
	return ok;
}

void
loaded_clear(struct loaded *loaded)
{
	tape_clear(&loaded->files);
	tape_clear(&loaded->listens);
	tape_clear(&loaded->records);
}
