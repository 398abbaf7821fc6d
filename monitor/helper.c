/* SPDX-License-Identifier: ISC */
#include "monitor/helper.h"

#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/param.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/fd.h"
#include "lib/base/limits.h"
#include "lib/base/reap.h"

#define OUTPUT_FIRST	16384	/* of most programs: a key or two */
#define ENV_MAX		6

/* ---- the environment ---------------------------------------------------- */

static MUST_CHECK bool
make_environment(const struct user *account, struct string_list *env,
    struct err *err)
{
	const char *lang = getenv("LANG");
	const struct {
		const char *name, *value;
	} rows[] = {
		{ "PATH", "/usr/bin:/bin:/usr/sbin:/sbin" },
		{ "USER", account->name },
		{ "LOGNAME", account->name },
		{ "HOME", account->home },
		{ "LANG", lang },
	};
	char pair[PATH_MAX + 16];

	*env = (struct string_list){ 0 };
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (rows[i].value == NULL)
			continue;
		snprintf(pair, sizeof(pair), "%s=%s", rows[i].name,
		    rows[i].value);
		if (!string_list_add(env, bytes_str(pair), ENV_MAX, err)) {
			string_list_clear(env);
			return false;
		}
	}
	return true;
}

/* The pointers as execve() wants them. */
static char **
terminated(const struct string_list *list)
{
	char **v = calloc(list->count + 1, sizeof(*v));

	for (size_t i = 0; v != NULL && i < list->count; i++)
		v[i] = list->v[i];
	return v;
}

/* ---- the child ---------------------------------------------------------- */

static bool
take_streams(int output)
{
	int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	return null_fd != -1 && dup2(null_fd, STDIN_FILENO) != -1 &&
	    dup2(output, STDOUT_FILENO) != -1;
}

static NORETURN void
become_program(const struct helper *helper, char **argv, char **env,
    pid_t parent, int output, int failure)
{
	sigset_t none;
	int reason;

	sigemptyset(&none);
	for (int i = 1; i < NSIG; i++)
		(void)signal(i, SIG_DFL);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	/* a change of ids takes the wish to die with us back: after it */
	if (setsid() != -1 && take_streams(output) &&
	    user_become(helper->account) &&
	    prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent)
		execve(argv[0], argv, env);
	reason = errno == 0 ? ESRCH : errno;
	if (write(failure, &reason, sizeof(reason)) == -1)
		_exit(126);
	_exit(127);
}

/* ---- this side ---------------------------------------------------------- */

struct running {
	pid_t pid;
	int pid_fd, output;
	int64_t deadline_ms;
};

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The errno of the step that failed; 0: the program runs. */
static int
start_reason(int fd)
{
	int reason = 0;
	ssize_t n;

	do
		n = read(fd, &reason, sizeof(reason));
	while (n == -1 && errno == EINTR);
	return n == (ssize_t)sizeof(reason) ? reason : 0;
}

static MUST_CHECK bool
start_with(const struct helper *helper, char **argv, char **env,
    struct running *running, struct err *err)
{
	int output[2] = { -1, -1 }, failure[2] = { -1, -1 }, reason;
	pid_t parent = getpid();
	bool ok = false;

	if (pipe2(output, O_CLOEXEC) == -1 ||
	    pipe2(failure, O_CLOEXEC) == -1) {
		err_sys(err, "pipe");
		goto out;
	}
	running->deadline_ms = now_ms() + helper->time_limit_ms;
	if ((running->pid = fork()) == 0)
		become_program(helper, argv, env, parent, output[1],
		    failure[1]);
	if (running->pid == -1) {
		err_sys(err, "fork");
		goto out;
	}
	close(failure[1]);
	failure[1] = -1;
	if ((reason = start_reason(failure[0])) != 0) {
		(void)reap_wait(running->pid);
		errno = reason;
		err_sys(err, "start");
		goto out;
	}
	running->pid_fd = pidfd_open(running->pid, 0);
	if (running->pid_fd == -1 || !fd_set_nonblock(output[0], true, err)) {
		err_sys(err, "pidfd_open");
		(void)kill(-running->pid, SIGKILL);
		(void)reap_wait(running->pid);
		goto out;
	}
	running->output = output[0];
	output[0] = -1;
	ok = true;
 out:
	for (size_t i = 0; i < 2; i++) {
		if (output[i] != -1)
			close(output[i]);
		if (failure[i] != -1)
			close(failure[i]);
	}
	return ok;
}

