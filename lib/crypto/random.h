/* SPDX-License-Identifier: ISC */
/*
 * random - bytes that nobody can guess.
 *
 * Shapes:  fills the caller's memory.
 * Units:   bytes.
 * Errors:  ERR_SYS when the kernel refuses.
 * Owns:    nothing.
 * Source:  getrandom(2).
 */
#ifndef LIB_CRYPTO_RANDOM_H
#define LIB_CRYPTO_RANDOM_H

#include <stddef.h>

#include "lib/base/err.h"

MUST_CHECK bool random_bytes(void *p, size_t n, struct err *err);

#endif
