/* SPDX-License-Identifier: ISC */
/*
 * config - sshd_config: from files to what holds for one connection.
 *
 * Shapes:  text -> struct config (directives in order, split into words, each
 *          with file and line) -> struct conf (one value for each keyword).
 * Units:   as the keyword's row says.
 * Errors:  every bad line is logged as "FILE line N: ..." ; config_load()
 *          then fails once.
 * Owns:    struct config its text; struct conf its strings.
 * Source:  sshd_config(5).
 */
#ifndef SSHD_CONFIG_CONFIG_H
#define SSHD_CONFIG_CONFIG_H

#include <stdio.h>

#include "lib/base/bytes.h"
#include "lib/base/err.h"
#include "lib/base/log.h"
#include "sshd/config/conf.h"

struct config;

/* A line given on the command line: -o, -p, -h, -c, -g, -4, -6, -q ... */
struct config_args {
	const char *file;		/* -f; "none": no file */
	const char *const *lines;	/* "Keyword value", win over the file */
	size_t line_count;
	bool ports_given;		/* -p: files' Port lines don't count */
	const char *include_dir;	/* NULL: SYSCONFDIR; for tests */
	bool strict;			/* what is doubtful is an error */
};

/*
 * What is known about a connection when Match blocks are decided; NULL or
 * -1: not known (yet), so a criterion that needs it does not match.
 */
struct conf_spec {
	const char *user;
	bool invalid_user;		/* user has no account */
	const uint32_t *groups;		/* gids of the user; NULL: look up */
	size_t group_count;
	const char *host;		/* resolved name, or address text */
	const char *address;		/* client, numeric */
	const char *local_address;
	int local_port;			/* -1: not known */
	const char *rdomain;
	/* -T, -G: a Match localport without local_port is an error */
	bool is_test;
};

/*
 * Reads file, includes and args. Logs all errors; *out on success only.
 * ERR_SYS: the file can't be opened; ERR_NOT_FOUND: nothing is wrong but
 * unknown or incomplete lines of args (OpenSSH exits with 1 in both cases);
 * ERR_FORMAT: the configuration is bad (exit status 255).
 */
MUST_CHECK bool config_load(const struct config_args *args,
    struct config **out, struct err *err);
void config_free(struct config *config);

/* The snapshot that every connection begins with: one run of bytes. */
MUST_CHECK bool config_pack(const struct config *config, uint8_t **out,
    size_t *out_len, struct err *err);
/* Borrows from packed, which must outlive *out. */
MUST_CHECK bool config_unpack(struct bytes packed, struct config **out,
    struct err *err);

/*
 * The sealed file by which the listener hands a snapshot on: unpacked, and
 * what holds without Match. On success *map is the caller's to unmap, when
 * *config is freed.
 */
MUST_CHECK bool config_map(int fd, struct bytes *map, struct config **config,
    struct conf *conf, struct err *err);

/*
 * Values for one connection: defaults, first value wins, Match blocks decided
 * by spec (NULL: global section only). *out is cleared with conf_clear().
 */
MUST_CHECK bool config_evaluate(const struct config *config,
    const struct conf_spec *spec, struct conf *out, struct err *err);
void conf_clear(struct conf *conf);
/*
 * The value of each line with that keyword in Match blocks, whether they hold
 * or not: in a conf in which nothing else is set, for the time of the call.
 */
MUST_CHECK bool config_each_in_match(const struct config *config,
    const char *keyword, void (*take)(void *arg, const struct conf *conf),
    void *arg, struct err *err);
/* LogVerbose holds for the lines of this process from now on. */
void conf_set_verbose(const struct conf *conf);
/*
 * Opens the log of a process that the listener has set up: SETUP_ flags,
 * number of -d, descriptor. Returns the level that -d asks for at least.
 */
enum log_level conf_open_log(const struct conf *conf, uint32_t setup_flags,
    uint32_t debug_count, int fd);

/* The same with a witness, who is told where each value comes from. */
struct evaluate_watch;
MUST_CHECK bool config_evaluate_watched(const struct config *config,
    const struct conf_spec *spec, struct evaluate_watch *watch,
    struct conf *out, struct err *err);
/* Of struct place; "" when there is none. */
const char *config_file_name(const struct config *config, uint32_t index);

/* sshd -T: one line for each value. */
void conf_print(const struct conf *conf, FILE *out);

#endif
