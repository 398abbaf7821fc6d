/* SPDX-License-Identifier: ISC */
/*
 * request_list - every SFTP request and extension: one row each.
 *
 * Shapes:  X(id, type, name, extension, version, reach, fields, handler);
 *          fields is one letter for each field after the request id: see
 *          sftp-server/messages.c.
 * Units:   -
 * Errors:  none.
 * Owns:    nothing.
 * Source:  draft-ietf-secsh-filexfer-02; OpenSSH PROTOCOL section 4;
 *          draft-ietf-secsh-filexfer-extensions-00.
 *
 * The rows stand in the order of "-Q requests" and of the extensions in
 * SSH_FXP_VERSION. Options, dispatch, parser and tests are made from them.
 */
#ifndef SFTP_SERVER_OPTIONS_REQUEST_LIST_H
#define SFTP_SERVER_OPTIONS_REQUEST_LIST_H

#define SFTP_EXTENDED	200	/* SSH_FXP_EXTENDED */

enum sftp_reach {
	SFTP_READS,	/* fine under -R */
	SFTP_WRITES,	/* refused under -R */
	SFTP_DEPENDS,	/* the handler looks at the request: open */
};

#define SFTP_REQUESTS(X)						\
	X(OPEN, 3, "open", 0, 0, DEPENDS, "PFA", open)			\
	X(CLOSE, 4, "close", 0, 0, READS, "H", close)			\
	X(READ, 5, "read", 0, 0, READS, "HOF", read)			\
	X(WRITE, 6, "write", 0, 0, WRITES, "HOD", write)		\
	X(LSTAT, 7, "lstat", 0, 0, READS, "P", lstat)			\
	X(FSTAT, 8, "fstat", 0, 0, READS, "H", fstat)			\
	X(SETSTAT, 9, "setstat", 0, 0, WRITES, "PA", setstat)		\
	X(FSETSTAT, 10, "fsetstat", 0, 0, WRITES, "HA", fsetstat)	\
	X(OPENDIR, 11, "opendir", 0, 0, READS, "P", opendir)		\
	X(READDIR, 12, "readdir", 0, 0, READS, "H", readdir)		\
	X(REMOVE, 13, "remove", 0, 0, WRITES, "P", remove)		\
	X(MKDIR, 14, "mkdir", 0, 0, WRITES, "PA", mkdir)		\
	X(RMDIR, 15, "rmdir", 0, 0, WRITES, "P", rmdir)			\
	X(REALPATH, 16, "realpath", 0, 0, READS, "P", realpath)		\
	X(STAT, 17, "stat", 0, 0, READS, "P", stat)			\
	X(RENAME, 18, "rename", 0, 0, WRITES, "PQ", rename)		\
	X(READLINK, 19, "readlink", 0, 0, READS, "P", readlink)		\
	/* target first, as OpenSSH has it against the draft */		\
	X(SYMLINK, 20, "symlink", 0, 0, WRITES, "PQ", symlink)		\
	X(POSIX_RENAME, SFTP_EXTENDED, "posix-rename",			\
	    "posix-rename@openssh.com", "1", WRITES, "PQ", posix_rename) \
	X(STATVFS, SFTP_EXTENDED, "statvfs",				\
	    "statvfs@openssh.com", "2", READS, "P", statvfs)		\
	X(FSTATVFS, SFTP_EXTENDED, "fstatvfs",				\
	    "fstatvfs@openssh.com", "2", READS, "H", fstatvfs)		\
	X(HARDLINK, SFTP_EXTENDED, "hardlink",				\
	    "hardlink@openssh.com", "1", WRITES, "PQ", hardlink)	\
	X(FSYNC, SFTP_EXTENDED, "fsync",				\
	    "fsync@openssh.com", "1", WRITES, "H", fsync)		\
	X(LSETSTAT, SFTP_EXTENDED, "lsetstat",				\
	    "lsetstat@openssh.com", "1", WRITES, "PA", lsetstat)	\
	X(LIMITS, SFTP_EXTENDED, "limits",				\
	    "limits@openssh.com", "1", READS, "", limits)		\
	X(EXPAND_PATH, SFTP_EXTENDED, "expand-path",			\
	    "expand-path@openssh.com", "1", READS, "P", expand_path)	\
	X(COPY_DATA, SFTP_EXTENDED, "copy-data",			\
	    "copy-data", "1", WRITES, "HONIM", copy_data)		\
	X(HOME_DIRECTORY, SFTP_EXTENDED, "home-directory",		\
	    "home-directory", "1", READS, "P", home_directory)		\
	X(USERS_GROUPS_BY_ID, SFTP_EXTENDED, "users-groups-by-id",	\
	    "users-groups-by-id@openssh.com", "1", READS, "DE",		\
	    users_groups_by_id)						\
	X(CHECK_FILE_NAME, SFTP_EXTENDED, "check-file-name",		\
	    "check-file-name", "1", READS, "PDONF", check_file_name)	\
	X(CHECK_FILE_HANDLE, SFTP_EXTENDED, "check-file-handle",	\
	    "check-file-handle", "1", READS, "HDONF", check_file_handle) \
	/* by handle; its reply repeats the name, which Paramiko wants */ \
	X(CHECK_FILE, SFTP_EXTENDED, "check-file",			\
	    "check-file", "1", READS, "HDONF", check_file)

enum sftp_request_id {
#define X(id, ...) SFTP_##id,
	SFTP_REQUESTS(X)
#undef X
	SFTP_REQUEST_COUNT
};

#endif
