/* SPDX-License-Identifier: ISC */
/*
 * load - from files and command line to records, with every check.
 *
 * Shapes:  text -> lines -> checked directives, Match blocks and includes.
 * Units:   -
 * Errors:  every bad line is logged as "FILE line N: ...", then one line
 *          "FILE: terminating, N bad configuration options".
 * Owns:    struct loaded its tapes; loaded_clear().
 * Source:  sshd_config(5), Include, Match; sshd(8), -t.
 */
#ifndef SSHD_CONFIG_LOAD_H
#define SSHD_CONFIG_LOAD_H

#include "sshd/config/config.h"
#include "sshd/config/tape.h"

#define INCLUDE_DEPTH_MAX	16	/* as OpenSSH */
#define LOAD_ERRORS_MAX		100	/* then a file is no configuration */

struct loaded {
	struct tape files;	/* names, in the order of place.file */
	struct tape listens;	/* address, routing domain, place, ... */
	struct tape records;
};

MUST_CHECK bool load_config(const struct config_args *args,
    struct loaded *out, struct err *err);
void loaded_clear(struct loaded *loaded);

#endif
