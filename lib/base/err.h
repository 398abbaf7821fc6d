/* SPDX-License-Identifier: ISC */
/*
 * err - the reason that travels with a failure.
 *
 * Shapes:  a function that can fail returns bool and takes struct err * last.
 * Units:   sys is an errno value.
 * Errors:  is the error.
 * Owns:    nothing: what is static text, never peer data, never a secret.
 * Source:  house style, rules 9 to 11.
 */
#ifndef LIB_BASE_ERR_H
#define LIB_BASE_ERR_H

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "lib/base/compiler.h"

enum err_code {
	ERR_NONE,
	ERR_SHORT,	/* the bytes end too early */
	ERR_TRAILING,	/* bytes are left over */
	ERR_RANGE,	/* a value or length outside its limits */
	ERR_FORMAT,	/* bytes or text that break their grammar */
	ERR_UNEXPECTED,	/* not legal now */
	ERR_DENIED,	/* policy or a check said no */
	ERR_MISMATCH,	/* signature, MAC or comparison does not hold */
	ERR_NOT_FOUND,
	ERR_NOMEM,
	ERR_CLOSED,	/* the other side is gone */
	ERR_CRYPTO,	/* libcrypto refused */
	ERR_SYS,	/* a system call failed: see sys */
};

struct err {
	enum err_code code;
	int sys;		/* errno when code is ERR_SYS, else 0 */
	const char *what;	/* static text: the field or step that failed */
};

/* Returns false so that a failing function can say: return err_set(...). */
static inline bool
err_set(struct err *err, enum err_code code, const char *what)
{
	*err = (struct err){ .code = code, .what = what };
	return false;
}

/* As err_set(), with the errno of the call that just failed. */
static inline bool
err_sys(struct err *err, const char *what)
{
	*err = (struct err){ .code = ERR_SYS, .sys = errno, .what = what };
	return false;
}

/* Are memory, processes or descriptors out? Nobody is to blame for that. */
static inline bool
err_is_shortage(const struct err *err)
{
	return err->code == ERR_NOMEM || (err->code == ERR_SYS &&
	    (err->sys == ENOMEM || err->sys == EAGAIN ||
	    err->sys == EMFILE || err->sys == ENFILE || err->sys == ENOBUFS));
}

/* What went wrong, in words; static or strerror() storage. */
static inline const char *
err_text(const struct err *err)
{
	static const char *const texts[] = {
		[ERR_NONE] = "no error",
		[ERR_SHORT] = "message too short",
		[ERR_TRAILING] = "trailing bytes",
		[ERR_RANGE] = "value out of range",
		[ERR_FORMAT] = "invalid format",
		[ERR_UNEXPECTED] = "not expected now",
		[ERR_DENIED] = "denied",
		[ERR_MISMATCH] = "does not match",
		[ERR_NOT_FOUND] = "not found",
		[ERR_NOMEM] = "out of memory",
		[ERR_CLOSED] = "closed by the other side",
		[ERR_CRYPTO] = "error in libcrypto",
		[ERR_SYS] = "system error",
	};

	if (err->code == ERR_SYS)
		return strerror(err->sys);
	return texts[err->code];
}

#endif
