/* SPDX-License-Identifier: ISC */
/*
 * limits - bounds of one SFTP session, with their reasons.
 *
 * Shapes:  macros.
 * Units:   bytes unless the name says otherwise.
 * Errors:  none.
 * Owns:    nothing.
 * Source:  OpenSSH PROTOCOL section 4.8, limits@openssh.com.
 */
#ifndef SFTP_SERVER_LIMITS_H
#define SFTP_SERVER_LIMITS_H

#define SFTP_MESSAGE_MAX	262144	/* after the length field, as OpenSSH */
#define SFTP_DATA_MAX		(SFTP_MESSAGE_MAX - 1024) /* read and write */
#define SFTP_HANDLE_MAX		256	/* draft 3, section 6.3 */
#define SFTP_IDS_MAX		4096	/* of one users-groups-by-id, each */
/*
 * A list of names is answered in pieces of this size: a client need not take
 * more than 34000 bytes in one message (draft 2, section 3).
 */
#define SFTP_NAMES_MAX		34000
#define SFTP_ENTRY_MAX		1536	/* name, long name, attributes */

/* Requests are read or copied, and replies gathered, up to this much. */
#define SFTP_IN_SIZE		(2 * SFTP_MESSAGE_MAX)
#define SFTP_OUT_SIZE		(3 * SFTP_MESSAGE_MAX)
/*
 * Replies worth a write() while more requests wait: so much, or so many that
 * the client has something to do meanwhile.
 */
#define SFTP_OUT_BATCH		131072
#define SFTP_OUT_REPLIES	16

/* Shorter reads are copied: pages have a price of their own. */
#define SFTP_PAGES_MIN		16384
/* Pages that wait for the client before it has to be waited for. */
#define SFTP_PAGES_WAITING	262144

/* Dirty buffer memory that an idle session may keep. */
#define SFTP_KEPT_MAX		16384
#define SFTP_IDLE_MS		1000

/* Of longer messages, nothing behind is read before they are whole. */
#define SFTP_LONG_MESSAGE	65536

/* How far ahead of a sequential reader the page cache is filled. */
#define SFTP_AHEAD		2097152

#endif
