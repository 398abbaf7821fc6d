/* SPDX-License-Identifier: ISC */
/*
 * records - who is logged in at which terminal: utmp, wtmp, lastlog.
 *
 * Shapes:  one record for each open pty; closed exactly once.
 * Units:   -
 * Errors:  a file that can't be written loses its record, not the login.
 * Owns:    struct records its list.
 * Source:  utmp(5), lastlog(8); sshd(8), LOGIN.
 */
#ifndef MONITOR_RECORDS_H
#define MONITOR_RECORDS_H

#include <sys/types.h>
#include <time.h>

#include "lib/base/bytes.h"
#include "lib/base/err.h"
#include "monitor/peer.h"

#define RECORDS_MAX	1024	/* ptys of one connection */
#define TTY_PATH_MAX	64

struct record;
struct utmpx;

struct records {
	struct record *head;
	size_t count;
};

struct record_login {
	const char *user;
	uid_t uid;
	const struct peer *peer;
	bool write_files;	/* as root */
};

/* Pure: is text "/dev/pts/" and a number? */
bool records_tty_is_valid(struct bytes text, char tty[static TTY_PATH_MAX]);
/*
 * Pure: "Last login: CTIME[ from HOST]\r\n"; empty when there was none.
 */
void records_last_login_text(time_t when, const char *host, char *out,
    size_t out_len);

/*
 * A pty was made for session process pid; an earlier one of this name is
 * gone, though it may still be told closed. last_login (may be empty) tells
 * about the login before this one.
 */
MUST_CHECK bool records_open(struct records *records,
    const struct record_login *login, const char *tty, pid_t pid,
    char *last_login, size_t last_login_len, struct err *err);
MUST_CHECK bool records_close(struct records *records, struct bytes tty,
    struct err *err);
/* Closes what is open. */
void records_clear(struct records *records);

/* Pure: fields of utmp(5) are not terminated when they are full. */
void record_copy_field(char *dst, size_t dst_len, const char *src);
void record_fill_address(struct utmpx *entry, const struct peer *peer);

#endif
