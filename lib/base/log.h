/* SPDX-License-Identifier: ISC */
/*
 * log - one line at a time to wherever the role sends its lines.
 *
 * Shapes:  levels as in sshd_config's LogLevel; places as in its LogVerbose:
 *          FILE:FUNCTION():LINE; a sink chosen by the role.
 * Units:   LOG_LINE_MAX bytes after formatting.
 * Errors:  none: a line that can't be written is lost.
 * Owns:    the sink, level and places, the one mutable global of the libraries.
 * Source:  syslog(3); OpenSSH's log lines.
 */
#ifndef LIB_BASE_LOG_H
#define LIB_BASE_LOG_H

#include "lib/base/bytes.h"
#include "lib/base/compiler.h"

enum log_level {
	LOG_LEVEL_QUIET,
	LOG_LEVEL_FATAL,
	LOG_LEVEL_ERROR,
	LOG_LEVEL_INFO,
	LOG_LEVEL_VERBOSE,
	LOG_LEVEL_DEBUG1,
	LOG_LEVEL_DEBUG2,
	LOG_LEVEL_DEBUG3,
};

#define LOG_LINE_MAX	1024	/* 1023 bytes formatted, as OpenSSH */
/* Ends what the network process says before login. */
#define LOG_MARK_PREAUTH	" [preauth]"

/* line is terminated, already cleaned of control characters. */
typedef void log_sink(void *arg, enum log_level level, const char *line);
/* For a sink that gathers lines: they leave now. */
typedef void log_flush_fn(void *arg);

/* A NULL sink drops everything. */
void log_open(log_sink *sink, void *arg, enum log_level level);
/* Of the sink that was opened; none has it by itself. */
void log_set_flush(log_flush_fn *flush);
void log_flush(void);
void log_set_level(enum log_level level);
enum log_level log_get_level(void);
/* The least that so many -d ask for; none: LOG_LEVEL_QUIET. */
enum log_level log_level_debug(uint32_t count);
/* May a line of this level be written? For lines that are dear to make. */
bool log_enabled(enum log_level level);

/*
 * Lines of the places that match are written whatever their level, with the
 * place in front if the level alone would not have them. places: pattern
 * lists, one a line, over the path of a source file or its last part; copied.
 * Empty, or as long as LOG_VERBOSE_MAX: none.
 */
#define LOG_VERBOSE_MAX	4096
void log_set_verbose(struct bytes places);
struct bytes log_get_verbose(void);

#define log_fatal(...)		log_at(LOG_LEVEL_FATAL, __VA_ARGS__)
#define log_error(...)		log_at(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_info(...)		log_at(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_verbose(...)	log_at(LOG_LEVEL_VERBOSE, __VA_ARGS__)
#define log_debug(...)		log_at(LOG_LEVEL_DEBUG1, __VA_ARGS__)
#define log_debug2(...)		log_at(LOG_LEVEL_DEBUG2, __VA_ARGS__)
#define log_debug3(...)		log_at(LOG_LEVEL_DEBUG3, __VA_ARGS__)
#define log_at(level, ...)						\
	log_from(level, __FILE__, __func__, __LINE__, __VA_ARGS__)

void log_from(enum log_level level, const char *file, const char *function,
    int line, const char *fmt, ...) PRINTF_LIKE(5, 6);
/* A line of a process that has our level and places, and chose by them. */
void log_relay(enum log_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);

#define LOG_SAFE_MAX	256	/* a peer's string in a log line */

struct log_safe {
	char s[LOG_SAFE_MAX];
};

/*
 * A peer's bytes for a log line: control characters, quotes that could end
 * the field early and bytes above 126 as \ooo, cut at LOG_SAFE_MAX - 1.
 * Used as log_info("... %s", log_safe(name).s).
 */
struct log_safe log_safe(struct bytes peer_bytes);

/*
 * Writes src into dst so that it can be told what was sent: bytes outside
 * printable ASCII as \n or \ooo, as OpenSSH has them, and a backslash twice.
 * dst is always terminated. Returns the length written. dst_len >= 1.
 */
size_t log_clean(char *dst, size_t dst_len, struct bytes src);
/* Of a line in which that was done already: a backslash stays one. */
size_t log_clean_line(char *dst, size_t dst_len, struct bytes src);
/*
 * Lines of this process hold what a peer sent as it came, without
 * log_safe(): their backslashes are written twice.
 */
void log_expect_raw(void);

#endif
