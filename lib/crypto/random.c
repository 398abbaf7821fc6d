/* SPDX-License-Identifier: ISC */
#include "lib/crypto/random.h"

#include <sys/random.h>
#include <stdint.h>

bool
random_bytes(void *p, size_t n, struct err *err)
{
	uint8_t *at = p;

	while (n != 0) {
		ssize_t got = getrandom(at, n, 0);

		if (got == -1 && errno == EINTR)
			continue;
		if (got <= 0)
			return err_sys(err, "random bytes");
		at += got;
		n -= (size_t)got;
	}
	return true;
}
