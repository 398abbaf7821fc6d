/* SPDX-License-Identifier: ISC */
#include "signer/fork_log.h"

#include <unistd.h>

#include "lib/base/log.h"

/* log_relay() cleans what control characters are in the text. */
static MUST_CHECK bool
write_line(const struct ipc_FORK_LOG *m, struct err *err)
{
	if (m->level == LOG_LEVEL_QUIET || m->level > LOG_LEVEL_DEBUG3)
		return err_set(err, ERR_RANGE, "level of a log line");
	log_relay((enum log_level)m->level, "%.*s", (int)m->line.len,
	    (const char *)m->line.p);
	return true;
}

/* The end is no news once there are no more forks to come. */
static void
hear_no_more(struct signer *signer, const struct err *err)
{
	bool is_over = signer->to_parent.fd == -1;

	ipc_clear(&signer->lines);
	if (!is_over || err->code != ERR_CLOSED) {
		log_error("attack: a process of the signer sent it what it "
		    "must not: %s: %s", err->what, err_text(err));
		signer->fork_hijacked(signer);
	}
	if (is_over)
		signer->loop.stop = true;
}

static void
lines_event(void *arg, uint32_t events)
{
	struct signer *signer = arg;
	struct ipc_message message;
	struct err err;
	bool got;

	(void)events;
	while (ipc_recv(&signer->lines, SIG_READY, &message, &got, &err)) {
		if (!got)
			return;
		if (!write_line(&message.u.FORK_LOG, &err))
			break;
	}
	hear_no_more(signer, &err);
}

bool
fork_log_open(struct signer *signer,
    void (*hijacked)(struct signer *signer), struct err *err)
{
	int fds[2];

	if (!ipc_pair(fds, err))
		return false;
	ipc_init(&signer->lines, fds[0], FORK_TO_SIGNER);
	ipc_init(&signer->to_parent, fds[1], IPC_EDGE_COUNT);
	signer->fork_hijacked = hijacked;
	return ipc_watch(&signer->lines, &signer->loop, lines_event, signer,
	    err);
}

void
fork_log_end(struct signer *signer)
{
	ipc_clear(&signer->to_parent);
	if (signer->lines.fd == -1)
		signer->loop.stop = true;
}

static void
send_line(void *arg, enum log_level level, const char *line)
{
	const struct ipc_FORK_LOG m = {
		.level = (uint8_t)level, .line = bytes_str(line),
	};
	struct err err;

	(void)!ipc_send(arg, IPC_FORK_LOG, &m, &err);
}

void
fork_log_use(struct signer *signer)
{
	close(signer->lines.fd);
	log_open(send_line, &signer->to_parent, log_get_level());
}
