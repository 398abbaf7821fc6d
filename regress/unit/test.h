/* SPDX-License-Identifier: ISC */
/*
 * test - what every unit test includes first.
 *
 * Shapes:  cmocka and its prerequisites; TEST(f) makes a row of the list.
 * Units:   -
 * Errors:  -
 * Owns:    nothing.
 * Source:  cmocka.h.
 */
#ifndef REGRESS_UNIT_TEST_H
#define REGRESS_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define TEST(f)	cmocka_unit_test(f)

#endif
