/* SPDX-License-Identifier: ISC */
/*
 * oom - keep the kernel from killing the listener when memory runs out.
 *
 * Shapes:  /proc/self/oom_score_adj.
 * Units:   -1000 (never) to 1000.
 * Errors:  none: only root may lower the score.
 * Owns:    nothing.
 * Source:  proc(5).
 */
#ifndef SSHD_LISTENER_OOM_H
#define SSHD_LISTENER_OOM_H

#include <stddef.h>

/* Writes the old score, which children get back, to old; or "". */
void oom_protect(char *old, size_t old_len);
/* In a child: back to that score. "" is left alone. */
void oom_restore(const char *old);

#endif
