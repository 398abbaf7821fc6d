/* SPDX-License-Identifier: ISC */
/*
 * fixed_random - the same random numbers for every input.
 *
 * Shapes:  takes the place of getrandom(2), of which lib/crypto makes cookies,
 *          padding and key exchange secrets.
 * Units:   bytes.
 * Errors:  none.
 * Owns:    the generator, a global of the fuzz target.
 * Source:  getrandom(2).
 */
#ifndef REGRESS_FUZZ_FIXED_RANDOM_H
#define REGRESS_FUZZ_FIXED_RANDOM_H

/* To be called at the beginning of an input. */
void fixed_random_restart(void);

#endif
