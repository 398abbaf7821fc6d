/* SPDX-License-Identifier: ISC */
#include "sshd/session/program.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "lib/base/log.h"
#include "lib/base/pattern.h"
#include "lib/wire/reader.h"
#include "sshd/session/agent.h"
#include "sshd/session/internal_sftp.h"

struct program *
program_find(struct session *ses, uint32_t channel)
{
	for (struct program *p = ses->programs; p != NULL; p = p->next) {
		if (p->channel == channel)
			return p;
	}
	return NULL;
}

bool
program_need(struct session *ses, uint32_t channel, struct program **out,
    struct err *err)
{
	*out = program_find(ses, channel);
	return *out != NULL ||
	    err_set(err, ERR_UNEXPECTED, "request for an unknown channel");
}

/* Of an earlier start that failed. */
static void
forget_command(struct program *program)
{
	free(program->command);
	free(program->original_command);
	free(program->subsystem);
	program->command = program->original_command = NULL;
	program->subsystem = NULL;
	program->is_forced = false;
}

void
program_free(struct session *ses, struct program *program)
{
	struct program **p = &ses->programs;
	char who[256];

	if (program->phase >= PROGRAM_RUNNING)
		log_verbose("Close session: user %s id %u",
		    session_who(ses, who, sizeof(who)), program->channel);
	while (*p != program)
		p = &(*p)->next;
	*p = program->next;
	ses->program_count--;
	program_drop_pty(ses, program);
	x11_clear(&program->x11);
	env_clear(&program->client_env);
	forget_command(program);
	free(program->term);
	free(program->last_login);
	free(program);
}

bool
program_open(struct session *ses, const struct ipc_SES_OPEN *m,
    struct err *err)
{
	struct program *program;

	if (program_find(ses, m->channel) != NULL)
		return err_set(err, ERR_UNEXPECTED, "channel is open already");
	if (ses->program_count >= ses->grant.max_sessions)
		return err_set(err, ERR_UNEXPECTED, "more sessions than granted");
	if ((program = calloc(1, sizeof(*program))) == NULL)
		return err_set(err, ERR_NOMEM, "session");
	program->channel = m->channel;
	program->pty = (struct pty){ .master = -1, .slave = -1 };
	program->next = ses->programs;
	ses->programs = program;
	ses->program_count++;
	return true;
}

/* Does the list of patterns of the grant accept the name? */
static bool
env_is_accepted(const struct session *ses, struct bytes name)
{
	struct reader r = rd_init(ses->grant.accept_env);
	char pattern[ENV_NAME_MAX + 1];

	if (bytes_have_nul(name))
		return false;
	while (rd_left(&r) != 0) {
		struct bytes b = rd_string(&r, ENV_NAME_MAX, "AcceptEnv");

		if (bytes_to_str(b, pattern, sizeof(pattern)) &&
		    pattern_match(pattern, name))
			return true;
	}
	return false;
}

bool
program_env(struct session *ses, const struct ipc_SES_ENV *m,
    struct err *err)
{
	struct program *program;
	bool ok;

	if (!program_need(ses, m->channel, &program, err))
		return false;
	ok = program->phase == PROGRAM_OPEN &&
	    program->client_env.count < ENV_COUNT_MAX &&
	    !bytes_have_nul(m->value) && env_is_accepted(ses, m->name);
	if (ok)
		env_set(&program->client_env, m->name, m->value);
	else
		log_debug2("Ignoring env request %s", log_safe(m->name).s);
	session_reply(ses, m->request, ok, 0);
	return true;
}

bool
program_x11(struct session *ses, const struct ipc_SES_X11 *m,
    struct err *err)
{
	struct program *program;

	if (!program_need(ses, m->channel, &program, err))
		return false;
	session_reply(ses, m->request, program->phase == PROGRAM_OPEN &&
	    x11_start(ses, &program->x11, m), 0);
	return true;
}

bool
program_agent(struct session *ses, const struct ipc_SES_AGENT *m,
    struct err *err)
{
	struct program *program;

	if (!program_need(ses, m->channel, &program, err))
		return false;
	session_reply(ses, m->request, program->phase == PROGRAM_OPEN &&
	    agent_start(ses, m), 0);
	return true;
}

/* The command of a configured subsystem, or NULL. */
static char *
subsystem_command(const struct session *ses, struct bytes name)
{
	struct reader r = rd_init(ses->grant.subsystems);

	while (rd_left(&r) != 0) {
		struct bytes row = rd_string(&r, SUBSYSTEM_NAME_MAX, "name");
		struct bytes command = rd_string(&r, COMMAND_MAX, "command");

		if (bytes_equal(row, name))
			return bytes_dup_str(command);
	}
	return NULL;
}

/*
 * A login for SFTP only runs internal-sftp as if it were forced. Another
 * command that was forced can't run there, and nothing runs in its place.
 */
static bool
lock_to_sftp(const struct session *ses, struct program *program)
{
	if ((ses->grant.sftp_flags & GRANT_SFTP_ONLY) == 0 ||
	    internal_sftp_wanted(program))
		return true;
	if (program->is_forced) {
		log_error("forced command '%.200s' of user %s can't run: "
		    "SftpRoot or SftpRights leaves only internal-sftp",
		    program->command, ses->user);
		return false;
	}
	program->original_command = program->command;
	program->is_forced = true;
	program->command = internal_sftp_instead(program);
	return program->command != NULL;
}

