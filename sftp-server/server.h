/* SPDX-License-Identifier: ISC */
/*
 * server - one SFTP session.
 *
 * Shapes:  struct sftp is its whole state; requests are answered in their
 *          order, several of them with one write.
 * Units:   buffers in bytes, see limits.h.
 * Errors:  a broken message ends the session; everything else is a reply.
 * Owns:    buffers and open handles; the descriptors stay the caller's.
 * Source:  draft-ietf-secsh-filexfer-02.
 */
#ifndef SFTP_SERVER_SERVER_H
#define SFTP_SERVER_SERVER_H

#include "sftp-server/handles.h"
#include "sftp-server/input.h"
#include "sftp-server/long_name.h"
#include "sftp-server/messages.h"
#include "sftp-server/options/options.h"
#include "sftp-server/pages.h"
#include "sftp-server/tree.h"

#define SFTP_EXIT_FAILURE	1
#define SFTP_EXIT_BAD_MESSAGE	11	/* as OpenSSH */

/* Whose session it is. */
struct sftp_account {
	const char *user, *home;
	uid_t uid;
	const char *peer;	/* address for log lines, or "UNKNOWN" */
};

/* Whose requests, and where replies go. */
struct sftp_client {
	int in_fd, out_fd;
	const struct shared_pipe *shared;	/* NULL: bytes come on in_fd */
};

struct sftp {
	const struct sftp_options *options;
	const struct sftp_account *account;
	struct tree *tree;
	int out_fd;
	struct sftp_input in;
	struct sftp_queue out;
	struct pages pages;		/* what goes out before it */
	struct handles handles;
	uint32_t writers;		/* of them, open for writing */
	struct long_names names;
	bool is_set_up;		/* SSH_FXP_INIT came */
	bool ended;
	int status;		/* of the process */
	char path[PATH_MAX], path2[PATH_MAX];	/* of the current request */
};

/* All replies are in the hands of the client's side, to the last byte. */
void sftp_settle(struct sftp *sftp);

/*
 * Serves until the client is gone. Returns the process's exit status. The
 * tree's directory is where the session starts.
 */
MUST_CHECK int sftp_serve(const struct sftp_options *options,
    const struct sftp_account *account, struct tree *tree,
    const struct sftp_client *client);

#endif
