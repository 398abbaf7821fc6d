/* SPDX-License-Identifier: ISC */
#include "sshd/session/race.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

void
race_order(struct sockaddr_storage *addresses, size_t count)
{
	struct sockaddr_storage moved;

	for (size_t i = 1; i < count; i++) {
		size_t other = i;

		while (other < count && addresses[other].ss_family ==
		    addresses[i - 1].ss_family)
			other++;
		if (other == count)
			return;
		moved = addresses[other];
		memmove(&addresses[i + 1], &addresses[i],
		    (other - i) * sizeof(moved));
		addresses[i] = moved;
	}
}

bool
race_reserve(struct race *race, size_t count)
{
	struct sockaddr_storage *addresses = reallocarray(race->addresses,
	    count, sizeof(*addresses));

	if (addresses == NULL)
		return false;
	race->addresses = addresses;
	return true;
}

static void
attempt_close(struct race_attempt *attempt)
{
	if (attempt->fd == -1)
		return;
	loop_unwatch(attempt->race->loop, &attempt->watch);
	close(attempt->fd);
	attempt->fd = -1;
	attempt->race->running--;
}

void
race_clear(struct race *race)
{
	for (size_t i = 0; i < race->tried; i++)
		attempt_close(&race->attempts[i]);
	if (race->loop != NULL)
		loop_timer_stop(race->loop, &race->timer);
	free(race->attempts);
	free(race->addresses);
	race->attempts = NULL;
	race->addresses = NULL;
	race->address_count = race->tried = 0;
}

static void
finish(struct race *race, int fd)
{
	race_clear(race);
	race->done(race->arg, fd, race->last_errno);
}

/* The socket goes to net: it must not stay in our epoll set. */
static void
attempt_won(struct race_attempt *attempt)
{
	struct race *race = attempt->race;
	int fd = attempt->fd;

	loop_unwatch(race->loop, &attempt->watch);
	attempt->fd = -1;
	race->running--;
	finish(race, fd);
}

static void try_next(void *arg);

static void
attempt_event(void *arg, uint32_t events)
{
	struct race_attempt *attempt = arg;
	struct race *race = attempt->race;
	socklen_t len = sizeof(int);
	int error = 0;

	(void)events;
	if (getsockopt(attempt->fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		error = errno;
	if (error == 0) {
		attempt_won(attempt);
		return;
	}
	race->last_errno = error;
	attempt_close(attempt);
	try_next(race);
}

static socklen_t
address_len(const struct sockaddr_storage *address)
{
	switch (address->ss_family) {
	case AF_INET:
		return sizeof(struct sockaddr_in);
	case AF_INET6:
		return sizeof(struct sockaddr_in6);
	case AF_UNIX:
		return sizeof(struct sockaddr_un);
	}
	return 0;
}

/*
 * 0: connected, EALREADY: it takes a while, else what went wrong. Asked again,
 * the kernel tells of a near host that has answered meanwhile.
 */
static int
begin_connect(int fd, const struct sockaddr_storage *address)
{
	const struct sockaddr *sa = (const struct sockaddr *)address;

	if (connect(fd, sa, address_len(address)) == 0 ||
	    (errno == EINPROGRESS &&
	    connect(fd, sa, address_len(address)) == 0))
		return 0;
	return errno;
}

enum attempt_result {
	ATTEMPT_FAILED,
	ATTEMPT_RUNS,
	ATTEMPT_WON,
};

static enum attempt_result
try_address(struct race *race, struct race_attempt *attempt,
    const struct sockaddr_storage *address)
{
	int one = 1, why, fd = socket(address->ss_family, SOCK_STREAM |
	    SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct err err;

	*attempt = (struct race_attempt){ .race = race, .fd = fd };
	if (fd == -1) {
		race->last_errno = errno;
		return ATTEMPT_FAILED;
	}
	race->running++;
	if (address->ss_family != AF_UNIX)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one,
		    sizeof(one));
	if ((why = begin_connect(fd, address)) == 0)
		return ATTEMPT_WON;
	if (why == EALREADY && loop_watch(race->loop, &attempt->watch, fd,
	    EPOLLOUT, attempt_event, attempt, &err))
		return ATTEMPT_RUNS;
	race->last_errno = why;
	attempt_close(attempt);
	return ATTEMPT_FAILED;
}

static void
try_next(void *arg)
{
	struct race *race = arg;

	while (race->tried < race->address_count) {
		size_t i = race->tried++;
		enum attempt_result result = try_address(race,
		    &race->attempts[i], &race->addresses[i]);

		if (result == ATTEMPT_WON) {
			attempt_won(&race->attempts[i]);
			return;
		}
		if (result == ATTEMPT_FAILED)
			continue;
		if (race->tried < race->address_count)
			loop_timer_set(race->loop, &race->timer,
			    RACE_DELAY_MS, try_next, race);
		return;
	}
	loop_timer_stop(race->loop, &race->timer);
	if (race->running == 0)
		finish(race, -1);
}

void
race_start(struct race *race, struct loop *loop, race_fn *done, void *arg)
{
	race->loop = loop;
	race->done = done;
	race->arg = arg;
	race->last_errno = EADDRNOTAVAIL;
	race->attempts = calloc(race->address_count, sizeof(*race->attempts));
	if (race->attempts == NULL) {
		race->last_errno = ENOMEM;
		race->address_count = 0;
	}
	race_order(race->addresses, race->address_count);
	try_next(race);
}
