/* SPDX-License-Identifier: ISC */
#include "sshd/listener/listener.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"

#define TITLE_MAX	512

void
listener_title(char *buf, size_t len, char *const *argv, unsigned startups,
    unsigned start, unsigned full)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; argv[i] != NULL; i++) {
		int n = snprintf(buf + used, len - used, "%s ", argv[i]);

		if (n < 0 || (size_t)n >= len - used)
			return;		/* cut: the rest would not fit */
		used += (size_t)n;
	}
	snprintf(buf + used, len - used, "[listener] %u of %u-%u startups",
	    startups, start, full);
}

void
listener_enter_start_dir(const struct listener *listener)
{
	if (chdir(listener->start_dir) == -1)
		log_debug("%s: %s", listener->start_dir, strerror(errno));
}

void
listener_leave_start_dir(void)
{
	if (chdir("/") == -1)
		log_debug("/: %s", strerror(errno));
}

void
listener_show_title(struct listener *listener)
{
	const struct conf *conf = &listener->snapshot.conf;
	char text[TITLE_MAX];

	listener_title(text, sizeof(text), listener->argv,
	    children_startups(&listener->children), conf->max_startups_begin,
	    conf->max_startups_full);
	title_set(&listener->title, "%s", text);
}
