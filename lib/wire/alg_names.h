/* SPDX-License-Identifier: ISC */
/*
 * alg_names - the names of all algorithms, in order of preference.
 *
 * Shapes:  one table for each kind of list in sshd_config and KEXINIT.
 * Units:   -
 * Errors:  none.
 * Owns:    nothing: static tables.
 * Source:  RFC 4250 4.11; sshd_config(5).
 *
 * Names alone, so that processes without libcrypto can read a configuration.
 * A unit test holds these tables against those that have the code.
 */
#ifndef LIB_WIRE_ALG_NAMES_H
#define LIB_WIRE_ALG_NAMES_H

#include "lib/base/bytes.h"

enum alg_kind {
	ALG_KEX,
	ALG_CIPHER,
	ALG_MAC,
	ALG_SIGNATURE,		/* host keys and users, certificates too */
	ALG_CA_SIGNATURE,	/* as above, plain names only */
	ALG_KIND_COUNT
};

enum alg_use {
	ALG_DEFAULT,		/* offered unless configured otherwise */
	ALG_ON_REQUEST,		/* there, but only when configured */
	ALG_MISSING,		/* OpenSSH knows it, we have no code for it */
};

struct alg_name {
	const char *name;
	enum alg_use use;
};

/* Row i of a kind, in order of preference; NULL past the end. */
const struct alg_name *alg_name_row(enum alg_kind kind, size_t i);

#endif
