/* SPDX-License-Identifier: ISC */
#include "lib/base/memory.h"

#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* More than we ever use, less than the kernel keeps free below a stack. */
#define STACK_DEEP	524288

__attribute__((noinline)) void
memory_release_stack(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);
	/* the page below is what madvise() itself needs */
	uintptr_t end = (here & ~(page - 1)) - page;

	/* pages that were never there make it fail, after all others */
	(void)madvise((void *)(end - STACK_DEEP), STACK_DEEP, MADV_DONTNEED);
}

void
memory_release(void)
{
	(void)malloc_trim(0);
	memory_release_stack();
}
