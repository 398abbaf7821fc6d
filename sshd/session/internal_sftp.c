/* SPDX-License-Identifier: ISC */
#include "sshd/session/internal_sftp.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/log_sink.h"
#include "lib/base/memory.h"
#include "sftp-server/start.h"
#include "sshd/session/sftp_tree.h"

#define LAST_WORDS_MS	2000	/* a child that waits for a disk is left */
#define RELAY_ROUND	64	/* messages, then others have their turn */
#define RELAY_UNSENT_MAX 65536	/* bytes that the monitor did not take yet */
#define RELAY_PAUSE_MS	100
/*
 * Each line that wakes us and the monitor takes time from a client that waits
 * for the answer to the request behind it. So after a message no other wakes
 * us for a while that is too short for the child's socket to fill; and there
 * is no such rest while much comes.
 */
#define RELAY_REST_MS	5
#define RELAY_MUCH	16384	/* bytes of lines, at once */

bool
internal_sftp_wanted(const struct program *program)
{
	return program->command != NULL &&
	    (program->is_forced || program->kind == START_SUBSYSTEM) &&
	    sftp_command_is_internal(program->command);
}

static bool
is_served(const struct program *program)
{
	return internal_sftp_wanted(program) &&
	    program->kind == START_SUBSYSTEM;
}

char *
internal_sftp_instead(const struct program *program)
{
	const char *options = program->kind != START_SUBSYSTEM ? "" :
	    sftp_command_external_options(program->original_command);
	size_t size = sizeof("internal-sftp") + strlen(options);
	char *command = malloc(size);

	if (command != NULL)
		snprintf(command, size, "internal-sftp%s", options);
	return command;
}

void
internal_sftp_ended(const struct session *ses, const struct program *program,
    int status)
{
	if (WIFSIGNALED(status) && is_served(program))
		log_error("internal-sftp[%d] of user %s was ended by signal %d: "
		    "no line tells of transfers that were open",
		    (int)program->pid, ses->user, WTERMSIG(status));
}

/* ---- in the session ------------------------------------------------------- */

static void
relay_free(struct session *ses, struct sftp_relay *relay)
{
	struct sftp_relay **p = &ses->sftp_relays;

	while (*p != relay)
		p = &(*p)->next;
	*p = relay->next;
	loop_timer_stop(&ses->loop, &relay->rest);
	ipc_clear(&relay->ipc);
	if (relay->child_fd != -1)
		close(relay->child_fd);
	free(relay);
}

/*
 * While the monitor is slow nothing is taken from the child: its socket fills,
 * and it waits.
 */
static bool
monitor_is_busy(const struct session *ses)
{
	struct pollfd fd = { .fd = ses->monitor.fd, .events = POLLOUT };

	if (ses->monitor.unsent_bytes <= RELAY_UNSENT_MAX)
		return false;
	(void)poll(&fd, 1, RELAY_PAUSE_MS);
	return true;
}

/* Lines of several messages for the monitor: all of one level. */
struct gathered {
	uint8_t level;
	size_t len, all;	/* of these, and of those that left before */
	uint8_t lines[LOG_LINES_BYTES];
};

static void
hand_on(const struct sftp_relay *relay, struct gathered *gathered)
{
	const struct ipc_SES_SFTP_LOG m = {
		.pid = (uint32_t)relay->pid,
		.facility = (uint32_t)relay->facility,
		.level = gathered->level,
		.lines = bytes_of(gathered->lines, gathered->len),
	};
	struct err err;

	if (m.lines.len != 0 &&
	    !ipc_send(&relay->ses->monitor, IPC_SES_SFTP_LOG, &m, &err))
		session_end(relay->ses);
	gathered->len = 0;
}

static bool
gather(const struct sftp_relay *relay, struct gathered *gathered,
    const struct ipc_SFTP_LOG *log, struct err *err)
{
	if (log->level == LOG_LEVEL_QUIET || log->level > LOG_LEVEL_DEBUG3)
		return err_set(err, ERR_RANGE, "level of a log line");
	if (log->level != gathered->level ||
	    log->lines.len > sizeof(gathered->lines) - gathered->len)
		hand_on(relay, gathered);
	gathered->level = log->level;
	memcpy(gathered->lines + gathered->len, log->lines.p, log->lines.len);
	gathered->len += log->lines.len;
	gathered->all += log->lines.len;
	return true;
}

