/* SPDX-License-Identifier: ISC */
/*
 * name_service - what no entry of passwd, group or shadow means.
 *
 * Shapes:  -
 * Units:   errno values.
 * Errors:  -
 * Owns:    nothing.
 * Source:  getpwnam(3), getgrnam(3), getspnam(3).
 */
#ifndef LIB_BASE_NAME_SERVICE_H
#define LIB_BASE_NAME_SERVICE_H

#include <stdbool.h>

/*
 * Of a look-up that found nothing: could it not be found out, so that nobody
 * may conclude that there is no such entry?
 */
bool name_service_failed(int code);

#endif
