/* SPDX-License-Identifier: ISC */
#include "sftp-server/id_names.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>

static const char *
look_up(bool is_group, uint32_t id)
{
	if (is_group) {
		const struct group *gr = getgrgid(id);

		return gr == NULL ? NULL : gr->gr_name;
	} else {
		const struct passwd *pw = getpwuid(id);

		return pw == NULL ? NULL : pw->pw_name;
	}
}

const char *
id_name_find(struct id_names *names, uint32_t id)
{
	unsigned slot = id % ID_NAMES_MAX;
	char *name = names->rows[slot].name;
	const char *found;

	if (names->is_off)
		return "";
	if (names->rows[slot].is_known && names->rows[slot].id == id)
		return name;
	found = look_up(names->is_group, id);
	if (found == NULL)
		found = "";
	names->rows[slot].is_known = strlen(found) < ID_NAME_LEN;
	if (!names->rows[slot].is_known)
		return found;
	names->rows[slot].id = id;
	memcpy(name, found, strlen(found) + 1);
	return name;
}