/* False: nothing comes any more. */
static bool
gather_lines(struct sftp_relay *relay, struct gathered *gathered)
{
	struct ipc_message message;
	struct err err;
	bool got, ok;

	for (unsigned i = 0; i < RELAY_ROUND; i++) {
		if (monitor_is_busy(relay->ses))
			return true;
		ok = ipc_recv(&relay->ipc, SES_OPEN, &message, &got, &err);
		if (ok && !got)
			return true;
		if (ok) {
			ok = gather(relay, gathered, &message.u.SFTP_LOG,
			    &err);
			ipc_message_clear(&message);
		}
		if (ok)
			continue;
		hand_on(relay, gathered);
		if (err.code != ERR_CLOSED)
			log_error("session: refused a message of "
			    "internal-sftp: %s: %s", err.what, err_text(&err));
		return false;
	}
	return true;
}

/* Hands on what is there: *len bytes. False: nothing comes any more. */
static bool
relay_lines(struct sftp_relay *relay, size_t *len)
{
	struct gathered gathered = { .len = 0 };
	bool more = gather_lines(relay, &gathered);

	hand_on(relay, &gathered);
	*len = gathered.all;
	return more;
}

/* Wakes for a line, for the end of the child, and at the end of a rest. */
static void
relay_round(void *arg)
{
	struct sftp_relay *relay = arg;
	struct loop *loop = &relay->ses->loop;
	size_t len;

	if (!relay_lines(relay, &len)) {
		relay_free(relay->ses, relay);
		return;
	}
	if (len != 0 && len < RELAY_MUCH) {
		loop_modify(loop, &relay->ipc.watch, 0);
		loop_timer_set(loop, &relay->rest, RELAY_REST_MS, relay_round,
		    relay);
	} else {
		loop_modify(loop, &relay->ipc.watch, EPOLLIN);
		loop_timer_stop(loop, &relay->rest);
	}
}

static void
relay_event(void *arg, uint32_t events)
{
	(void)events;
	relay_round(arg);
}

static bool
parse(const struct program *program, struct sftp_options *options,
    struct sftp_command *command)
{
	char reason[SFTP_REASON_MAX];

	if (sftp_command_parse(program->command, command, options, reason))
		return true;
	log_error("internal-sftp: %s", reason);
	return false;
}

bool
internal_sftp_prepare(struct session *ses, struct program *program,
    struct err *err)
{
	struct sftp_options options;
	struct sftp_command command;
	struct sftp_relay *relay;
	int fds[2];

	if (!is_served(program))
		return true;
	if (!parse(program, &options, &command))
		return err_set(err, ERR_FORMAT, "internal-sftp");
	if ((relay = calloc(1, sizeof(*relay))) == NULL)
		return err_set(err, ERR_NOMEM, "internal-sftp");
	if (!ipc_pair(fds, err)) {
		free(relay);
		return false;
	}
	relay->ses = ses;
	relay->facility = options.facility;
	relay->child_fd = fds[1];
	relay->next = ses->sftp_relays;
	ses->sftp_relays = relay;
	ipc_init(&relay->ipc, fds[0], SFTP_TO_SESSION);
	if (!ipc_watch(&relay->ipc, &ses->loop, relay_event, relay, err)) {
		relay_free(ses, relay);
		return false;
	}
	program->relay = relay;
	return true;
}

void
internal_sftp_share_input(struct sftp_relay *relay, int bell[2], int *memory)
{
	struct err err;

	if (!shared_pipe_make(memory, &err)) {
		log_debug("internal-sftp: input: %s: %s", err.what,
		    err_text(&err));
		return;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, bell) == 0) {
		if (shared_pipe_map_reader(&relay->input, *memory,
		    STDIN_FILENO, &err))
			return;
		close(bell[0]);
		close(bell[1]);
	}
	close(*memory);
	*memory = bell[0] = bell[1] = -1;
}

