/* SPDX-License-Identifier: ISC */
/*
 * version - the identification line "SSH-2.0-software comments".
 *
 * Shapes:  text without its LF; one CR at the end is dropped.
 * Units:   bytes.
 * Errors:  an enum, because each defect has its own log line and answer.
 * Owns:    nothing: slices borrow.
 * Source:  RFC 4253 section 4.2.
 */
#ifndef LIB_WIRE_VERSION_H
#define LIB_WIRE_VERSION_H

#include "lib/base/bytes.h"

enum version_result {
	VERSION_OK,
	VERSION_BAD_CHARACTERS,	/* CR before the end, or NUL */
	VERSION_NO_SSH,		/* does not begin with SSH- */
	VERSION_BAD_NUMBERS,	/* no major.minor-software behind it */
	VERSION_OTHER_MAJOR,	/* neither 2.x nor 1.99 */
};

struct version_line {
	struct bytes line;	/* as it enters the exchange hash */
	unsigned major, minor;
	struct bytes software;	/* with comments */
};

/* *out->line and the numbers are set as far as they could be read. */
enum version_result version_line_parse(struct bytes text,
    struct version_line *out);

#endif
