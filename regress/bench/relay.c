/* SPDX-License-Identifier: ISC */
/*
 * relay - a long path: bytes leave it DELAY after they came, both ways.
 *
 * Shapes:  relay PORT TARGET DELAY; one connection from PORT on loopback to
 *          TARGET on loopback, then the end. Prints "ready".
 * Units:   milliseconds.
 * Errors:  exit status 1.
 * Owns:    nothing that outlives it.
 * Source:  none.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define RING_SIZE	(128u << 20)	/* 1.3 GB/s at 100 ms */
#define READ_SIZE	(256u << 10)
#define MARKS		65536

struct way {
	int from, to;
	uint8_t *ring;
	uint64_t in, due, out;		/* bytes so far */
	struct { uint64_t end; int64_t at_ms; } marks[MARKS];
	unsigned first, last;		/* of marks, running */
	bool ended, passed_on;		/* end of the stream */
};

static struct way ways[2];

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool
may_read(const struct way *way)
{
	return !way->ended && RING_SIZE - (way->in - way->out) >= READ_SIZE &&
	    way->last - way->first < MARKS;
}

static bool
take_in(struct way *way, int delay_ms)
{
	size_t at = way->in % RING_SIZE, room = RING_SIZE - at;
	ssize_t n = read(way->from, way->ring + at,
	    room < READ_SIZE ? room : READ_SIZE);

	if (n == -1)
		return errno == EAGAIN;
	way->ended = n == 0;
	way->in += (uint64_t)n;
	way->marks[way->last % MARKS].end = way->in;
	way->marks[way->last++ % MARKS].at_ms = now_ms() + delay_ms;
	return true;
}

static bool
let_out(struct way *way)
{
	int64_t now = now_ms();
	size_t at = way->out % RING_SIZE, len;
	ssize_t n;

	while (way->first != way->last &&
	    way->marks[way->first % MARKS].at_ms <= now)
		way->due = way->marks[way->first++ % MARKS].end;
	len = way->due - way->out;
	if (len > RING_SIZE - at)
		len = RING_SIZE - at;
	if (len != 0) {
		n = write(way->to, way->ring + at, len);
		if (n == -1)
			return errno == EAGAIN;
		way->out += (uint64_t)n;
	}
	if (way->ended && way->first == way->last && way->out == way->in &&
	    !way->passed_on) {
		way->passed_on = true;
		shutdown(way->to, SHUT_WR);
	}
	return true;
}

static int
wait_ms(const struct way *way)
{
	int64_t left;

	if (way->first == way->last)
		return 1000;
	left = way->marks[way->first % MARKS].at_ms - now_ms();
	return left < 0 ? 0 : (int)left;
}

static int
run(int delay_ms)
{
	while (!ways[0].passed_on || !ways[1].passed_on) {
		struct pollfd fds[2];
		int timeout = wait_ms(&ways[0]), other = wait_ms(&ways[1]);

		for (int i = 0; i < 2; i++) {
			const struct way *back = &ways[1 - i];

			fds[i] = (struct pollfd){ .fd = ways[i].from };
			if (may_read(&ways[i]))
				fds[i].events |= POLLIN;
			if (back->due != back->out)
				fds[i].events |= POLLOUT;
			if (fds[i].events == 0)
				fds[i].fd = -1;
		}
		poll(fds, 2, other < timeout ? other : timeout);
		for (int i = 0; i < 2; i++) {
			if ((fds[i].revents & (POLLIN | POLLHUP | POLLERR)) !=
			    0 && may_read(&ways[i]) &&
			    !take_in(&ways[i], delay_ms))
				return 1;
			if (!let_out(&ways[i]))
				return 1;
		}
	}
	return 0;
}

static struct sockaddr_in
loopback(const char *port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(port)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

int
main(int argc, char **argv)
{
	struct sockaddr_in here, there;
	int one = 1, s, near, far;

	if (argc != 4)
		return 1;
	/* memory that a virtual machine gets first is not the path's delay */
	for (int i = 0; i < 2; i++) {
		ways[i].ring = mmap(NULL, RING_SIZE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
		if (ways[i].ring == MAP_FAILED)
			return 1;
	}
	here = loopback(argv[1]);
	there = loopback(argv[2]);
	s = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(s, (struct sockaddr *)&here, sizeof(here)) == -1 ||
	    listen(s, 1) == -1 || write(1, "ready\n", 6) != 6 ||
	    (near = accept4(s, NULL, NULL, SOCK_NONBLOCK)) == -1)
		return 1;
	far = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(far, (struct sockaddr *)&there, sizeof(there)) == -1)
		return 1;
	if (fcntl(far, F_SETFL, O_NONBLOCK) == -1)
		return 1;
	setsockopt(near, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(far, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	ways[0].from = ways[1].to = near;
	ways[0].to = ways[1].from = far;
	return run(atoi(argv[3]));
}
