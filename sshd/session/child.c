/* SPDX-License-Identifier: ISC */
/* The last steps before a user's program runs, in the forked child. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/fd.h"
#include "lib/base/reap.h"
#include "sshd/session/agent.h"
#include "sshd/session/internal_sftp.h"
#include "sshd/session/nologin.h"

#define MOTD_FILE	"/etc/motd"
#define SYSTEM_RC_FILE	SYSCONFDIR "/sshrc"
#define PASSWD_PROGRAM	"/usr/bin/passwd"
#define EXIT_NO_SESSION	254
#define EXIT_FAILURE_EXEC 1
#define LOG_FD		3	/* of internal-sftp */

static void
keep_root(const struct session *ses)
{
	int fd = ses->sftp_root_fd;

	if (fd != -1 && fd != INTERNAL_SFTP_ROOT_FD &&
	    dup3(fd, INTERNAL_SFTP_ROOT_FD, O_CLOEXEC) == -1)
		_exit(EXIT_FAILURE_EXEC);
	fd_close_from(fd == -1 ? INTERNAL_SFTP_ROOT_FD :
	    INTERNAL_SFTP_ROOT_FD + 1);
}

/* A process like any other: nothing of ours but 0, 1 and 2 is open. */
static void
become_plain(const struct session *ses, const struct program *program)
{
	if (program->relay == NULL)
		fd_close_from(3);
	else if (program->relay->child_fd != LOG_FD &&
	    dup3(program->relay->child_fd, LOG_FD, O_CLOEXEC) == -1)
		_exit(EXIT_FAILURE_EXEC);
	else
		keep_root(ses);
	/* rc files too end when the terminal hangs up */
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &ses->old_mask, NULL);
}

static void
copy_to(FILE *out, const char *path)
{
	char buf[4096];
	size_t n;
	FILE *in = fopen(path, "re");

	if (in == NULL)
		return;
	while ((n = fread(buf, 1, sizeof(buf), in)) != 0)
		fwrite(buf, 1, n, out);
	fclose(in);
	fflush(out);
}

static bool
exists_in_home(const struct session *ses, const char *name)
{
	char path[4200];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", ses->home, name);
	return stat(path, &st) == 0;
}

/* Interactive logins are greeted; anything with a command is quiet. */
static void
greet(const struct session *ses, const struct program *program)
{
	if (program->pty.master == -1 || program->command != NULL ||
	    exists_in_home(ses, ".hushlogin"))
		return;
	fwrite(ses->grant.login_text.p, 1, ses->grant.login_text.len, stdout);
	if (program->last_login != NULL)
		fputs(program->last_login, stdout);
	fflush(stdout);
	if (grant_permits(ses, PERMIT_MOTD))
		copy_to(stdout, MOTD_FILE);
}

/* Where modules opened no session, there is none. */
static void
refuse_without_session(const struct session *ses)
{
	if (ses->grant.account != ACCOUNT_NO_SESSION)
		return;
	fprintf(stderr, "The server could not open a session.\n");
	_exit(EXIT_NO_SESSION);
}

/* The one thing that an account with an expired password may do. */
static void
change_password(const struct session *ses, const struct program *program)
{
	char name[] = "passwd", path[] = "PATH=/usr/bin:/bin";
	char *argv[] = { name, ses->user, NULL }, *envp[] = { path, NULL };

	if (ses->grant.account != ACCOUNT_PASSWORD_EXPIRED)
		return;
	if (program->pty.master == -1) {
		fprintf(stderr, "Your password has expired. Log in at a "
		    "terminal (ssh -t) to choose a new one.\n");
		_exit(EXIT_FAILURE_EXEC);
	}
	fprintf(stderr, "Your password has expired. Choose a new one, then "
	    "log in again.\n");
	become_plain(ses, program);
	execve(PASSWD_PROGRAM, argv, envp);
	perror(PASSWD_PROGRAM);
	_exit(EXIT_FAILURE_EXEC);
}

/* A pipe that holds text to its end; -1 when there is none. */
static int
pipe_with(const char *text)
{
	int fds[2];
	size_t len = strlen(text);

	if (pipe2(fds, O_CLOEXEC) == -1)
		return -1;
	/* an empty pipe takes that much at once */
	if (write(fds[1], text, len) != (ssize_t)len) {
		close(fds[0]);
		fds[0] = -1;
	}
	close(fds[1]);
	return fds[0];
}

