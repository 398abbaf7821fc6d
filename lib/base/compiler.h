/* SPDX-License-Identifier: ISC */
/*
 * compiler - attributes and idioms that every file may use.
 *
 * Shapes:  macros only.
 * Units:   ARRAY_LEN counts elements.
 * Errors:  none.
 * Owns:    AUTO_* release at the end of the scope; empty values are fine.
 * Source:  GCC manual, "Attribute Syntax".
 */
#ifndef LIB_BASE_COMPILER_H
#define LIB_BASE_COMPILER_H

#include <stdlib.h>
#include <unistd.h>

#define MUST_CHECK	__attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define NORETURN	__attribute__((noreturn))

#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)	((a) < (b) ? (a) : (b))
#define MAX(a, b)	((a) > (b) ? (a) : (b))

static inline void auto_close(int *fd) { if (*fd != -1) close(*fd); }

#define AUTO_CLOSE	__attribute__((cleanup(auto_close)))

#endif
