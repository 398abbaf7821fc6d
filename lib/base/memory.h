/* SPDX-License-Identifier: ISC */
/*
 * memory - what a process needed for a while goes back to the kernel.
 *
 * Shapes:  two calls, for a process that is about to wait.
 * Units:   -
 * Errors:  none: what can't be given back is kept.
 * Owns:    nothing.
 * Source:  malloc_trim(3), madvise(2).
 */
#ifndef LIB_BASE_MEMORY_H
#define LIB_BASE_MEMORY_H

/* The stack below the caller: what lay there is gone, secrets too. */
void memory_release_stack(void);
/* And free pages of the heap. */
void memory_release(void);

#endif
