/* SPDX-License-Identifier: ISC */
#include "sshd/net/chan_log.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/log.h"
#include "sshd/net/chan_types.h"
#include "sshd/net/conn.h"

#define SIDE_MAX	320	/* a host name or path, and the words */

static const char *
side_text(const char *word, const struct chan_log_side *side, char *buf,
    size_t len)
{
	buf[0] = '\0';
	if (side->host.len != 0 && side->port != 0)
		snprintf(buf, len, ", %s %s port %u", word,
		    log_safe(side->host).s, side->port);
	else if (side->host.len != 0)
		snprintf(buf, len, ", %s %s", word, log_safe(side->host).s);
	return buf;
}

void
chan_log_describe(struct channel *ch, const struct chan_log_side *from,
    const struct chan_log_side *to)
{
	char from_text[SIDE_MAX], to_text[SIDE_MAX];

	if (!ch->conn->log_forwards)
		return;
	free(ch->log_text);
	if (asprintf(&ch->log_text, "%s%s%s", ch->type->log_kind,
	    side_text("from", from, from_text, sizeof(from_text)),
	    side_text("to", to, to_text, sizeof(to_text))) == -1)
		ch->log_text = NULL;
}

void
chan_log_opened(struct channel *ch)
{
	if (ch->log_text == NULL)
		return;
	ch->opened_ms = clock_now_ms(ch->conn->loop.clock);
	log_gather_info(ch->conn, "forward opened: user %s, %s, channel %u",
	    ch->conn->user, ch->log_text, ch->id);
}

void
chan_log_closed(struct channel *ch)
{
	if (ch->opened_ms != 0)
		log_gather_info(ch->conn, "forward closed: user %s, %s, "
		    "channel %u, sent %llu, received %llu bytes, "
		    "%lld seconds", ch->conn->user, ch->log_text, ch->id,
		    (unsigned long long)ch->sent_bytes,
		    (unsigned long long)ch->received_bytes,
		    (long long)(clock_now_ms(ch->conn->loop.clock) -
		    ch->opened_ms) / 1000);
	free(ch->log_text);
	ch->log_text = NULL;
	ch->opened_ms = 0;
}
