/* SPDX-License-Identifier: ISC */
#include "lib/base/name_service.h"

#include <errno.h>
#include <stddef.h>

#include "lib/base/compiler.h"

/* Modules of libc and of directories set many others for "no such entry". */
bool
name_service_failed(int code)
{
	static const int failures[] = {
		EAGAIN, ECONNREFUSED, EINTR, EIO, EMFILE, ENFILE, ENOMEM,
		ERANGE, ETIMEDOUT,
	};

	for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
		if (code == failures[i])
			return true;
	}
	return false;
}
