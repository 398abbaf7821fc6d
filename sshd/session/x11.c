/* SPDX-License-Identifier: ISC */
#include "sshd/session/x11.h"

#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "sshd/session/forward.h"
#include "sshd/session/listening.h"

#define X11_BASE_PORT	6000	/* X(7): display N listens on 6000 + N */
#define X11_DISPLAYS	1000	/* looked at, from X11DisplayOffset on */
#define X11_PORT_MAX	65535

bool
x11_text_is_safe(struct bytes text)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:/_-";

	for (size_t i = 0; i < text.len; i++) {
		if (memchr(safe, text.p[i], sizeof(safe) - 1) == NULL)
			return false;
	}
	return text.len != 0;
}

static socklen_t
fill_address(struct sockaddr_storage *address, int family, bool is_local,
    uint32_t port)
{
	struct sockaddr_in *in = (struct sockaddr_in *)address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)address;

	memset(address, 0, sizeof(*address));
	address->ss_family = (sa_family_t)family;
	if (family == AF_INET) {
		in->sin_port = htons((uint16_t)port);
		in->sin_addr.s_addr = htonl(is_local ? INADDR_LOOPBACK :
		    INADDR_ANY);
		return sizeof(*in);
	}
	in6->sin6_port = htons((uint16_t)port);
	in6->sin6_addr = is_local ? in6addr_loopback : in6addr_any;
	return sizeof(*in6);
}

/*
 * Somebody who has the display on one family would get what is meant for us
 * on the other: all that the host has, or none.
 */
static bool
listen_on(struct session *ses, struct listening *l)
{
	static const int families[] = { AF_INET, AF_INET6 };
	int wanted = (int)ses->grant.address_family;
	bool is_local = !grant_permits(ses, PERMIT_X11_REMOTE);
	struct sockaddr_storage address;

	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		socklen_t len = fill_address(&address, families[i], is_local,
		    l->port);

		if (wanted != AF_UNSPEC && wanted != families[i])
			continue;
		if (!listening_add(l, (struct sockaddr *)&address, len) &&
		    errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL)
			return false;
	}
	return l->socket_count != 0;
}

/* The first display that nobody has. */
static struct listening *
find_display(struct session *ses, uint32_t *display)
{
	uint32_t first = ses->grant.x11_display_offset;
	struct listening *l;
	int why;

	for (uint32_t i = 0; i < X11_DISPLAYS && first + i <= X11_PORT_MAX -
	    X11_BASE_PORT; i++) {
		l = listening_new(ses, (struct bytes){ 0 }, ACCEPTED_X11);
		if (l == NULL)
			return NULL;
		l->port = X11_BASE_PORT + first + i;
		if (listen_on(ses, l)) {
			*display = first + i;
			return l;
		}
		why = errno;
		listening_free(l);
		errno = why;
		if (why != EADDRINUSE)
			return NULL;
	}
	return NULL;
}

/* With localhost xauth(1) wants to hear of the host's own display. */
static void
fill_names(const struct session *ses, struct x11 *x11, uint32_t display,
    uint32_t screen)
{
	char host[HOST_NAME_MAX + 1] = "";
	bool is_local = !grant_permits(ses, PERMIT_X11_REMOTE);

	if (!is_local)
		(void)gethostname(host, sizeof(host) - 1);
	snprintf(x11->display, sizeof(x11->display), "%s:%u.%u",
	    is_local ? "localhost" : host, display, screen);
	snprintf(x11->xauth_name, sizeof(x11->xauth_name), "%s:%u.%u",
	    is_local ? "unix" : host, display, screen);
}

static bool
is_possible(struct session *ses, const struct ipc_SES_X11 *m)
{
	const struct forward_rules rules = {
		.permit = PERMIT_X11, .by_key = X11_FORBIDDEN_BY_KEY,
		.keyword = "X11Forwarding",
	};
	const struct bytes none = { 0 };
	const char *rule = forward_refused_by(ses, &rules, none, 0);
	char xauth[PATH_MAX];

	if (rule != NULL) {
		forward_log_refused(ses, "x11", none, 0, rule);
		if (grant_permits(ses, X11_FORBIDDEN_BY_KEY))
			session_remark(ses, REMARK_X11_BY_KEY);
		return false;
	}
	if (!x11_text_is_safe(m->protocol) || !x11_text_is_safe(m->cookie)) {
		log_error("Invalid X11 forwarding data");
		return false;
	}
	if (!bytes_to_str(ses->grant.xauth_path, xauth, sizeof(xauth)) ||
	    access(xauth, X_OK) == -1) {
		log_info("X11 is not forwarded: XAuthLocation %s: %s", xauth,
		    strerror(errno));
		session_remark(ses, REMARK_NO_XAUTH);
		return false;
	}
	return true;
}

bool
x11_start(struct session *ses, struct x11 *x11, const struct ipc_SES_X11 *m)
{
	uint32_t display;

	if (x11->protocol != NULL) {
		log_error("X11 forwarding already active");
		return false;
	}
	if (!is_possible(ses, m))
		return false;
	x11->listening = find_display(ses, &display);
	if (x11->listening == NULL) {
		log_error("no display for X11 forwarding: %s",
		    strerror(errno));
		return false;
	}
	x11->listening->holder = &x11->listening;
	x11->listening->once = m->single != 0;
	x11->protocol = bytes_dup_str(m->protocol);
	x11->cookie = bytes_dup_str(m->cookie);
	if (x11->protocol == NULL || x11->cookie == NULL) {
		x11_clear(x11);
		return false;
	}
	fill_names(ses, x11, display, m->screen);
	return true;
}

void
x11_clear(struct x11 *x11)
{
	if (x11->listening != NULL)
		listening_free(x11->listening);
	free(x11->protocol);
	if (x11->cookie != NULL)
		explicit_bzero(x11->cookie, strlen(x11->cookie));
	free(x11->cookie);
	*x11 = (struct x11){ 0 };
}
