/* SPDX-License-Identifier: ISC */
/*
 * pq_simd - one kernel, compiled for the baseline and for AVX2.
 *
 * Shapes:  PQ_KERNEL(name, (parameters), (arguments)) { body } defines the
 *          void function `name`; `static` may stand before it.
 * Units:   none.
 * Errors:  none.
 * Owns:    nothing. The choice is one test of a constant word per call: no
 *          ifunc, so nothing runs while the program is relocated.
 * Source:  GCC manual, "x86 Function Attributes", __builtin_cpu_supports.
 */
#ifndef LIB_CRYPTO_PQ_SIMD_H
#define LIB_CRYPTO_PQ_SIMD_H

#include <stdint.h>

#define PQ_ALIGNED	__attribute__((aligned(32)))
#define PQ_INLINE	static inline __attribute__((always_inline))

/*
 * Makes the compiler forget what it knows of a secret value, so that it does
 * not rebuild a branch from the arithmetic that replaces one.
 */
PQ_INLINE uint32_t
pq_hide(uint32_t x)
{
	__asm__("" : "+r" (x));
	return x;
}

/* Bodies are loops of constant length over 16 lanes or a multiple of them. */
#if defined(__x86_64__) && !defined(__AVX2__)
#define PQ_KERNEL(name, params, args)					\
	void name params;						\
	PQ_INLINE void name##_body params;				\
	static __attribute__((noinline)) void				\
	name##_baseline params						\
	{								\
		name##_body args;					\
	}								\
	static __attribute__((noinline, target("avx2"))) void		\
	name##_avx2 params						\
	{								\
		name##_body args;					\
	}								\
	void								\
	name params							\
	{								\
		if (__builtin_cpu_supports("avx2"))			\
			name##_avx2 args;				\
		else							\
			name##_baseline args;				\
	}								\
	PQ_INLINE void name##_body params
#else
#define PQ_KERNEL(name, params, args)	void name params
#endif

#endif
