/* SPDX-License-Identifier: ISC */
#include "sshd/listener/handover.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/fd.h"
#include "sshd/listener/monitors.h"

#define STATE_VARIABLE	"POSTERN_LISTENER_STATE"
#define STATE_MAX	(4 << 20)	/* 100 bytes for each session */
#define STATE_SEALS	(F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)
#define STATE_HEADER	"postern-listener %ld\n"	/* pid */

extern char **environ;

/*
 * Anyone may set a variable before starting us; a sealed file that names our
 * own pid can only come from the program that we were.
 */
int
handover_find(void)
{
	const char *value = getenv(STATE_VARIABLE);
	char head[64] = { 0 }, want[64];
	int fd, seals;

	if (value == NULL)
		return -1;
	fd = (int)strtol(value, NULL, 10);
	unsetenv(STATE_VARIABLE);
	seals = fd <= STDERR_FILENO ? -1 : fcntl(fd, F_GET_SEALS);
	if (seals == -1 || (seals & STATE_SEALS) != STATE_SEALS)
		return -1;
	snprintf(want, sizeof(want), STATE_HEADER, (long)getpid());
	if (pread(fd, head, sizeof(head) - 1, 0) == -1 ||
	    strncmp(head, want, strlen(want)) != 0)
		return -1;
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

static const char *
word(const char *s)
{
	return *s == '\0' ? "-" : s;
}

static const char *
unword(const char *s)
{
	return strcmp(s, "-") == 0 ? "" : s;
}

static void
write_state(const struct listener *listener, FILE *out)
{
	fprintf(out, STATE_HEADER, (long)getpid());
	fprintf(out, "accepted %llu\n",
	    (unsigned long long)listener->accepted);
	fprintf(out, "oom %s\n", word(listener->spawner.oom_score_adj));
	fprintf(out, "directory %s\n", listener->start_dir);
	fprintf(out, "pidfile %s\n", word(listener->pid_file));
	for (size_t i = 0; i < listener->sockets.count; i++) {
		const struct listen_socket *s = listener->sockets.v[i];

		fprintf(out, "socket %d %s\n", s->fd, word(s->rdomain));
	}
	for (size_t i = 0; i < CHILDREN_BUCKETS; i++) {
		for (const struct child *child =
		    listener->children.buckets[i]; child != NULL;
		    child = child->next)
			fprintf(out, "child %d %d %d %s %s %u %lld\n",
			    (int)child->pid, (int)child->state,
			    child->ipc.fd, word(child->remote),
			    word(child->local), child->window_growth,
			    (long long)child->grace_ends_ms);
	}
}

static bool
save_state(const struct listener *listener, int *fd, struct err *err)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	bool ok;

	if (out == NULL)
		return err_set(err, ERR_NOMEM, "listener state");
	write_state(listener, out);
	if (fclose(out) == EOF) {
		free(text);
		return err_set(err, ERR_NOMEM, "listener state");
	}
	ok = fd_seal_bytes("listener-state", bytes_of(text, len), fd, err);
	free(text);
	return ok;
}

/* Everything that the state names, with or without FD_CLOEXEC. */
static void
set_inherited(const struct listener *listener, bool inherited)
{
	int flags = inherited ? 0 : FD_CLOEXEC;

	for (size_t i = 0; i < listener->sockets.count; i++)
		(void)fcntl(listener->sockets.v[i]->fd, F_SETFD, flags);
	for (size_t i = 0; i < CHILDREN_BUCKETS; i++) {
		for (const struct child *child =
		    listener->children.buckets[i]; child != NULL;
		    child = child->next) {
			if (child->ipc.fd != -1)
				(void)fcntl(child->ipc.fd, F_SETFD, flags);
		}
	}
}

bool
handover_exec(struct listener *listener, int binary_fd, struct err *err)
{
	char value[16];
	int fd;

	if (!save_state(listener, &fd, err))
		return false;
	snprintf(value, sizeof(value), "%d", fd);
	if (setenv(STATE_VARIABLE, value, 1) == -1) {
		close(fd);
		return err_set(err, ERR_NOMEM, "environment");
	}
	(void)fcntl(fd, F_SETFD, 0);
	set_inherited(listener, true);
	execveat(binary_fd, "", listener->argv, environ, AT_EMPTY_PATH);
	err_sys(err, "execveat");
	set_inherited(listener, false);
	unsetenv(STATE_VARIABLE);
	close(fd);
	return false;
}

/* What the program of before did not know of its children is 0. */
static bool
restore_child(struct listener *listener, const char *line, struct err *err)
{
	char remote[64], local[64];
	unsigned window_growth = 0;
	long long grace_ends_ms = 0;
	int pid, state, fd;
	struct ipc ipc;
	struct child *child;

	if (sscanf(line, "child %d %d %d %63s %63s %u %lld", &pid, &state, &fd,
	    remote, local, &window_growth, &grace_ends_ms) < 5)
		return err_set(err, ERR_FORMAT, "line about a child");
	if (state < 0 || state > CHILD_LOGGED_IN)
		return err_set(err, ERR_RANGE, "state of a child");
	ipc_init(&ipc, fd, MONITOR_TO_LISTENER);
	if ((child = children_add(&listener->children, pid, &ipc)) == NULL)
		return err_set(err, ERR_NOMEM, "child");
	children_set_state(&listener->children, child,
	    (enum child_state)state);
	child_set_addresses(child, unword(remote), unword(local));
	child->window_growth = window_growth;
	listener->children.window_growth += window_growth;
	child->grace_ends_ms = grace_ends_ms;
	/* idle ones were sent away before the handover */
	child->discarded = state == CHILD_STARTING || state == CHILD_WARM;
	return fd == -1 || monitors_watch(listener, child, err);
}

static bool
restore_line(struct listener *listener, const char *line, struct err *err)
{
	char path[PATH_MAX], a[64], b[64];
	unsigned long long number;
	int fd;

	if (sscanf(line, "accepted %llu", &number) == 1)
		listener->accepted = number;
	else if (sscanf(line, "oom %15s", a) == 1)
		snprintf(listener->spawner.oom_score_adj,
		    sizeof(listener->spawner.oom_score_adj), "%.15s",
		    unword(a));
	else if (sscanf(line, "directory %4095[^\n]", path) == 1)
		memcpy(listener->start_dir, path, strlen(path) + 1);
	else if (sscanf(line, "pidfile %4095[^\n]", path) == 1)
		snprintf(listener->pid_file, sizeof(listener->pid_file), "%s",
		    unword(path));
	else if (sscanf(line, "socket %d %63s", &fd, b) == 2)
		return sockets_adopt(&listener->sockets, fd, unword(b), err);
	else if (strncmp(line, "child ", 6) == 0)
		return restore_child(listener, line, err);
	return true;
}

bool
handover_restore(struct listener *listener, int fd, struct err *err)
{
	uint8_t *text = NULL;
	char *line, *rest;
	size_t len;
	bool ok;

	/* the offset is where the old program stopped writing */
	ok = lseek(fd, 0, SEEK_SET) == 0 || err_sys(err, "lseek");
	ok = ok && fd_read_file(fd, STATE_MAX, &text, &len, err);
	close(fd);
	rest = (char *)text;
	while (ok && (line = strsep(&rest, "\n")) != NULL)
		ok = restore_line(listener, line, err);
	set_inherited(listener, false);
	free(text);
	return ok;
}
