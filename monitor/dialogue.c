/* SPDX-License-Identifier: ISC */
#include "monitor/dialogue.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "lib/base/log.h"
#include "lib/wire/reader.h"
#include "lib/wire/writer.h"
#include "monitor/auth_delay.h"
#include "monitor/auth_password.h"
#include "monitor/monitor.h"
#include "monitor/requests.h"

#define ECHO_BITS	32	/* of KBDINT_QUESTION's mask */

static bool
broken(struct dialogue *d)
{
	d->broken = true;
	return false;
}

static bool
abandoned(struct dialogue *d)
{
	d->abandoned = true;
	return false;
}

/* ---- the question ---------------------------------------------------------- */

static MUST_CHECK bool
send_question(struct dialogue *d, const char *instruction,
    const struct question *questions, size_t count)
{
	struct ipc_KBDINT_QUESTION m = {
		.instruction = bytes_str(instruction),
	};
	struct writer w = wr_init(malloc(KBDINT_PROMPTS_MAX),
	    KBDINT_PROMPTS_MAX);
	struct err err;
	bool ok;

	for (size_t i = 0; i < count && w.p != NULL; i++) {
		wr_cstring(&w, questions[i].text);
		if (questions[i].echo)
			m.echo |= 1U << i;
	}
	m.prompts = wr_view(&w);
	ok = w.p != NULL && wr_end(&w, &err) &&
	    ipc_send(&d->mon->net, IPC_KBDINT_QUESTION, &m, &err);
	free(w.p);
	return ok;
}

/* ---- the answer ------------------------------------------------------------ */

/* Waits for net, or for a signal that ends this process. */
static bool
wait_for_net(const struct monitor *mon)
{
	struct pollfd fds[] = {
		{ .fd = mon->net.fd, .events = POLLIN },
		{ .fd = mon->signal_fd, .events = POLLIN },
	};

	while (poll(fds, ARRAY_LEN(fds), -1) == -1) {
		if (errno != EINTR)
			return false;
	}
	return fds[1].revents == 0;
}

/* Does the message that waits belong to a dialogue? It stays where it is. */
static bool
next_belongs(const struct monitor *mon)
{
	uint8_t id;

	return recv(mon->net.fd, &id, 1, MSG_PEEK | MSG_DONTWAIT) == 1 &&
	    id < IPC_COUNT && ipc_rows[id].edge == NET_TO_MONITOR &&
	    (ipc_rows[id].states & MON_DIALOGUE) != 0;
}

static bool
receive(struct dialogue *d, struct ipc_message *message)
{
	struct monitor *mon = d->mon;
	bool got, ok;

	for (;;) {
		if (!wait_for_net(mon) || !next_belongs(mon))
			return abandoned(d);
		if (!ipc_recv(&mon->net, mon->state, message, &got, &d->err))
			return broken(d);
		if (!got)
			continue;
		if (message->id == IPC_AUTH_KBDINT_ANSWER)
			return true;
		ok = requests_handler(message->id)(mon, message, &d->err);
		ipc_message_clear(message);
		if (!ok)
			return broken(d);
	}
}

bool
dialogue_read_answers(struct bytes run, size_t count, bool use,
    struct secret *answers, struct err *err)
{
	struct reader r = rd_init(run);

	for (size_t i = 0; i < count; i++) {
		struct bytes one = rd_string(&r, PAYLOAD_MAX_PREAUTH, "answer");

		if (!rd_ok(&r, err) ||
		    !auth_password_copy(one, use, &answers[i], err))
			return false;
	}
	return rd_end(&r, err);
}

static bool
read_answers(struct dialogue *d, const struct ipc_message *message,
    size_t count, struct secret *answers)
{
	struct bytes run = message->u.AUTH_KBDINT_ANSWER.answers;
	bool ok = dialogue_read_answers(run, count, d->use, answers, &d->err);

	if (run.len != 0)
		explicit_bzero((void *)run.p, run.len);
	if (!ok)
		return broken(d);
	/* the time that a person takes is not work on the attempt */
	d->attempt->start_ns = auth_delay_now_ns();
	d->attempt->is_decision = true;
	return true;
}

bool
dialogue_ask(struct dialogue *d, const char *instruction,
    const struct question *questions, size_t count, struct secret *answers)
{
	struct ipc_message message;
	bool ok;

	if (d->abandoned || d->broken || count > ECHO_BITS ||
	    !send_question(d, instruction, questions, count))
		return false;
	auth_log_postponed(d->mon, d->attempt);
	d->mon->state = MON_DIALOGUE;
	ok = receive(d, &message);
	d->mon->state = MON_NAMED;
	if (!ok)
		return false;
	ok = read_answers(d, &message, count, answers);
	ipc_message_clear(&message);
	return ok;
}
