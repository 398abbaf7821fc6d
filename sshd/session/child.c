/* SPDX-License-Identifier: ISC */
/* The last steps before a user's program runs, in the forked child. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/fd.h"
#include "lib/base/log.h"
#include "sshd/session/program.h"

#define MOTD_FILE	"/etc/motd"
#define NOLOGIN_FILE	"/etc/nologin"
#define SYSTEM_RC_FILE	SYSCONFDIR "/sshrc"
#define PASSWD_PROGRAM	"/usr/bin/passwd"
#define EXIT_NOLOGIN	254
#define EXIT_FAILURE_EXEC 1

/* A process like any other: nothing of ours but 0, 1 and 2 is open. */
static void
become_plain(const struct session *ses)
{
	fd_close_from(3);
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
	if (program->last_login != NULL)
		fputs(program->last_login, stdout);
	fflush(stdout);
	if (grant_permits(ses, PERMIT_MOTD))
		copy_to(stdout, MOTD_FILE);
}

static void
refuse_if_nologin(const struct session *ses)
{
	struct stat st;

	if (ses->grant.uid == 0 || stat(NOLOGIN_FILE, &st) == -1)
		return;
	log_info("User %s not allowed because " NOLOGIN_FILE " exists",
	    ses->user);
	copy_to(stderr, NOLOGIN_FILE);
	_exit(EXIT_NOLOGIN);
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
	become_plain(ses);
	execve(PASSWD_PROGRAM, argv, envp);
	perror(PASSWD_PROGRAM);
	_exit(EXIT_FAILURE_EXEC);
}

static void
run_and_wait(char *const argv[], char *const envp[])
{
	pid_t pid = fork();
	int null_fd;

	if (pid == -1)
		return;
	if (pid == 0) {
		if ((null_fd = open("/dev/null", O_RDONLY)) != -1)
			dup2(null_fd, STDIN_FILENO);
		execve(argv[0], argv, envp);
		_exit(EXIT_FAILURE_EXEC);
	}
	while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		;
}

/* The user's rc file, or else the system's. */
static void
run_rc(const struct session *ses, const struct program *program,
    char *const envp[])
{
	char sh[] = "/bin/sh", c[] = "-c", user_rc[] = "/bin/sh .ssh/rc",
	    system_rc[] = SYSTEM_RC_FILE;
	char *user_argv[] = { ses->shell, c, user_rc, NULL };
	char *system_argv[] = { sh, system_rc, NULL };
	struct stat st;

	if (program->kind != START_SUBSYSTEM &&
	    ses->grant.forced_by != FORCED_BY_CONFIG &&
	    grant_permits(ses, PERMIT_USER_RC) &&
	    exists_in_home(ses, ".ssh/rc"))
		run_and_wait(user_argv, envp);
	else if (stat(SYSTEM_RC_FILE, &st) == 0)
		run_and_wait(system_argv, envp);
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
		.tty = program->pty.master == -1 ? NULL : program->pty.path,
		.original_command = program->original_command,
		.time_zone = getenv("TZ"),
	};

	greet(ses, program);
	change_password(ses, program);
	refuse_if_nologin(ses);
	go_home(ses);
	env_build(&env, &input);
	if (env.failed) {
		fprintf(stderr, "out of memory\n");
		_exit(EXIT_FAILURE_EXEC);
	}
	become_plain(ses);
	run_rc(ses, program, env.v);
	exec_shell(ses, program, env.v);
	_exit(EXIT_FAILURE_EXEC);
}
