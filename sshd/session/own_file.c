/* SPDX-License-Identifier: ISC */
#include "sshd/session/own_file.h"

#include <stdio.h>
#include <unistd.h>

#include "sshd/session/session.h"

void
own_file_made(struct session *ses, struct own_file *file, const char *path)
{
	struct ipc_FILE_MADE made;
	struct stat st;
	struct err err;

	*file = (struct own_file){ 0 };
	/* the user may have been faster */
	if (lstat(path, &st) == -1)
		return;
	/* what is not absolute lies where we run, in / */
	snprintf(file->path, sizeof(file->path), "%s%s",
	    path[0] == '/' ? "" : "/", path);
	file->device = st.st_dev;
	file->inode = st.st_ino;
	made = (struct ipc_FILE_MADE){
		.path = bytes_str(file->path),
		.device = st.st_dev, .inode = st.st_ino,
	};
	if (!ipc_send(&ses->monitor, IPC_FILE_MADE, &made, &err))
		session_end(ses);
}

void
own_file_remove(struct session *ses, struct own_file *file)
{
	struct ipc_FILE_GONE gone = { .path = bytes_str(file->path) };
	struct stat st;
	struct err err;

	if (file->path[0] == '\0')
		return;
	if (lstat(file->path, &st) == 0 && st.st_dev == file->device &&
	    st.st_ino == file->inode)
		(void)unlink(file->path);
	if (!ipc_send(&ses->monitor, IPC_FILE_GONE, &gone, &err))
		session_end(ses);
	file->path[0] = '\0';
}