void
internal_sftp_started(struct session *ses, struct program *program)
{
	struct sftp_relay *relay = program->relay;

	if (relay == NULL)
		return;
	program->relay = NULL;
	relay->pid = program->pid;
	shared_pipe_unmap_reader(&relay->input);
	close(relay->child_fd);
	relay->child_fd = -1;
	if (program->pid == -1)
		relay_free(ses, relay);
}

void
internal_sftp_finish(struct session *ses)
{
	int64_t end_ms = clock_now_ms(&clock_system) + LAST_WORDS_MS;

	while (ses->sftp_relays != NULL) {
		struct sftp_relay *relay = ses->sftp_relays;
		struct pollfd fd = { .fd = relay->ipc.fd, .events = POLLIN };
		int64_t left_ms = end_ms - clock_now_ms(&clock_system);
		size_t len;

		if (left_ms < 0 || poll(&fd, 1, (int)left_ms) < 1 ||
		    !relay_lines(relay, &len))
			relay_free(ses, relay);
	}
}

/* ---- in the child --------------------------------------------------------- */

void
internal_sftp_refuse(const struct session *ses, const struct program *program)
{
	char who[256];

	if (!internal_sftp_wanted(program) || is_served(program))
		return;
	log_error("Connection from user %s: refusing non-sftp session",
	    session_who(ses, who, sizeof(who)));
	printf("This service allows sftp connections only.\n");
	fflush(stdout);
	_exit(1);
}

/* A line for each file wakes nobody by itself: see log_flush(). */
struct log_way {
	struct ipc to_session;
	struct writer lines;		/* at LOG_LEVEL_INFO */
	uint8_t buf[LOG_LINES_BYTES];
};

static void
send_lines(struct log_way *way, enum log_level level)
{
	struct ipc_SFTP_LOG m = {
		.level = (uint8_t)level, .lines = wr_view(&way->lines),
	};
	struct err err;

	/* without its session it has no client either, and ends by itself */
	if (m.lines.len != 0)
		(void)!ipc_send(&way->to_session, IPC_SFTP_LOG, &m, &err);
	way->lines = wr_init(way->buf, sizeof(way->buf));
}

static void
send_gathered(void *arg)
{
	send_lines(arg, LOG_LEVEL_INFO);
}

static void
log_to_session(void *arg, enum log_level level, const char *line)
{
	struct log_way *way = arg;
	struct bytes text = bytes_str(line);

	if (level != LOG_LEVEL_INFO ||
	    sizeof(way->buf) - way->lines.len < 4 + text.len)
		send_gathered(way);
	wr_string(&way->lines, text);
	if (level != LOG_LEVEL_INFO)
		send_lines(way, level);
}

void
internal_sftp_run(struct session *ses, const struct program *program,
    int log_fd)
{
	struct sftp_options options;
	struct sftp_command command;
	struct sftp_tree tree;
	char peer[64];
	const struct sftp_account account = {
		.user = ses->user,
		.home = ses->sftp_root_fd == -1 ? ses->home : "/",
		.uid = getuid(),
		.peer = peer,
	};
	const struct shared_pipe *input = &program->relay->input;
	const struct sftp_client client = {
		.in_fd = STDIN_FILENO, .out_fd = STDOUT_FILENO,
		.shared = input->head == NULL ? NULL : input,
	};
	struct log_way way;
	struct err err;
	int status;

	bytes_to_str(ses->grant.peer_address, peer, sizeof(peer));
	title_set(&ses->title, "%s@internal-sftp", ses->user);
	ipc_init(&way.to_session, log_fd, IPC_EDGE_COUNT);
	way.lines = wr_init(way.buf, sizeof(way.buf));
	if (!parse(program, &options, &command))
		_exit(1);
	if (options.logs_to_stderr)
		log_sink_open(true, STDERR_FILENO, options.facility,
		    options.level);
	else {
		log_open(log_to_session, &way, options.level);
		log_set_flush(send_gathered);
	}
	if (!sftp_tree_build(ses, ses->sftp_root_fd == -1 ? -1 :
	    INTERNAL_SFTP_ROOT_FD, &tree, &err)) {
		log_error("internal-sftp: %s: %s", err.what, err_text(&err));
		_exit(1);
	}
	memory_release_stack();		/* what the parent has used of it */
	status = sftp_start(&options, &account, tree.top, &client);
	log_flush();
	_exit(status);
}
