/* SPDX-License-Identifier: ISC */
#include "sftp-server/long_name.h"

#include <stdio.h>

#include "lib/base/compiler.h"

#define HALF_YEAR_S	(182 * 86400)	/* as ls(1): older shows the year */

struct text {
	char *p;
	size_t len, cap;
};

static void
put(struct text *t, const char *s, size_t len)
{
	len = MIN(len, t->cap - t->len);
	memcpy(t->p + t->len, s, len);
	t->len += len;
}

static void
put_blanks(struct text *t, size_t width, size_t len)
{
	static const char blanks[] = "                ";

	if (len < width)
		put(t, blanks, width - len);
}

static void
put_number(struct text *t, uint64_t v, size_t width)
{
	char digits[20];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + v % 10);
	while ((v /= 10) != 0);
	put_blanks(t, width, sizeof(digits) - at);
	put(t, digits + at, sizeof(digits) - at);
	put(t, " ", 1);
}

static void
put_id(struct text *t, struct id_names *names, uint32_t id)
{
	const char *name = id_name_find(names, id);
	char digits[12];
	size_t len;

	if (*name == '\0') {
		snprintf(digits, sizeof(digits), "%u", id);
		name = digits;
	}
	len = strlen(name);
	put(t, name, len);
	put_blanks(t, 8, len);
	put(t, " ", 1);
}

static char
type_letter(unsigned mode)
{
	static const struct {
		unsigned type;
		char letter;
	} rows[] = {
		{ S_IFREG, '-' }, { S_IFDIR, 'd' }, { S_IFLNK, 'l' },
		{ S_IFIFO, 'p' }, { S_IFSOCK, 's' }, { S_IFCHR, 'c' },
		{ S_IFBLK, 'b' },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (rows[i].type == (mode & S_IFMT))
			return rows[i].letter;
	}
	return '?';
}

static void
put_mode(struct text *t, unsigned mode)
{
	char s[11] = "?rwxrwxrwx ";

	s[0] = type_letter(mode);
	for (int i = 0; i < 9; i++) {
		if ((mode & (0400u >> i)) == 0)
			s[1 + i] = '-';
	}
	if ((mode & S_ISUID) != 0)
		s[3] = s[3] == 'x' ? 's' : 'S';
	if ((mode & S_ISGID) != 0)
		s[6] = s[6] == 'x' ? 's' : 'S';
	if ((mode & S_ISVTX) != 0)
		s[9] = s[9] == 'x' ? 't' : 'T';
	put(t, s, sizeof(s));
}

static void
put_date(struct text *t, time_t when, time_t now)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char s[13] = "Mon dd hh:mm ";
	struct tm tm;

	if (localtime_r(&when, &tm) == NULL)
		return;
	memcpy(s, months + (size_t)tm.tm_mon % 12 * 3, 3);
	s[4] = tm.tm_mday < 10 ? ' ' : (char)('0' + tm.tm_mday / 10);
	s[5] = (char)('0' + tm.tm_mday % 10);
	if (when > now - HALF_YEAR_S && when <= now + HALF_YEAR_S) {
		s[7] = (char)('0' + tm.tm_hour / 10);
		s[8] = (char)('0' + tm.tm_hour % 10);
		s[10] = (char)('0' + tm.tm_min / 10);
		s[11] = (char)('0' + tm.tm_min % 10);
		put(t, s, sizeof(s));
		return;
	}
	put(t, s, 7);
	put_number(t, (uint64_t)MAX(tm.tm_year + 1900, 0), 5);
}

static void
put_head(struct text *t, struct long_names *names, const struct statx *st)
{
	struct long_head *head = &names->head;

	if (!head->is_known || head->mode != st->stx_mode ||
	    head->nlink != st->stx_nlink || head->uid != st->stx_uid ||
	    head->gid != st->stx_gid) {
		struct text new = { .p = head->text, .cap = LONG_HEAD_MAX };

		put_mode(&new, st->stx_mode);
		put_number(&new, st->stx_nlink, 4);
		put_id(&new, &names->users, st->stx_uid);
		put_id(&new, &names->groups, st->stx_gid);
		head->len = new.len;
		head->mode = st->stx_mode;
		head->nlink = st->stx_nlink;
		head->uid = st->stx_uid;
		head->gid = st->stx_gid;
		head->is_known = true;
	}
	put(t, head->text, head->len);
}

static void
put_known_date(struct text *t, struct long_date *date, int64_t when,
    time_t now)
{
	if (!date->is_known || date->when != when || date->now != now) {
		struct text new = { .p = date->text, .cap = LONG_DATE_MAX };

		put_date(&new, when, now);
		date->len = new.len;
		date->when = when;
		date->now = now;
		date->is_known = true;
	}
	put(t, date->text, date->len);
}

size_t
long_name(struct long_names *names, const struct statx *st,
    struct bytes name, time_t now, char out[static LONG_NAME_MAX])
{
	struct text t = { .p = out, .cap = LONG_NAME_MAX };

	put_head(&t, names, st);
	put_number(&t, st->stx_size, 8);
	put_known_date(&t, &names->date, st->stx_mtime.tv_sec, now);
	put(&t, (const char *)name.p, name.len);
	return t.len;
}
