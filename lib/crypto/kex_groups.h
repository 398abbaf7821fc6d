/* SPDX-License-Identifier: ISC */
/*
 * kex_groups - the MODP groups of RFC 3526.
 *
 * Shapes:  safe primes, big-endian; the generator is 2 in each.
 * Units:   bits of the prime.
 * Errors:  none.
 * Owns:    static data.
 * Source:  RFC 3526 sections 3 to 7.
 */
#ifndef LIB_CRYPTO_KEX_GROUPS_H
#define LIB_CRYPTO_KEX_GROUPS_H

#include "lib/crypto/kex.h"

extern const struct kex_group kex_group_2048;	/* group 14 */
extern const struct kex_group kex_group_3072;	/* group 15 */
extern const struct kex_group kex_group_4096;	/* group 16 */
extern const struct kex_group kex_group_6144;	/* group 17 */
extern const struct kex_group kex_group_8192;	/* group 18 */

#endif
