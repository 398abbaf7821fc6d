/* SPDX-License-Identifier: ISC */
/*
 * names - what the C library would look up on this machine, made up.
 *
 * Shapes:  takes the place of glob(3), getaddrinfo(3), getpwnam(3) and their
 *          kin in a fuzz target: no file, no network, always the same.
 * Units:   -
 * Errors:  as the functions replaced: not found.
 * Owns:    what it hands out, freed by the usual functions.
 * Source:  the manual pages of the functions.
 */
#ifndef REGRESS_FUZZ_NAMES_H
#define REGRESS_FUZZ_NAMES_H

/* The one file that every glob finds; NULL: none. path must live on. */
void names_set_file(const char *path);

#endif
