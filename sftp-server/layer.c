/* SPDX-License-Identifier: ISC */
#include "sftp-server/layer.h"

static int
pass_open(struct tree *tree, const char *path, int flags, mode_t mode,
    struct tree_file *file)
{
	struct tree *below = layer_below(tree);

	return below->ops->open(below, path, flags, mode, file);
}

static int
pass_close(struct tree *tree, struct tree_file *file, bool is_complete)
{
	struct tree *below = layer_below(tree);

	return below->ops->close(below, file, is_complete);
}

static int
pass_open_dir(struct tree *tree, const char *path)
{
	struct tree *below = layer_below(tree);

	return below->ops->open_dir(below, path);
}

static int
pass_stat(struct tree *tree, const char *path, bool follow, struct statx *st)
{
	struct tree *below = layer_below(tree);

	return below->ops->stat(below, path, follow, st);
}

static int
pass_set_size(struct tree *tree, const struct tree_target *target, off_t size)
{
	struct tree *below = layer_below(tree);

	return below->ops->set_size(below, target, size);
}

static int
pass_set_mode(struct tree *tree, const struct tree_target *target,
    mode_t mode)
{
	struct tree *below = layer_below(tree);

	return below->ops->set_mode(below, target, mode);
}

static int
pass_set_owner(struct tree *tree, const struct tree_target *target, uid_t uid,
    gid_t gid)
{
	struct tree *below = layer_below(tree);

	return below->ops->set_owner(below, target, uid, gid);
}

static int
pass_set_times(struct tree *tree, const struct tree_target *target,
    const struct timespec times[static 2])
{
	struct tree *below = layer_below(tree);

	return below->ops->set_times(below, target, times);
}

static int
pass_remove(struct tree *tree, const char *path)
{
	struct tree *below = layer_below(tree);

	return below->ops->remove(below, path);
}

static int
pass_make_dir(struct tree *tree, const char *path, mode_t mode)
{
	struct tree *below = layer_below(tree);

	return below->ops->make_dir(below, path, mode);
}

static int
pass_remove_dir(struct tree *tree, const char *path)
{
	struct tree *below = layer_below(tree);

	return below->ops->remove_dir(below, path);
}

static int
pass_rename(struct tree *tree, const char *old_path, const char *new_path,
    bool replace)
{
	struct tree *below = layer_below(tree);

	return below->ops->rename(below, old_path, new_path, replace);
}

static int
pass_link(struct tree *tree, const char *old_path, const char *new_path)
{
	struct tree *below = layer_below(tree);

	return below->ops->link(below, old_path, new_path);
}

static int
pass_symlink(struct tree *tree, const char *target, const char *path)
{
	struct tree *below = layer_below(tree);

	return below->ops->symlink(below, target, path);
}

static int
pass_read_link(struct tree *tree, const char *path,
    char target[static PATH_MAX])
{
	struct tree *below = layer_below(tree);

	return below->ops->read_link(below, path, target);
}

static int
pass_real_path(struct tree *tree, const char *path, char out[static PATH_MAX])
{
	struct tree *below = layer_below(tree);

	return below->ops->real_path(below, path, out);
}

static int
pass_statvfs(struct tree *tree, const char *path, struct statvfs *st)
{
	struct tree *below = layer_below(tree);

	return below->ops->statvfs(below, path, st);
}

static int
pass_enter(struct tree *tree, const char *path)
{
	struct tree *below = layer_below(tree);

	return below->ops->enter(below, path);
}

void
layer_init(struct layer *layer, struct tree *below)
{
	*layer = (struct layer){
		.tree = {
			.ops = &layer->ops,
			.has_no_names = below->has_no_names,
		},
		.ops = {
			.open = pass_open,
			.close = pass_close,
			.open_dir = pass_open_dir,
			.stat = pass_stat,
			.set_size = pass_set_size,
			.set_mode = pass_set_mode,
			.set_owner = pass_set_owner,
			.set_times = pass_set_times,
			.remove = pass_remove,
			.make_dir = pass_make_dir,
			.remove_dir = pass_remove_dir,
			.rename = pass_rename,
			.link = pass_link,
			.symlink = pass_symlink,
			.read_link = pass_read_link,
			.real_path = pass_real_path,
			.statvfs = pass_statvfs,
			.enter = pass_enter,
		},
		.below = below,
	};
}
