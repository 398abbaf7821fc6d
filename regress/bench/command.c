/* SPDX-License-Identifier: ISC */
/*
 * command - login shell, commands and echo server of the benchmark.
 *
 * Shapes:  as a shell: command -c "WORD [BYTES]"; by hand: command WORD ...
 *          WORD: true, source BYTES, sink, echo, wait, serve PORT AT_ONCE
 *          (echoes), feed PORT BYTES, drain PORT, opens PORT COUNT, store
 *          PATH (its input over a file).
 * Units:   processor time in nanoseconds, one number for each run, appended
 *          to CPU_FILE: what ran here is not the server's.
 * Errors:  exit status 1.
 * Owns:    nothing that outlives it.
 * Source:  none.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CPU_FILE	"/run/bench/command_ns"

static char buffer[1 << 16];

static uint64_t
cpu_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void
report(uint64_t start_ns)
{
	char line[32];
	int fd = open(CPU_FILE, O_WRONLY | O_APPEND | O_CLOEXEC);
	int len = snprintf(line, sizeof(line), "%llu\n",
	    (unsigned long long)(cpu_now_ns() - start_ns));

	if (fd == -1 || write(fd, line, (size_t)len) != len)
		_exit(1);
}

static int
put(int fd, const char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n <= 0)
			return 1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static int
run_source(int fd, unsigned long long left)
{
	while (left > 0) {
		size_t n = left < sizeof(buffer) ? (size_t)left
		    : sizeof(buffer);

		if (put(fd, buffer, n) != 0)
			return 1;
		left -= n;
	}
	return 0;
}

static int
run_copy(int in, int out)
{
	ssize_t n;

	while ((n = read(in, buffer, sizeof(buffer))) > 0)
		if (out != -1 && put(out, buffer, (size_t)n) != 0)
			return 1;
	return n == 0 ? 0 : 1;
}

static struct sockaddr_in
local(int port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

enum service { ECHO, FEED, DRAIN };

/* Each process serves one connection after another; says so when it listens. */
static int
run_serve(int port, enum service service, unsigned long long size,
    int at_once)
{
	struct sockaddr_in sa = local(port);
	int one = 1, s = socket(AF_INET, SOCK_STREAM, 0);

	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(s, (struct sockaddr *)&sa, sizeof(sa)) == -1 ||
	    listen(s, 64) == -1 || put(1, "ready\n", 6) != 0)
		return 1;
	while (--at_once > 0 && fork() != 0)
		;
	if (at_once > 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		int c = accept(s, NULL, NULL);

		if (c == -1)
			return 1;
		setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		if (service == FEED)
			run_source(c, size);
		else
			run_copy(c, service == ECHO ? c : -1);
		close(c);
	}
}

/* Connections, one after another: a byte there and back on each. */
static int
run_opens(int port, int count)
{
	struct sockaddr_in sa = local(port);
	int one = 1;

	for (; count > 0; count--) {
		int s = socket(AF_INET, SOCK_STREAM, 0);

		setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		if (connect(s, (struct sockaddr *)&sa, sizeof(sa)) == -1 ||
		    write(s, "x", 1) != 1 || read(s, buffer, 1) != 1)
			return 1;
		close(s);
	}
	return 0;
}

/* What an SFTP server does with uploads, without the rest. */
static int
run_store(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0666);
	off_t at = 0;
	ssize_t n;

	while ((n = read(0, buffer, sizeof(buffer))) > 0) {
		if (pwrite(fd, buffer, (size_t)n, at) != n)
			return 1;
		at += n;
	}
	return n == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	uint64_t start_ns = cpu_now_ns();
	char *word = argc > 1 ? argv[1] : "wait";
	char *number = argc > 2 ? argv[2] : NULL;
	int status = 1;

	if (argc > 2 && strcmp(argv[1], "-c") == 0) {
		word = strtok(argv[2], " ");
		number = strtok(NULL, " ");
	}
	if (strcmp(word, "true") == 0)
		status = 0;
	else if (strcmp(word, "source") == 0 && number != NULL)
		status = run_source(1, strtoull(number, NULL, 10));
	else if (strcmp(word, "sink") == 0)
		status = run_copy(0, -1);
	else if (strcmp(word, "echo") == 0)
		status = run_copy(0, 1);
	else if (strcmp(word, "wait") == 0)
		status = put(1, "ready\n", 6) != 0 || run_copy(0, -1);
	else if (strcmp(word, "serve") == 0 && argc > 3)
		status = run_serve(atoi(number), ECHO, 0, atoi(argv[3]));
	else if (strcmp(word, "drain") == 0 && number != NULL)
		status = run_serve(atoi(number), DRAIN, 0, 1);
	else if (strcmp(word, "feed") == 0 && argc > 3)
		status = run_serve(atoi(number), FEED,
		    strtoull(argv[3], NULL, 10), 1);
	else if (strcmp(word, "store") == 0 && number != NULL)
		status = run_store(number);
	else if (strcmp(word, "opens") == 0 && argc > 3)
		_exit(run_opens(atoi(number), atoi(argv[3])));
	report(start_ns);
	_exit(status);
}
