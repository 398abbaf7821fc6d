/* SPDX-License-Identifier: ISC */
#include "sshd/session/sftp_tree.h"

#include <fcntl.h>
#include <stdlib.h>

#include "lib/wire/reader.h"

#define RULE_BYTES_MIN	4	/* a length; no rule is empty */

static bool
parse_rules(struct sftp_tree *tree, struct bytes list, struct err *err)
{
	struct reader r = rd_init(list);
	const char *reason;

	if (list.len == 0)
		return true;
	tree->rules = calloc(list.len / RULE_BYTES_MIN,
	    sizeof(*tree->rules));
	if (tree->rules == NULL)
		return err_set(err, ERR_NOMEM, "SftpRights");
	while (rd_left(&r) != 0) {
		struct bytes word = rd_string(&r, list.len, "SftpRights");

		if (r.code != ERR_NONE || !path_rule_parse(word,
		    &tree->rules[tree->rule_count++], &reason))
			return err_set(err, ERR_FORMAT, "SftpRights");
	}
	return true;
}

/* Rules speak of canonical paths, which must then be taken as they are. */
static bool
start_rooted(const struct session *ses, int root_fd, bool has_rights,
    struct sftp_tree *tree, struct err *err)
{
	bool is_whole = root_fd == -1;

	if (is_whole && (!rooted_is_possible(err) ||
	    (root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)) == -1))
		return err_sys(err, "SftpRights");
	rooted_init(&tree->rooted, root_fd);
	tree->rooted.exact = has_rights;
	tree->rooted.tree.has_no_names = !is_whole;
	tree->top = &tree->rooted.tree;
	/* a chroot need not have it */
	if (is_whole)
		(void)tree->top->ops->enter(tree->top, ses->home);
	return true;
}

static void
add_rights(const struct ipc_GRANT *grant, struct sftp_tree *tree)
{
	const struct rights_modes modes = {
		.file = grant->sftp_file_mode, .dir = grant->sftp_dir_mode,
		.umask = grant->sftp_umask == GRANT_NO_MODE ? 0 :
		    grant->sftp_umask,
	};

	rights_init(&tree->rights, tree->top, tree->rules, tree->rule_count,
	    &modes);
	tree->top = &tree->rights.layer.tree;
}

static void
add_layers(const struct session *ses, struct sftp_tree *tree)
{
	const struct ipc_GRANT *grant = &ses->grant;

	if ((grant->sftp_flags & GRANT_SFTP_ATOMIC) != 0) {
		upload_init(&tree->upload, tree->top,
		    (grant->sftp_flags & GRANT_SFTP_SYNCED) != 0);
		tree->top = &tree->upload.layer.tree;
	}
	if ((grant->sftp_flags & GRANT_SFTP_AUDIT) != 0 &&
	    (grant->log_level >= LOG_LEVEL_INFO ||
	    grant->log_verbose.len != 0)) {
		audit_init(&tree->audit, tree->top, tree->who,
		    (enum log_level)grant->log_level);
		tree->top = &tree->audit.layer.tree;
	}
}

bool
sftp_tree_build(const struct session *ses, int root_fd,
    struct sftp_tree *tree, struct err *err)
{
	const struct ipc_GRANT *grant = &ses->grant;
	bool has_rights = grant->sftp_rights.len != 0 ||
	    grant->sftp_file_mode != GRANT_NO_MODE ||
	    grant->sftp_dir_mode != GRANT_NO_MODE ||
	    grant->sftp_umask != GRANT_NO_MODE;

	*tree = (struct sftp_tree){ .plain = tree_plain() };
	tree->top = &tree->plain;
	(void)session_who(ses, tree->who, sizeof(tree->who));
	if (!parse_rules(tree, grant->sftp_rights, err))
		return false;
	if ((root_fd != -1 || has_rights) &&
	    !start_rooted(ses, root_fd, has_rights, tree, err))
		return false;
	if (grant->sftp_umask != GRANT_NO_MODE)
		(void)umask(grant->sftp_umask);
	add_layers(ses, tree);
	if (has_rights)
		add_rights(grant, tree);
	return true;
}
