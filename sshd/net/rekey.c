/* SPDX-License-Identifier: ISC */
#include "sshd/net/rekey.h"

#include "sshd/net/conn.h"

static void
rekey_timer(void *arg)
{
	struct conn *conn = arg;

	conn->transport.rekey.due = true;	/* transport_round() looks */
}

void
rekey_restart(struct conn *conn)
{
	struct rekey *rekey = &conn->transport.rekey;
	const struct kex_choice *choice = &conn->transport.kex.choice;

	rekey->cipher_in = choice->in.cipher->rekey_bytes;
	rekey->cipher_out = choice->out.cipher->rekey_bytes;
	rekey->due = false;
	loop_timer_stop(&conn->loop, &rekey->timer);
	if (rekey->limit_s != 0)
		loop_timer_set(&conn->loop, &rekey->timer,
		    (int64_t)rekey->limit_s * 1000, rekey_timer, conn);
}

static bool
used_up(uint64_t bytes, uint64_t limit)
{
	return limit != 0 && bytes >= limit;
}

/* What no configuration can stretch. */
static bool
hard_limit(const struct conn *conn)
{
	const struct transport *t = &conn->transport;

	return t->in.packets >= REKEY_PACKETS ||
	    t->out.packets >= REKEY_PACKETS ||
	    used_up(t->in.bytes, t->rekey.cipher_in) ||
	    used_up(t->out.bytes, t->rekey.cipher_out);
}

enum rekey_need
rekey_check(const struct conn *conn)
{
	const struct transport *t = &conn->transport;
	const struct rekey *rekey = &t->rekey;

	if (conn->state != CONN_OPEN)
		return hard_limit(conn) ? REKEY_TOO_EARLY : REKEY_NO;
	if (t->kex.step != KEX_IDLE)
		return t->in.bytes - rekey->begun_at > REKEY_GRACE_BYTES ?
		    REKEY_IGNORED : REKEY_NO;
	if (rekey->due || hard_limit(conn) ||
	    used_up(t->in.bytes, rekey->limit_bytes) ||
	    used_up(t->out.bytes, rekey->limit_bytes))
		return REKEY_NOW;
	return REKEY_NO;
}
