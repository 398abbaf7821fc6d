/* SPDX-License-Identifier: ISC */
/*
 * loader - what the files of load_*.c share while a configuration is read.
 *
 * Shapes:  a loader for the run, a section for the lines being read.
 * Units:   -
 * Errors:  counted and logged by loader_bad(); reading goes on.
 * Owns:    struct loader its arenas and tapes.
 * Source:  -
 */
#ifndef SSHD_CONFIG_LOADER_H
#define SSHD_CONFIG_LOADER_H

#include "sshd/config/lexer.h"
#include "sshd/config/listen.h"
#include "sshd/config/load.h"
#include "sshd/config/value.h"

#define LOG_NAME_MAX	200	/* of a file or keyword in a log line */

/* A ListenAddress line that holds, until all ports are known. */
struct pending_listen {
	struct pending_listen *next;
	struct listen_spec spec;
	struct place place;
};

struct loader {
	const struct config_args *args;
	struct loaded out;
	uint32_t file_count;
	struct arena *line_arena;	/* forgotten with each line */
	struct arena *arena;		/* as long as the loader */
	struct pending_listen *listens, **listens_end;
	unsigned depth;			/* of Include */
	size_t text_len;		/* of all files so far */
	const char **file_names;	/* by place.file */
	size_t errors;
	size_t doubts;		/* errors too, but not of the language */
	size_t soft_errors;	/* unknown or incomplete, command line */
	bool stop;			/* going on makes no sense */
};

/* The Match block that lines fall into, and the file they stand in. */
struct section {
	const char *file;
	struct place place;
	bool in_match;
	bool always;		/* each block around holds for everybody */
	bool open;		/* a record waits for its end */
	size_t mark;
};

/* Logs "FILE line N: ..." and counts it. */
void loader_bad(struct loader *l, const struct section *section,
    const char *fmt, ...) PRINTF_LIKE(3, 4);
/*
 * The same for what is fine by itself; an error when all has to be strict,
 * else a line in the log.
 */
void loader_doubt(struct loader *l, const struct section *section,
    const char *fmt, ...) PRINTF_LIKE(3, 4);
/*
 * Counts an error of a kind for which OpenSSH ends with another exit status
 * when it is made on the command line.
 */
void loader_count_soft(struct loader *l, const struct section *section);
bool loader_is_command_line(const struct section *section);
struct section loader_section_at(const struct loader *l, struct place place);

/* load_line.c: a keyword that is neither Match nor Include; a Match line. */
void loader_directive(struct loader *l, const struct section *section,
    const struct lex_line *line);
void loader_begin_block(struct loader *l, struct section *section,
    const struct section *outer, const struct lex_line *line);
void loader_close_block(struct loader *l, struct section *section);

/* load_listen.c: keeps a line until Port is known; resolves all of them. */
MUST_CHECK bool loader_keep_listen(struct loader *l,
    const struct section *section, const char *const *words,
    size_t word_count);
void loader_resolve_listens(struct loader *l, const struct conf *conf);

/*
 * load_strict.c: lines without effect, blocks for nobody, weak settings, files
 * that are not there.
 */
void loader_check_strictly(struct loader *l, const struct conf *conf);

#endif
