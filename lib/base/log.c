/* SPDX-License-Identifier: ISC */
#include "lib/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/base/pattern.h"

#define PLACE_MAX	256	/* of a line: the text is to have room too */

static struct {
	log_sink *sink;
	log_flush_fn *flush;
	void *arg;
	enum log_level level;
	long pid;		/* a sandbox may not ask for it later */
	bool is_raw;		/* see log_expect_raw() */
	size_t verbose_len;
	char verbose[LOG_VERBOSE_MAX];
} logger;

void
log_open(log_sink *sink, void *arg, enum log_level level)
{
	logger.sink = sink;
	logger.flush = NULL;
	logger.arg = arg;
	logger.level = level;
	logger.pid = (long)getpid();
}

void
log_set_flush(log_flush_fn *flush)
{
	logger.flush = flush;
}

void
log_flush(void)
{
	if (logger.flush != NULL)
		logger.flush(logger.arg);
}

void
log_set_level(enum log_level level)
{
	logger.level = level;
}

void
log_expect_raw(void)
{
	logger.is_raw = true;
}

enum log_level
log_get_level(void)
{
	return logger.level;
}

enum log_level
log_level_debug(uint32_t count)
{
	const uint32_t most = LOG_LEVEL_DEBUG3 - LOG_LEVEL_VERBOSE;

	return count == 0 ? LOG_LEVEL_QUIET :
	    LOG_LEVEL_VERBOSE + MIN(count, most);
}

bool
log_enabled(enum log_level level)
{
	return logger.sink != NULL && level != LOG_LEVEL_QUIET &&
	    (level <= logger.level || logger.verbose_len != 0);
}

void
log_set_verbose(struct bytes places)
{
	logger.verbose_len = bytes_to_str(places, logger.verbose,
	    sizeof(logger.verbose)) ? places.len : 0;
}

struct bytes
log_get_verbose(void)
{
	return bytes_of(logger.verbose, logger.verbose_len);
}

/* The letter after a backslash that C has for it; '\0': none. */
static char
short_escape(uint8_t c)
{
	static const char letters[] = "abtnvfr";	/* from 7 on */

	return c >= '\a' && c <= '\r' ? letters[c - '\a'] : '\0';
}

/* Two or four bytes for one that is_plain() has not; returns how many. */
static size_t
escape(uint8_t c, char out[static 4])
{
	char letter = short_escape(c);

	out[0] = '\\';
	if (letter != '\0' || c == '\\') {
		out[1] = letter != '\0' ? letter : '\\';
		return 2;
	}
	out[1] = (char)('0' + (c >> 6));
	out[2] = (char)('0' + ((c >> 3) & 7));
	out[3] = (char)('0' + (c & 7));
	return 4;
}

static inline bool
is_plain(uint8_t c, bool doubles)
{
	return c >= 0x20 && c < 0x7f && (c != '\\' || !doubles);
}

static size_t
clean(char *dst, size_t dst_len, struct bytes src, bool doubles)
{
	size_t n = 0;

	for (size_t i = 0; i < src.len; i++) {
		uint8_t c = src.p[i];
		char text[4];
		size_t len = is_plain(c, doubles) ? 1 : escape(c, text);

		if (dst_len - n <= len)
			break;
		if (len == 1)
			dst[n] = (char)c;
		else
			memcpy(dst + n, text, len);
		n += len;
	}
	dst[n] = '\0';
	return n;
}

size_t
log_clean(char *dst, size_t dst_len, struct bytes src)
{
	return clean(dst, dst_len, src, true);
}

size_t
log_clean_line(char *dst, size_t dst_len, struct bytes src)
{
	return clean(dst, dst_len, src, false);
}

struct log_safe
log_safe(struct bytes peer_bytes)
{
	struct log_safe safe;

	log_clean(safe.s, sizeof(safe.s), peer_bytes);
	return safe;
}

/* The compiler was given all files from one place, this one too. */
static const char *
path_in_tree(const char *file)
{
	static const char own[] = __FILE__, in_tree[] = "lib/base/log.c";
	const size_t len = sizeof(own) - sizeof(in_tree);

	return strncmp(file, own, len) == 0 ? file + len : file;
}

/* As the file is called in a pattern: by its path, and by its last part. */
static bool
list_matches(struct bytes list, const char *place)
{
	const char *slash = strrchr(place, '/');
	enum pattern_result by_path = pattern_list_match(list,
	    bytes_str(place));
	enum pattern_result by_name = slash == NULL ? by_path :
	    pattern_list_match(list, bytes_str(slash + 1));

	return by_path != PATTERN_NEGATED && by_name != PATTERN_NEGATED &&
	    (by_path == PATTERN_YES || by_name == PATTERN_YES);
}

static bool
is_verbose(const char *place)
{
	struct bytes left = log_get_verbose();

	while (left.len != 0) {
		const uint8_t *end = memchr(left.p, '\n', left.len);
		size_t len = end == NULL ? left.len : (size_t)(end - left.p);

		if (list_matches(bytes_of(left.p, len), place))
			return true;
		len += end != NULL;
		left = bytes_of(left.p + len, left.len - len);
	}
	return false;
}

static void
write_line(enum log_level level, const char *head, const char *fmt,
    va_list args)
{
	char raw[LOG_LINE_MAX], line[LOG_LINE_MAX];
	size_t len = bytes_str(head).len;

	memcpy(raw, head, len);
	vsnprintf(raw + len, sizeof(raw) - len, fmt, args);
	clean(line, sizeof(line), bytes_str(raw), logger.is_raw);
	logger.sink(logger.arg, level, line);
}

void
log_from(enum log_level level, const char *file, const char *function,
    int line, const char *fmt, ...)
{
	char head[PLACE_MAX] = "";
	va_list args;

	if (!log_enabled(level))
		return;
	if (level > logger.level) {
		file = path_in_tree(file);
		snprintf(head, sizeof(head), "%s:%s():%d", file, function,
		    line);
		if (!is_verbose(head))
			return;
		snprintf(head, sizeof(head), "%s:%s():%d (pid=%ld): ", file,
		    function, line, logger.pid);
	}
	va_start(args, fmt);
	write_line(level, head, fmt, args);
	va_end(args);
}

void
log_relay(enum log_level level, const char *fmt, ...)
{
	va_list args;

	if (!log_enabled(level))
		return;
	va_start(args, fmt);
	write_line(level, "", fmt, args);
	va_end(args);
}
