/* SPDX-License-Identifier: ISC */
/*
 * duration - spans of time as administrators write them: 90, 10m, 1h30m.
 *
 * Shapes:  one or more NUMBER[unit], summed; units s m h d w in any case; no
 *          unit means seconds. One part at most is in seconds, and only that
 *          one may have a fraction ("1.5").
 * Units:   seconds.
 * Errors:  false for another shape or a sum above DURATION_MAX_S.
 * Owns:    nothing.
 * Source:  sshd_config(5), TIME FORMATS.
 */
#ifndef LIB_BASE_DURATION_H
#define LIB_BASE_DURATION_H

#include "lib/base/bytes.h"
#include "lib/base/compiler.h"

#define DURATION_MAX_S	2147483647	/* INT_MAX, as OpenSSH */

MUST_CHECK bool duration_parse(struct bytes text, double *seconds);
/* A fraction is cut off. */
MUST_CHECK bool duration_parse_s(struct bytes text, uint32_t *seconds);

#endif
