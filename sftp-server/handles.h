/* SPDX-License-Identifier: ISC */
/*
 * handles - what the client has open.
 *
 * Shapes:  on the wire 8 bytes: index and generation, so that a handle that
 *          was closed, or made up, names nothing.
 * Units:   -
 * Errors:  -errno; lookups return NULL.
 * Owns:    descriptors, names and directory buffers of open handles.
 * Source:  draft-ietf-secsh-filexfer-02 section 6.3.
 */
#ifndef SFTP_SERVER_HANDLES_H
#define SFTP_SERVER_HANDLES_H

#include "lib/base/compiler.h"
#include "sftp-server/tree.h"

#define HANDLE_BYTES	8

enum handle_kind { HANDLE_UNUSED, HANDLE_FILE, HANDLE_DIR };

struct handle {
	enum handle_kind kind;
	uint32_t generation;
	uint32_t next_unused;
	char *path;			/* as the client named it */
	struct tree_file file;		/* HANDLE_DIR: only fd */
	int flags;			/* of open(2) */
	uint64_t next_offset;		/* where a sequential reader goes on */
	uint64_t ahead;			/* the page cache is asked up to here */
	bool is_slow;			/* reads had to wait for the disk */
	bool has_no_pages;		/* see reply_pages() */
	uint64_t size;			/* it reached that far, or farther */
	struct dir_buffer *dir;		/* entries not yet told */
};

struct handles {
	struct handle *v;
	uint32_t count, cap;
	uint32_t unused;		/* HANDLE_NONE: none */
};

#define HANDLE_NONE	UINT32_MAX
#define DIR_BUFFER_SIZE	32768

/* Directory entries as getdents64(2) left them. */
struct dir_buffer {
	size_t len, at;
	_Alignas(8) uint8_t bytes[DIR_BUFFER_SIZE];
};

void handles_init(struct handles *handles);
/* Calls end for each open handle, then frees all. */
void handles_clear(struct handles *handles,
    void (*end)(void *arg, struct handle *), void *arg);
/* A new handle that owns a copy of path; -ENOMEM. */
MUST_CHECK int handles_add(struct handles *handles, enum handle_kind kind,
    const char *path, uint32_t *index);
/* Frees what belongs to the handle but its descriptor. */
void handles_remove(struct handles *handles, struct handle *handle);
struct handle *handles_find(struct handles *handles, struct bytes peer_handle,
    enum handle_kind kind);
/* Of any kind. */
struct handle *handles_find_any(struct handles *handles,
    struct bytes peer_handle);
void handles_build(const struct handles *handles, uint32_t index,
    uint8_t out[static HANDLE_BYTES]);

#endif
