/* SPDX-License-Identifier: ISC */
/*
 * sntrup761_sort - ascending order of 768 words in constant time.
 *
 * Shapes:  fixed size; a caller with fewer words pads with UINT32_MAX.
 * Units:   words of 32 bits, unsigned.
 * Errors:  none.
 * Owns:    nothing.
 * Source:  Batcher's merge exchange: Knuth, TAOCP vol. 3, 5.2.2, Algorithm M.
 */
#ifndef LIB_CRYPTO_SNTRUP761_SORT_H
#define LIB_CRYPTO_SNTRUP761_SORT_H

#include <stdint.h>

#define SNTRUP761_SORT_COUNT	768

void sntrup761_sort(uint32_t words[static SNTRUP761_SORT_COUNT]);

#endif
