/* SPDX-License-Identifier: ISC */
/*
 * id_names - names of users and groups, looked up once.
 *
 * Shapes:  a small cache by number.
 * Units:   -
 * Errors:  none.
 * Owns:    the cache, inside the struct.
 * Source:  getpwuid(3), getgrgid(3).
 */
#ifndef SFTP_SERVER_ID_NAMES_H
#define SFTP_SERVER_ID_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#define ID_NAMES_MAX	32	/* owners that one listing tends to have */
/* Login names of useradd(8). Longer ones are looked up each time. */
#define ID_NAME_LEN	33

struct id_names {
	bool is_group;
	bool is_off;			/* no number has a name */
	struct {
		bool is_known;
		uint32_t id;
		char name[ID_NAME_LEN];
	} rows[ID_NAMES_MAX];
};

/* Empty when there is no such name. Valid until the next call. */
const char *id_name_find(struct id_names *names, uint32_t id);

#endif
