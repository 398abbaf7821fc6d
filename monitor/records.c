/* SPDX-License-Identifier: ISC */
#include "monitor/records.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <lastlog.h>
#include <paths.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <utmpx.h>

#include "lib/base/log.h"

#define PTS_DIR		"/dev/pts/"
#define DEV_DIR		"/dev/"

struct record {
	struct record *next;
	char tty[TTY_PATH_MAX];
	bool write_files;
	pid_t pid;
};

bool
records_tty_is_valid(struct bytes text, char tty[static TTY_PATH_MAX])
{
	size_t prefix = strlen(PTS_DIR);

	if (!bytes_to_str(text, tty, TTY_PATH_MAX) || text.len <= prefix ||
	    memcmp(tty, PTS_DIR, prefix) != 0)
		return false;
	return strspn(tty + prefix, "0123456789") == text.len - prefix;
}

void
record_copy_field(char *dst, size_t dst_len, const char *src)
{
	size_t len = strlen(src);

	memcpy(dst, src, len < dst_len ? len : dst_len);
}

static void
fill_entry(struct utmpx *entry, const char *tty, pid_t pid)
{
	const char *line = tty + strlen(DEV_DIR);
	size_t len = strlen(line), id_len = sizeof(entry->ut_id);
	struct timespec now;

	memset(entry, 0, sizeof(*entry));
	entry->ut_pid = pid;
	record_copy_field(entry->ut_line, sizeof(entry->ut_line), line);
	record_copy_field(entry->ut_id, id_len, line + (len > id_len ? len - id_len :
	    0));
	clock_gettime(CLOCK_REALTIME, &now);
	entry->ut_tv.tv_sec = (int32_t)now.tv_sec;
	entry->ut_tv.tv_usec = (int32_t)(now.tv_nsec / 1000);
}

static void
write_entry(const struct utmpx *entry)
{
	setutxent();
	if (pututxline(entry) == NULL)
		log_debug("utmp: %s", strerror(errno));
	endutxent();
	updwtmpx(_PATH_WTMP, entry);
}

void
record_fill_address(struct utmpx *entry, const struct peer *peer)
{
	if (inet_pton(AF_INET, peer->address, &entry->ut_addr_v6[0]) == 1)
		return;
	(void)inet_pton(AF_INET6, peer->address, entry->ut_addr_v6);
}

static void
write_login(const struct record *record, const struct record_login *login)
{
	struct utmpx entry;

	fill_entry(&entry, record->tty, record->pid);
	entry.ut_type = USER_PROCESS;
	record_copy_field(entry.ut_user, sizeof(entry.ut_user), login->user);
	record_copy_field(entry.ut_host, sizeof(entry.ut_host), login->peer->name);
	record_fill_address(&entry, login->peer);
	write_entry(&entry);
}

static void
write_logout(const struct record *record)
{
	struct utmpx entry;

	fill_entry(&entry, record->tty, record->pid);
	entry.ut_type = DEAD_PROCESS;
	write_entry(&entry);
}

void
records_last_login_text(time_t when, const char *host, char *out,
    size_t out_len)
{
	char text[64];		/* ctime_r() wants 26 */

	out[0] = '\0';
	if (when == 0 || ctime_r(&when, text) == NULL)
		return;
	text[strcspn(text, "\n")] = '\0';
	if (host[0] == '\0')
		snprintf(out, out_len, "Last login: %s\r\n", text);
	else
		snprintf(out, out_len, "Last login: %s from %s\r\n", text,
		    host);
}

/* The record of the time before, then ours; the file is indexed by uid. */
static void
swap_lastlog(const char *tty, const struct record_login *login,
    char *last_login, size_t last_login_len)
{
	struct lastlog entry = { 0 };
	off_t at = (off_t)login->uid * (off_t)sizeof(entry);
	char host[sizeof(entry.ll_host) + 1] = "";
	int fd = open(_PATH_LASTLOG, O_RDWR | O_CLOEXEC);

	if (fd == -1)
		return;
	if (pread(fd, &entry, sizeof(entry), at) == sizeof(entry)) {
		memcpy(host, entry.ll_host, sizeof(entry.ll_host));
		records_last_login_text(entry.ll_time, host, last_login,
		    last_login_len);
	}
	memset(&entry, 0, sizeof(entry));
	entry.ll_time = (int32_t)time(NULL);
	record_copy_field(entry.ll_line, sizeof(entry.ll_line),
	    tty + strlen(DEV_DIR));
	record_copy_field(entry.ll_host, sizeof(entry.ll_host),
	    login->peer->name);
	if (pwrite(fd, &entry, sizeof(entry), at) != sizeof(entry))
		log_debug("lastlog: %s", strerror(errno));
	close(fd);
}

/* The oldest of this name: terminals are told closed in their order. */
static struct record **
find(struct records *records, const char *tty)
{
	struct record **found = NULL, **at = &records->head;

	for (; *at != NULL; at = &(*at)->next) {
		if (strcmp((*at)->tty, tty) == 0)
			found = at;
	}
	return found == NULL ? at : found;
}

static void
log_out(struct record *record)
{
	if (record->write_files)
		write_logout(record);
	record->write_files = false;
}

/*
 * The kernel gives a number again as soon as its terminal is closed, which
 * may be before we are told.
 */
static void
log_out_earlier(struct records *records, const char *tty)
{
	for (struct record *r = records->head; r != NULL; r = r->next) {
		if (strcmp(r->tty, tty) == 0)
			log_out(r);
	}
}

bool
records_open(struct records *records, const struct record_login *login,
    const char *tty, pid_t pid, char *last_login, size_t last_login_len,
    struct err *err)
{
	struct record *record;

	last_login[0] = '\0';
	if (strlen(tty) >= TTY_PATH_MAX || records->count == RECORDS_MAX)
		return err_set(err, ERR_UNEXPECTED, "terminal of a login");
	if ((record = calloc(1, sizeof(*record))) == NULL)
		return err_set(err, ERR_NOMEM, "login record");
	log_out_earlier(records, tty);
	memcpy(record->tty, tty, strlen(tty) + 1);
	record->write_files = login->write_files;
	record->pid = pid;
	record->next = records->head;
	records->head = record;
	records->count++;
	if (record->write_files) {
		swap_lastlog(tty, login, last_login, last_login_len);
		write_login(record, login);
	}
	return true;
}

static void
close_at(struct records *records, struct record **at)
{
	struct record *record = *at;

	*at = record->next;
	records->count--;
	log_out(record);
	free(record);
}

bool
records_close(struct records *records, struct bytes tty, struct err *err)
{
	char path[TTY_PATH_MAX];
	struct record **at;

	if (!records_tty_is_valid(tty, path))
		return err_set(err, ERR_FORMAT, "terminal of a login");
	at = find(records, path);
	if (*at == NULL)
		return err_set(err, ERR_UNEXPECTED, "terminal of a login");
	close_at(records, at);
	return true;
}

void
records_clear(struct records *records)
{
	while (records->head != NULL)
		close_at(records, &records->head);
}
