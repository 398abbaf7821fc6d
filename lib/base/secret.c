/* SPDX-License-Identifier: ISC */
#include "lib/base/secret.h"

#include <stdlib.h>
#include <string.h>

bool
secret_init(struct secret *secret, size_t len, struct err *err)
{
	*secret = (struct secret){ .p = calloc(1, len == 0 ? 1 : len) };
	if (secret->p == NULL)
		return err_set(err, ERR_NOMEM, "secret");
	secret->len = len;
	return true;
}

bool
secret_copy(struct secret *secret, struct bytes from, struct err *err)
{
	if (!secret_init(secret, from.len, err))
		return false;
	if (from.len != 0)
		memcpy(secret->p, from.p, from.len);
	return true;
}

void
secret_clear(struct secret *secret)
{
	if (secret->p != NULL)
		explicit_bzero(secret->p, secret->len);
	free(secret->p);
	*secret = (struct secret){ 0 };
}

bool
secret_equal(struct bytes a, struct bytes b)
{
	uint8_t diff = 0;

	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		diff |= a.p[i] ^ b.p[i];
	return diff == 0;
}
