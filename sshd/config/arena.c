/* SPDX-License-Identifier: ISC */
#include "sshd/config/arena.h"

#include <stdlib.h>

#define BLOCK_LEN	8192	/* the values of a usual configuration */
#define ALIGN		_Alignof(max_align_t)

struct block {
	struct block *next;
	size_t used, cap;
	_Alignas(max_align_t) uint8_t bytes[];
};

struct arena {
	struct block *blocks;	/* the first one is being filled */
};

static struct block *
block_new(size_t cap)
{
	struct block *block;

	if (cap > SIZE_MAX - sizeof(*block))
		return NULL;
	if ((block = malloc(sizeof(*block) + cap)) == NULL)
		return NULL;
	block->next = NULL;
	block->used = 0;
	block->cap = cap;
	return block;
}

struct arena *
arena_new(void)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (arena == NULL)
		return NULL;
	if ((arena->blocks = block_new(BLOCK_LEN)) == NULL) {
		free(arena);
		return NULL;
	}
	return arena;
}

static void
blocks_free(struct block *block)
{
	while (block != NULL) {
		struct block *next = block->next;

		free(block);
		block = next;
	}
}

void
arena_free(struct arena *arena)
{
	if (arena == NULL)
		return;
	blocks_free(arena->blocks);
	free(arena);
}

void
arena_reset(struct arena *arena)
{
	blocks_free(arena->blocks->next);
	arena->blocks->next = NULL;
	arena->blocks->used = 0;
}

void *
arena_alloc(struct arena *arena, size_t len)
{
	struct block *block = arena->blocks;
	void *p;

	if (len > SIZE_MAX - ALIGN)
		return NULL;
	len = (len + ALIGN - 1) / ALIGN * ALIGN;
	if (block->cap - block->used < len) {
		block = block_new(len > BLOCK_LEN ? len : BLOCK_LEN);
		if (block == NULL)
			return NULL;
		block->next = arena->blocks;
		arena->blocks = block;
	}
	p = block->bytes + block->used;
	block->used += len;
	return memset(p, 0, len);
}

char *
arena_str(struct arena *arena, struct bytes b)
{
	char *s;

	if (b.len == SIZE_MAX || (s = arena_alloc(arena, b.len + 1)) == NULL)
		return NULL;
	if (b.len != 0)
		memcpy(s, b.p, b.len);
	return s;
}
