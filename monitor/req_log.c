/* SPDX-License-Identifier: ISC */
#include "monitor/req_log.h"

#include "lib/base/log.h"
#include "monitor/monitor.h"

/* log_at() cleans what control characters are in the text. */
static MUST_CHECK bool
write_line(uint8_t level, struct bytes text, const char *suffix,
    struct err *err)
{
	if (level == LOG_LEVEL_QUIET || level > LOG_LEVEL_DEBUG3)
		return err_set(err, ERR_RANGE, "level of a log line");
	log_at((enum log_level)level, "%.*s%s", (int)text.len,
	    (const char *)text.p, suffix);
	return true;
}

bool
req_net_log(struct monitor *mon, struct ipc_message *message, struct err *err)
{
	return write_line(message->u.NET_LOG.level, message->u.NET_LOG.line,
	    mon->state == MON_AUTHED ? "" : " [preauth]", err);
}

bool
req_session_log(struct monitor *mon, struct ipc_message *message,
    struct err *err)
{
	(void)mon;
	return write_line(message->u.SES_LOG.level, message->u.SES_LOG.line,
	    "", err);
}
