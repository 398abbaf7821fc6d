/* SPDX-License-Identifier: ISC */
/*
 * layer - a tree over another one, which answers most of its questions.
 *
 * Shapes:  whoever embeds a struct layer first puts its own functions over
 *          those of ops that it changes.
 * Units:   -
 * Errors:  those of the tree below.
 * Owns:    nothing; the tree below is the caller's.
 * Source:  -
 */
#ifndef SFTP_SERVER_LAYER_H
#define SFTP_SERVER_LAYER_H

#include "sftp-server/tree.h"

struct layer {
	struct tree tree;		/* first: what callers hold */
	struct tree_ops ops;
	struct tree *below;
};

/* Everything is passed on. The layer must not move afterwards. */
void layer_init(struct layer *layer, struct tree *below);

static inline struct tree *
layer_below(struct tree *tree)
{
	return ((struct layer *)tree)->below;
}

#endif