/* What will run: the forced command before the client's. */
static bool
choose_command(struct session *ses, struct program *program,
    const struct ipc_SES_START *m)
{
	char *asked = NULL;

	forget_command(program);
	if (m->kind == START_SUBSYSTEM) {
		program->subsystem = bytes_dup_str(m->command);
		asked = subsystem_command(ses, m->command);
		if (program->subsystem == NULL || asked == NULL) {
			log_info("subsystem request for %s by user %s failed, "
			    "subsystem not found", log_safe(m->command).s,
			    ses->user);
			free(asked);
			return false;
		}
	} else if (m->kind == START_EXEC &&
	    (asked = bytes_dup_str(m->command)) == NULL)
		return false;
	if (ses->grant.forced_by == FORCED_BY_NONE) {
		program->command = asked;
		return lock_to_sftp(ses, program);
	}
	program->is_forced = true;
	program->original_command = asked;
	program->command = bytes_dup_str(ses->grant.forced_command);
	return program->command != NULL && lock_to_sftp(ses, program);
}

bool
program_start(struct session *ses, const struct ipc_SES_START *m,
    struct err *err)
{
	struct program *program;

	if (!program_need(ses, m->channel, &program, err))
		return false;
	if (program->phase != PROGRAM_OPEN || m->kind > START_SUBSYSTEM)
		return err_set(err, ERR_UNEXPECTED, "start at the wrong time");
	program->start_request = m->request;
	program->kind = m->kind;
	if (!choose_command(ses, program, m)) {
		session_reply(ses, m->request, false, 0);
		return true;
	}
	if (program->pty_wish != NULL) {
		program->phase = PROGRAM_WAITING;
		return true;
	}
	return program_launch(ses, program, err);
}

/* RFC 4254 6.9; what may be sent is what a user could want to send. */
static int
signal_number(struct bytes name)
{
	static const struct {
		const char *name;
		int number;
	} rows[] = {
		{ "HUP", SIGHUP }, { "INT", SIGINT }, { "KILL", SIGKILL },
		{ "QUIT", SIGQUIT }, { "TERM", SIGTERM }, { "USR1", SIGUSR1 },
		{ "USR2", SIGUSR2 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (bytes_is(name, rows[i].name))
			return rows[i].number;
	}
	return 0;
}

/* Until it has its process group, which is a moment, the child is alone. */
static bool
send_signal(pid_t pid, int number)
{
	return killpg(pid, number) == 0 ||
	    (errno == ESRCH && kill(pid, number) == 0);
}

bool
program_signal(struct session *ses, const struct ipc_SES_SIGNAL *m,
    struct err *err)
{
	struct program *program;
	int number = signal_number(m->name);
	bool ok;

	if (!program_need(ses, m->channel, &program, err))
		return false;
	ok = number != 0 && program->phase == PROGRAM_RUNNING &&
	    !program->is_forced && program->kind != START_SUBSYSTEM &&
	    send_signal(program->pid, number);
	if (!ok)
		log_debug("signal %s refused", log_safe(m->name).s);
	session_reply(ses, m->request, ok, 0);
	return true;
}

bool
program_close(struct session *ses, const struct ipc_SES_CLOSE *m,
    struct err *err)
{
	struct program *program;

	if (!program_need(ses, m->channel, &program, err))
		return false;
	program_free(ses, program);
	session_update_title(ses);
	return true;
}

/* RFC 4254 6.10 has names for these only. */
static const char *
signal_name(int number)
{
	static const struct {
		int number;
		const char *name;
	} rows[] = {
		{ SIGABRT, "ABRT" }, { SIGALRM, "ALRM" }, { SIGFPE, "FPE" },
		{ SIGHUP, "HUP" }, { SIGILL, "ILL" }, { SIGINT, "INT" },
		{ SIGKILL, "KILL" }, { SIGPIPE, "PIPE" }, { SIGQUIT, "QUIT" },
		{ SIGSEGV, "SEGV" }, { SIGTERM, "TERM" }, { SIGUSR1, "USR1" },
		{ SIGUSR2, "USR2" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (rows[i].number == number)
			return rows[i].name;
	}
	return "SIG@openssh.com";
}

void
program_exited(struct session *ses, pid_t pid, int status)
{
	struct program *program = ses->programs;
	struct ipc_SES_EXITED exited = { 0 };
	struct err err;

	while (program != NULL && (program->pid != pid ||
	    program->phase != PROGRAM_RUNNING))
		program = program->next;
	if (program == NULL)
		return;
	internal_sftp_ended(ses, program, status);
	program->phase = PROGRAM_EXITED;
	exited.channel = program->channel;
	if (WIFSIGNALED(status)) {
		exited.by_signal = 1;
		exited.core_dumped = WCOREDUMP(status) ? 1 : 0;
		exited.status = (uint32_t)WTERMSIG(status);
		exited.signal = bytes_str(signal_name(WTERMSIG(status)));
	} else
		exited.status = (uint32_t)WEXITSTATUS(status);
	if (!ipc_send(&ses->net, IPC_SES_EXITED, &exited, &err))
		session_end(ses);
}
