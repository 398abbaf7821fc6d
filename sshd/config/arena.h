/* SPDX-License-Identifier: ISC */
/*
 * arena - memory for values that are made together and freed together.
 *
 * Shapes:  blocks that grow at the end; nothing is freed singly.
 * Units:   bytes.
 * Errors:  NULL when memory is out.
 * Owns:    everything handed out, until arena_reset() or arena_free().
 * Source:  -
 */
#ifndef SSHD_CONFIG_ARENA_H
#define SSHD_CONFIG_ARENA_H

#include "lib/base/bytes.h"

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena);
/* Forgets everything handed out, keeps a block for what comes next. */
void arena_reset(struct arena *arena);
/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t len);
/* A C string; bytes behind a NUL are copied too. */
char *arena_str(struct arena *arena, struct bytes b);

#endif
