/* SPDX-License-Identifier: ISC */
#include "lib/base/bytes.h"

#include <stdlib.h>

char *
bytes_dup_str(struct bytes b)
{
	char *s;

	if (bytes_have_nul(b) || (s = malloc(b.len + 1)) == NULL)
		return NULL;
	bytes_to_str(b, s, b.len + 1);
	return s;
}
