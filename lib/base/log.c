/* SPDX-License-Identifier: ISC */
#include "lib/base/log.h"

#include <stdarg.h>
#include <stdio.h>

static struct {
	log_sink *sink;
	void *arg;
	enum log_level level;
} logger;

void
log_open(log_sink *sink, void *arg, enum log_level level)
{
	logger.sink = sink;
	logger.arg = arg;
	logger.level = level;
}

void
log_set_level(enum log_level level)
{
	logger.level = level;
}

enum log_level
log_get_level(void)
{
	return logger.level;
}

bool
log_enabled(enum log_level level)
{
	return logger.sink != NULL && level <= logger.level &&
	    level != LOG_LEVEL_QUIET;
}

size_t
log_clean(char *dst, size_t dst_len, struct bytes src)
{
	size_t n = 0;

	for (size_t i = 0; i < src.len; i++) {
		uint8_t c = src.p[i];

		if (c >= 0x20 && c < 0x7f) {
			if (dst_len - n < 2)
				break;
			dst[n++] = (char)c;
			continue;
		}
		if (dst_len - n < 5)
			break;
		dst[n++] = '\\';
		dst[n++] = (char)('0' + (c >> 6));
		dst[n++] = (char)('0' + ((c >> 3) & 7));
		dst[n++] = (char)('0' + (c & 7));
	}
	dst[n] = '\0';
	return n;
}

struct log_safe
log_safe(struct bytes peer_bytes)
{
	struct log_safe safe;

	log_clean(safe.s, sizeof(safe.s), peer_bytes);
	return safe;
}

static void
write_line(enum log_level level, const char *fmt, va_list args)
{
	char raw[LOG_LINE_MAX], line[LOG_LINE_MAX];

	vsnprintf(raw, sizeof(raw), fmt, args);
	log_clean(line, sizeof(line), bytes_str(raw));
	logger.sink(logger.arg, level, line);
}

#define DEFINE_LOG(name, lvl)						\
void									\
name(const char *fmt, ...)						\
{									\
	va_list args;							\
									\
	if (!log_enabled(lvl))						\
		return;							\
	va_start(args, fmt);						\
	write_line(lvl, fmt, args);					\
	va_end(args);							\
}

DEFINE_LOG(log_fatal, LOG_LEVEL_FATAL)
DEFINE_LOG(log_error, LOG_LEVEL_ERROR)
DEFINE_LOG(log_info, LOG_LEVEL_INFO)
DEFINE_LOG(log_verbose, LOG_LEVEL_VERBOSE)
DEFINE_LOG(log_debug, LOG_LEVEL_DEBUG1)
DEFINE_LOG(log_debug2, LOG_LEVEL_DEBUG2)
DEFINE_LOG(log_debug3, LOG_LEVEL_DEBUG3)

void
log_at(enum log_level level, const char *fmt, ...)
{
	va_list args;

	if (!log_enabled(level))
		return;
	va_start(args, fmt);
	write_line(level, fmt, args);
	va_end(args);
}
