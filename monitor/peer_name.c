/* SPDX-License-Identifier: ISC */
#include "monitor/peer_name.h"

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/cidr.h"
#include "lib/base/log.h"
#include "monitor/errand.h"

#define TIME_LIMIT_MS	20000	/* a resolver asks two servers, twice each */

enum finding { FOUND, NOT_NAMED, NASTY, NOT_FORWARD, OTHER_ADDRESS };

struct answer {
	enum finding finding;
	char name[PEER_NAME_MAX];
};

bool
peer_name_clean(char *name)
{
	size_t len = strlen(name);

	if (len != 0 && name[len - 1] == '.')
		name[--len] = '\0';
	if (len == 0 || name[0] == '-' || name[0] == '.')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (name[i] >= 'A' && name[i] <= 'Z')
			name[i] = (char)(name[i] - 'A' + 'a');
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789.-_",
		    name[i]) == NULL)
			return false;
	}
	return true;
}

/* ---- in the child -------------------------------------------------------- */

/* NULL: name is none, or memory is out. */
static struct addrinfo *
parse_address(const char *name)
{
	const struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST,
	};
	struct addrinfo *list;

	return getaddrinfo(name, NULL, &hints, &list) == 0 ? list : NULL;
}

static bool
is_address(const char *name)
{
	struct addrinfo *list = parse_address(name);

	if (list == NULL)
		return false;
	freeaddrinfo(list);
	return true;
}

static bool
same_address(const struct addrinfo *a, const struct addrinfo *b)
{
	const struct sockaddr_in *a4 = (const void *)a->ai_addr;
	const struct sockaddr_in *b4 = (const void *)b->ai_addr;
	const struct sockaddr_in6 *a6 = (const void *)a->ai_addr;
	const struct sockaddr_in6 *b6 = (const void *)b->ai_addr;

	if (a->ai_family != b->ai_family)
		return false;
	return a->ai_family == AF_INET ?
	    a4->sin_addr.s_addr == b4->sin_addr.s_addr :
	    IN6_ARE_ADDR_EQUAL(&a6->sin6_addr, &b6->sin6_addr);
}

static enum finding
look_forward(const struct addrinfo *address, const char *name)
{
	const struct addrinfo hints = {
		.ai_family = address->ai_family, .ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *list;
	enum finding finding = OTHER_ADDRESS;

	if (getaddrinfo(name, NULL, &hints, &list) != 0)
		return NOT_FORWARD;
	for (const struct addrinfo *ai = list; ai != NULL; ai = ai->ai_next) {
		if (same_address(address, ai))
			finding = FOUND;
	}
	freeaddrinfo(list);
	return finding;
}

static enum finding
look_up(const struct addrinfo *address, char name[static PEER_NAME_MAX])
{
	if (getnameinfo(address->ai_addr, address->ai_addrlen, name,
	    PEER_NAME_MAX, NULL, 0, NI_NAMEREQD) != 0)
		return NOT_NAMED;
	if (is_address(name) || !peer_name_clean(name))
		return NASTY;
	return look_forward(address, name);
}

static bool
tell_name(const void *arg, int out)
{
	struct answer answer = { .finding = NOT_NAMED };
	const struct peer *peer = arg;
	struct addrinfo *address = parse_address(peer->address);

	if (address != NULL) {
		answer.finding = look_up(address, answer.name);
		freeaddrinfo(address);
	}
	return write(out, &answer, sizeof(answer)) == (ssize_t)sizeof(answer);
}

/* ---- this side ----------------------------------------------------------- */

/* One write() of so little is read whole. */
static bool
wait_for_answer(int fd, int client_fd, struct answer *answer)
{
	struct pollfd fds[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = client_fd, .events = POLLIN },
	};
	int ready;

	while ((ready = poll(fds, ARRAY_LEN(fds), TIME_LIMIT_MS)) == -1 &&
	    errno == EINTR)
		continue;
	return ready > 0 && fds[0].revents != 0 &&
	    read(fd, answer, sizeof(*answer)) == (ssize_t)sizeof(*answer);
}

static bool
ask(const struct peer *peer, int client_fd, struct answer *answer)
{
	struct errand errand;
	struct err err;
	bool ok;

	if (!errand_start(&errand, tell_name, peer, &err))
		return false;
	ok = wait_for_answer(errand.answer, client_fd, answer);
	/* one that has answered, or may still wait for a server */
	(void)errand_end(&errand);
	return ok;
}

void
peer_name_find(struct peer *peer, int client_fd)
{
	struct answer answer = { .finding = NOT_NAMED };
	struct log_safe name;

	if (ip_text_of(peer->address).ip.family == 0)
		return;
	if (!ask(peer, client_fd, &answer)) {
		log_info("no answer about the name of %s", peer->address);
		return;
	}
	name = log_safe(bytes_str(answer.name));
	switch (answer.finding) {
	case FOUND:
		memcpy(peer->name, answer.name, sizeof(peer->name));
		break;
	case NASTY:
		log_info("Nasty PTR record \"%s\" is set up for %s, ignoring",
		    name.s, peer->address);
		break;
	case NOT_FORWARD:
		log_info("reverse mapping checking getaddrinfo for %s [%s] "
		    "failed.", name.s, peer->address);
		break;
	case OTHER_ADDRESS:
		log_info("Address %s maps to %s, but this does not map back "
		    "to the address.", peer->address, name.s);
		break;
	case NOT_NAMED:
		break;
	}
}
