/* SPDX-License-Identifier: ISC */
/*
 * req_file - the session process has made a file that ends with it.
 *
 * Shapes:  FILE_MADE and FILE_GONE, without an answer.
 * Units:   -
 * Errors:  a file that no session may make, or too many, is an attack.
 * Owns:    nothing; see leftovers.h.
 * Source:  DESIGN.md section 2.
 */
#ifndef MONITOR_REQ_FILE_H
#define MONITOR_REQ_FILE_H

#include "monitor/requests.h"

req_fn req_file_made, req_file_gone;

#endif
