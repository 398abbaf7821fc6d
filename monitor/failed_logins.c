/* SPDX-License-Identifier: ISC */
#include "monitor/failed_logins.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <utmpx.h>

#include "lib/base/log.h"
#include "monitor/records.h"

#define BTMP_FILE	"/var/log/btmp"
#define NO_TERMINAL	"ssh:notty"	/* as the tools know it */

static bool
is_for_root_alone(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == 0 &&
	    (st.st_mode & (S_IXGRP | S_IRWXO)) == 0)
		return true;
	log_info("Excess permission or bad ownership on file %s", BTMP_FILE);
	return false;
}

static void
fill(struct utmpx *entry, const struct monitor *mon)
{
	*entry = (struct utmpx){
		.ut_type = LOGIN_PROCESS,
		.ut_pid = getpid(),
		.ut_tv.tv_sec = (int32_t)time(NULL),
	};
	record_copy_field(entry->ut_line, sizeof(entry->ut_line),
	    NO_TERMINAL);
	record_copy_field(entry->ut_user, sizeof(entry->ut_user),
	    log_safe(bytes_str(mon->user.name)).s);
	record_copy_field(entry->ut_host, sizeof(entry->ut_host),
	    mon->peer.name);
	record_fill_address(entry, &mon->peer);
}

void
failed_logins_record(const struct monitor *mon)
{
	struct utmpx entry;
	int fd = mon->is_root ? open(BTMP_FILE, O_WRONLY | O_APPEND |
	    O_CLOEXEC | O_NONBLOCK | O_NOCTTY) : -1;

	if (fd == -1)
		return;
	fill(&entry, mon);
	/* one write(): other processes append to it, too */
	if (is_for_root_alone(fd) &&
	    write(fd, &entry, sizeof(entry)) != (ssize_t)sizeof(entry))
		log_debug("%s: %s", BTMP_FILE, strerror(errno));
	close(fd);
}
