/* SPDX-License-Identifier: ISC */
#include "lib/base/string_list.h"

#include <stdlib.h>

void
string_list_clear(struct string_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->v[i]);
	free(list->v);
	*list = (struct string_list){ 0 };
}

bool
string_list_add(struct string_list *list, struct bytes s, size_t max_count,
    struct err *err)
{
	char **v, *copy;

	if (list->count >= max_count || bytes_have_nul(s))
		return err_set(err, ERR_RANGE, "list");
	/* Grown at powers of two only. */
	if ((list->count & (list->count - 1)) == 0) {
		size_t cap = list->count == 0 ? 1 : list->count * 2;

		v = reallocarray(list->v, cap, sizeof(*v));
		if (v == NULL)
			return err_set(err, ERR_NOMEM, "list");
		list->v = v;
	}
	if ((copy = bytes_dup_str(s)) == NULL)
		return err_set(err, ERR_NOMEM, "list");
	list->v[list->count++] = copy;
	return true;
}