static void
run_and_wait(char *const argv[], char *const envp[], const char *input)
{
	int in = input == NULL ? open("/dev/null", O_RDONLY | O_CLOEXEC) :
	    pipe_with(input);
	pid_t pid = fork();

	if (pid == 0) {
		if (in != -1)
			dup2(in, STDIN_FILENO);
		execve(argv[0], argv, envp);
		_exit(EXIT_FAILURE_EXEC);
	}
	if (in != -1)
		close(in);
	if (pid == -1)
		return;
	(void)reap_wait(pid);
}

/* The cookie of the client's display, for the programs of this one. */
static void
run_xauth(const struct session *ses, const struct x11 *x11,
    char *const envp[])
{
	char path[PATH_MAX], quiet[] = "-q", from_stdin[] = "-";
	char *argv[] = { path, quiet, from_stdin, NULL };
	char script[2 * X11_NAME_MAX + X11_PROTOCOL_MAX + X11_COOKIE_MAX + 32];

	if (!bytes_to_str(ses->grant.xauth_path, path, sizeof(path)))
		return;
	snprintf(script, sizeof(script), "remove %s\nadd %s %s %s\n",
	    x11->xauth_name, x11->xauth_name, x11->protocol, x11->cookie);
	run_and_wait(argv, envp, script);
}

/* The user's rc file, or else the system's, or else xauth. */
static void
run_rc(const struct session *ses, const struct program *program,
    char *const envp[])
{
	char sh[] = "/bin/sh", c[] = "-c", user_rc[] = "/bin/sh .ssh/rc",
	    system_rc[] = SYSTEM_RC_FILE;
	char *user_argv[] = { ses->shell, c, user_rc, NULL };
	char *system_argv[] = { sh, system_rc, NULL };
	char line[X11_PROTOCOL_MAX + X11_COOKIE_MAX + 3], *input = NULL;
	const struct x11 *x11 = &program->x11;
	struct stat st;

	if (x11->protocol != NULL) {
		snprintf(line, sizeof(line), "%s %s\n", x11->protocol,
		    x11->cookie);
		input = line;
	}
	if (program->kind != START_SUBSYSTEM &&
	    ses->grant.forced_by != FORCED_BY_CONFIG &&
	    grant_permits(ses, PERMIT_USER_RC) &&
	    exists_in_home(ses, ".ssh/rc"))
		run_and_wait(user_argv, envp, input);
	else if (stat(SYSTEM_RC_FILE, &st) == 0)
		run_and_wait(system_argv, envp, input);
	else if (x11->protocol != NULL)
		run_xauth(ses, x11, envp);
}

static void
go_home(const struct session *ses)
{
	if (chdir(ses->home) == -1 && ses->grant.chroot_dir.len == 0)
		fprintf(stderr, "Could not chdir to home directory %s: %s\n",
		    ses->home, strerror(errno));
}

static void
exec_shell(const struct session *ses, const struct program *program,
    char *const envp[])
{
	const char *slash = strrchr(ses->shell, '/');
	const char *name = slash == NULL ? ses->shell : slash + 1;
	char login_name[256], c[] = "-c";
	char *argv[4] = { NULL };

	snprintf(login_name, sizeof(login_name), "%s%.250s",
	    program->command == NULL ? "-" : "", name);
	argv[0] = login_name;
	if (program->command != NULL) {
		argv[1] = c;
		argv[2] = program->command;
	}
	execve(ses->shell, argv, envp);
	perror(ses->shell);
}

void
program_run_child(struct session *ses, struct program *program)
{
	struct env env;
	struct env_input input = {
		.grant = &ses->grant,
		.user = ses->user, .home = ses->home, .shell = ses->shell,
		.client = &program->client_env,
		.term = program->term,
		.display = program->x11.protocol == NULL ? NULL :
		    program->x11.display,
		.agent = agent_path(ses),
		.tunnels = ses->tunnels,
		.tty = program->pty.master == -1 ? NULL : program->pty.path,
		.original_command = program->original_command,
		.auth_file = ses->auth_file.path[0] == '\0' ? NULL :
		    ses->auth_file.path,
		.time_zone = getenv("TZ"),
	};

	ipc_leave_to_parent(&ses->monitor);	/* for lines of the log */
	greet(ses, program);
	change_password(ses, program);
	nologin_refuse(ses);
	refuse_without_session(ses);
	internal_sftp_refuse(ses, program);
	go_home(ses);
	env_build(&env, &input);
	if (env.failed) {
		fprintf(stderr, "out of memory\n");
		_exit(EXIT_FAILURE_EXEC);
	}
	become_plain(ses, program);
	run_rc(ses, program, env.v);
	if (program->relay != NULL)
		internal_sftp_run(ses, program, LOG_FD);
	exec_shell(ses, program, env.v);
	_exit(EXIT_FAILURE_EXEC);
}
