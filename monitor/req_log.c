/* SPDX-License-Identifier: ISC */
#include "monitor/req_log.h"

#include <stdio.h>
#include <syslog.h>

#include "lib/base/log.h"
#include "lib/base/log_sink.h"
#include "lib/wire/reader.h"
#include "monitor/monitor.h"

/* However long the text is, and becomes as it is cleaned, the mark stays. */
static MUST_CHECK bool
write_line(uint8_t level, struct bytes text, const char *mark,
    struct err *err)
{
	char clean[LOG_LINE_MAX];

	if (level == LOG_LEVEL_QUIET || level > LOG_LEVEL_DEBUG3)
		return err_set(err, ERR_RANGE, "level of a log line");
	log_clean_line(clean, sizeof(clean) - strlen(mark), text);
	log_relay((enum log_level)level, "%s%s", clean, mark);
	return true;
}

bool
log_line_mark_invalid(struct bytes line, struct bytes user, char *out,
    size_t out_len)
{
	static const char valid[] = " authenticating user ";
	const struct log_safe shown = log_safe(user);
	size_t valid_len = sizeof(valid) - 1, user_len = strlen(shown.s);
	const uint8_t *at = line.len == 0 ? NULL :
	    memmem(line.p, line.len, valid, valid_len);
	struct bytes rest;
	size_t head;

	if (at == NULL)
		return false;
	head = (size_t)(at - line.p);
	rest = bytes_of(at + valid_len, line.len - head - valid_len);
	if (rest.len < user_len || memcmp(rest.p, shown.s, user_len) != 0)
		return false;
	snprintf(out, out_len, "%.*s invalid user %.*s", (int)head,
	    (const char *)line.p, (int)rest.len, (const char *)rest.p);
	return true;
}

/* Net shows the name as it was sent, without its style. */
static struct bytes
sent_name(const struct user *user)
{
	const char *colon = user->sent == NULL ? NULL :
	    memchr(user->sent, ':', user->sent_len);

	return bytes_of(user->sent, colon == NULL ? user->sent_len :
	    (size_t)(colon - user->sent));
}

/*
 * Net must not learn whether a user exists, so it can't know what OpenSSH's
 * lines call one that does not.
 */
bool
req_net_log(struct monitor *mon, struct ipc_message *message, struct err *err)
{
	const struct ipc_NET_LOG *m = &message->u.NET_LOG;
	const char *mark = mon->state == MON_AUTHED ? "" : LOG_MARK_PREAUTH;
	struct bytes line = m->line;
	char marked[LOG_LINE_BYTES + 1];

	if ((mon->state & (MON_NAMED | MON_DIALOGUE)) != 0 &&
	    !mon->user.valid &&
	    log_line_mark_invalid(line, sent_name(&mon->user), marked,
	    sizeof(marked)))
		line = bytes_str(marked);
	return write_line(m->level, line, mark, err);
}

typedef void line_fn(const void *arg, struct bytes line);

/* There is one line at least. */
static MUST_CHECK bool
for_each_line(struct bytes lines, line_fn *take, const void *arg,
    struct err *err)
{
	struct reader r = rd_init(lines);

	do {
		struct bytes line = rd_string(&r, LOG_LINE_BYTES, "log line");

		if (!rd_ok(&r, err))
			return false;
		take(arg, line);
	} while (rd_left(&r) != 0);
	return true;
}

static void
relay_line(const void *arg, struct bytes line)
{
	(void)arg;
	log_relay(LOG_LEVEL_INFO, "%.*s", (int)line.len,
	    (const char *)line.p);
}

bool
req_net_log_lines(struct monitor *mon, struct ipc_message *message,
    struct err *err)
{
	(void)mon;
	return for_each_line(message->u.NET_LOG_LINES.lines, relay_line, NULL,
	    err);
}

bool
req_session_log(struct monitor *mon, struct ipc_message *message,
    struct err *err)
{
	(void)mon;
	return write_line(message->u.SES_LOG.level, message->u.SES_LOG.line,
	    "", err);
}

/* kern is not for programs; bits outside of a facility are no facility */
static bool
is_facility(uint32_t facility)
{
	return facility != 0 && (facility & ~(uint32_t)LOG_FACMASK) == 0 &&
	    LOG_FAC(facility) < LOG_NFACILITIES;
}

static void
write_sftp_line(const void *arg, struct bytes line)
{
	const struct ipc_SES_SFTP_LOG *m = arg;
	char ident[64], clean[LOG_LINE_MAX];

	snprintf(ident, sizeof(ident), "internal-sftp[%u]", m->pid);
	log_clean_line(clean, sizeof(clean), line);
	log_sink_write_as(ident, (int)m->facility, (enum log_level)m->level,
	    clean);
}

bool
req_session_sftp_log(struct monitor *mon, struct ipc_message *message,
    struct err *err)
{
	const struct ipc_SES_SFTP_LOG *m = &message->u.SES_SFTP_LOG;

	(void)mon;
	if (m->level == LOG_LEVEL_QUIET || m->level > LOG_LEVEL_DEBUG3)
		return err_set(err, ERR_RANGE, "level of a log line");
	if (!is_facility(m->facility))
		return err_set(err, ERR_RANGE, "facility of a log line");
	return for_each_line(m->lines, write_sftp_line, m, err);
}
