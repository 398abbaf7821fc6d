/* SPDX-License-Identifier: ISC */
/*
 * upload - a file appears under its name only when it is complete.
 *
 * Shapes:  a layer. An open that makes or empties a file writes to
 *          .NAME.partial-N beside it, N from 0 to 15, which is locked with
 *          flock(2) as long as somebody writes. The client's close gives it
 *          its name; any other end removes it. Renamed or removed before,
 *          it gets the new name, or none.
 * Units:   -
 * Errors:  those of the tree below; -EBUSY when all 16 names are in use.
 * Owns:    the partial files of open handles.
 * Source:  sshd_config(5), SftpUpload.
 *
 * What a killed session leaves behind is not locked, and goes when the same
 * name is uploaded again. An open of a file that is there, without emptying
 * it, writes in place: so do resumed uploads.
 */
#ifndef SFTP_SERVER_UPLOAD_H
#define SFTP_SERVER_UPLOAD_H

#include "sftp-server/layer.h"

struct upload_pending;

struct upload {
	struct layer layer;		/* first */
	bool is_synced;			/* fsync(2) of file and directory */
	struct upload_pending *pending;
};

void upload_init(struct upload *upload, struct tree *below, bool is_synced);

#endif