static MUST_CHECK bool
start(const struct helper *helper, struct running *running, struct err *err)
{
	struct string_list environment;
	char **argv = NULL, **env = NULL;
	bool ok = false;

	if (!make_environment(helper->account, &environment, err))
		return false;
	argv = terminated(helper->words);
	env = terminated(&environment);
	if (argv == NULL || env == NULL)
		err_set(err, ERR_NOMEM, "command");
	else
		ok = start_with(helper, argv, env, running, err);
	free(argv);
	free(env);
	string_list_clear(&environment);
	return ok;
}

/* Room for one byte more than may be used, to see that there is more. */
static bool
make_room(struct helper_result *result, size_t *cap, size_t max)
{
	size_t want = *cap == 0 ? OUTPUT_FIRST : MIN(*cap * 2, max + 1);
	uint8_t *larger;

	if (result->output_len < *cap)
		return true;
	if ((larger = realloc(result->output, want)) == NULL)
		return false;
	result->output = larger;
	*cap = want;
	return true;
}

/* Takes what waits. *open: more may come. False when it is too much. */
static bool
drain(int fd, size_t max, struct helper_result *result, size_t *cap,
    bool *open)
{
	for (;;) {
		ssize_t n;

		if (!make_room(result, cap, max))
			return false;
		n = read(fd, result->output + result->output_len,
		    *cap - result->output_len);
		if (n == -1 && errno == EINTR)
			continue;
		*open = n == -1 && errno == EAGAIN;
		if (n <= 0)
			return true;
		result->output_len += (size_t)n;
		if (result->output_len > max)
			return false;
	}
}

/*
 * Until the program has ended. What it leaves behind in the background may
 * hold the pipe open for ever: nobody waits for that.
 */
static enum helper_end
follow(const struct helper *helper, const struct running *running,
    struct helper_result *result)
{
	struct pollfd fds[] = {
		{ .fd = running->output, .events = POLLIN },
		{ .fd = running->pid_fd, .events = POLLIN },
		{ .fd = helper->client_fd, .events = POLLIN },
	};
	enum helper_end too_late = HELPER_TOO_LATE;
	int64_t deadline_ms = running->deadline_ms;
	size_t cap = 0;
	bool open = true;

	for (;;) {
		int64_t left_ms = deadline_ms - now_ms();

		if (left_ms <= 0)
			return too_late;
		if (poll(fds, ARRAY_LEN(fds), (int)left_ms) <= 0)
			continue;
		if (!drain(running->output, helper->output_max, result, &cap,
		    &open))
			return HELPER_TOO_MUCH;
		if (fds[1].revents != 0)
			return HELPER_ENDED;
		if (!open)
			fds[0].fd = -1;
		if (fds[2].revents == 0)
			continue;
		fds[2].fd = -1;
		if (now_ms() + CLIENT_LEFT_MS < deadline_ms) {
			deadline_ms = now_ms() + CLIENT_LEFT_MS;
			too_late = HELPER_NOBODY_WAITS;
		}
	}
}

bool
helper_run(const struct helper *helper, struct helper_result *result,
    struct err *err)
{
	struct running running;

	*result = (struct helper_result){ 0 };
	if (!start(helper, &running, err))
		return false;
	result->end = follow(helper, &running, result);
	if (result->end != HELPER_ENDED)
		(void)kill(-running.pid, SIGKILL);
	result->status = reap_wait(running.pid);
	close(running.output);
	close(running.pid_fd);
	return true;
}
