/* SPDX-License-Identifier: ISC */
#include "sftp-server/handles.h"

#include <errno.h>

#include "lib/wire/reader.h"
#include "lib/wire/writer.h"

#define HANDLES_FIRST	16	/* elements, then twice as many */
#define HANDLES_MAX	1048576	/* more than any limit of descriptors */

void
handles_init(struct handles *handles)
{
	*handles = (struct handles){ .unused = HANDLE_NONE };
}

void
handles_clear(struct handles *handles, void (*end)(void *, struct handle *),
    void *arg)
{
	for (uint32_t i = 0; i < handles->count; i++) {
		if (handles->v[i].kind == HANDLE_UNUSED)
			continue;
		end(arg, &handles->v[i]);
		handles_remove(handles, &handles->v[i]);
	}
	free(handles->v);
	handles_init(handles);
}

static bool
grow(struct handles *handles)
{
	uint32_t cap = handles->cap == 0 ? HANDLES_FIRST : handles->cap * 2;
	struct handle *v;

	if (cap > HANDLES_MAX ||
	    (v = reallocarray(handles->v, cap, sizeof(*v))) == NULL)
		return false;
	handles->v = v;
	handles->cap = cap;
	return true;
}

int
handles_add(struct handles *handles, enum handle_kind kind, const char *path,
    uint32_t *index)
{
	struct handle *handle;
	uint32_t generation = 0, i = handles->unused;
	char *copy = strdup(path);

	if (copy == NULL || (i == HANDLE_NONE &&
	    handles->count == handles->cap && !grow(handles))) {
		free(copy);
		return -ENOMEM;
	}
	if (i == HANDLE_NONE)
		i = handles->count++;
	else {
		handles->unused = handles->v[i].next_unused;
		generation = handles->v[i].generation + 1;
	}
	handle = &handles->v[i];
	*handle = (struct handle){
		.kind = kind, .generation = generation, .path = copy,
		.file = { .fd = -1 },
	};
	*index = i;
	return 0;
}

void
handles_remove(struct handles *handles, struct handle *handle)
{
	free(handle->path);
	free(handle->dir);
	handle->path = NULL;
	handle->dir = NULL;
	handle->kind = HANDLE_UNUSED;
	handle->next_unused = handles->unused;
	handles->unused = (uint32_t)(handle - handles->v);
}

struct handle *
handles_find_any(struct handles *handles, struct bytes peer_handle)
{
	struct reader r = rd_init(peer_handle);
	uint32_t index = rd_u32(&r, "index");
	uint32_t generation = rd_u32(&r, "generation");
	struct handle *handle;

	if (peer_handle.len != HANDLE_BYTES || index >= handles->count)
		return NULL;
	handle = &handles->v[index];
	return handle->kind != HANDLE_UNUSED &&
	    handle->generation == generation ? handle : NULL;
}

struct handle *
handles_find(struct handles *handles, struct bytes peer_handle,
    enum handle_kind kind)
{
	struct handle *handle = handles_find_any(handles, peer_handle);

	return handle != NULL && handle->kind == kind ? handle : NULL;
}

void
handles_build(const struct handles *handles, uint32_t index,
    uint8_t out[static HANDLE_BYTES])
{
	put_u32(out, index);
	put_u32(out + 4, handles->v[index].generation);
}
