/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include "lib/base/compiler.h"
#include "sshd/session/tty_modes.h"

static void
tty_modes__flags_and_characters_are_set(void **state)
{
	struct termios tio = { .c_lflag = ECHO, .c_iflag = 0 };

	(void)state;
	tty_modes_apply(BYTES_LIT(
	    "\x35\0\0\0\0"		/* 53 ECHO off */
	    "\x24\0\0\0\1"		/* 36 ICRNL on */
	    "\x03\0\0\0\x08"		/* 3 VERASE = ^H */
	    "\x01\0\0\0\xff"		/* 1 VINTR undefined */
	    "\x80\0\0\x96\0"		/* 128 input speed 38400 */
	    "\0"), &tio);
	assert_false(tio.c_lflag & ECHO);
	assert_true(tio.c_iflag & ICRNL);
	assert_int_equal(tio.c_cc[VERASE], 8);
	assert_int_equal(tio.c_cc[VINTR], _POSIX_VDISABLE);
	assert_int_equal(cfgetispeed(&tio), B38400);
}

static void
tty_modes__cs7_and_cs8_replace_each_other(void **state)
{
	struct termios tio = { .c_cflag = CS7 };

	(void)state;
	tty_modes_apply(BYTES_LIT("\x5b\0\0\0\1\0"), &tio);
	assert_int_equal(tio.c_cflag & CSIZE, CS8);
	tty_modes_apply(BYTES_LIT("\x5a\0\0\0\0\x5b\0\0\0\1\0"), &tio);
	assert_int_equal(tio.c_cflag & CSIZE, CS8);
	tty_modes_apply(BYTES_LIT("\x5a\0\0\0\1\0"), &tio);
	assert_int_equal(tio.c_cflag & CSIZE, CS7);
}

static void
tty_modes__unknown_opcodes_are_skipped_and_160_ends_the_run(void **state)
{
	struct termios tio = { .c_lflag = 0 };

	(void)state;
	tty_modes_apply(BYTES_LIT("\x6e\0\0\0\1\x35\0\0\0\1\0"), &tio);
	assert_true(tio.c_lflag & ECHO);
	tio.c_lflag = 0;
	tty_modes_apply(BYTES_LIT("\xa0\0\0\0\1\x35\0\0\0\1\0"), &tio);
	assert_false(tio.c_lflag & ECHO);
}

static void
tty_modes__every_truncation_applies_only_whole_modes(void **state)
{
	static const uint8_t modes[] = { 53, 0, 0, 0, 1, 50, 0, 0, 0, 1, 0 };

	(void)state;
	for (size_t n = 0; n <= sizeof(modes); n++) {
		struct termios tio = { .c_lflag = 0 };

		tty_modes_apply(bytes_of(modes, n), &tio);
		assert_int_equal((tio.c_lflag & ECHO) != 0, n >= 5);
		assert_int_equal((tio.c_lflag & ISIG) != 0, n >= 10);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(tty_modes__flags_and_characters_are_set),
		TEST(tty_modes__cs7_and_cs8_replace_each_other),
		TEST(tty_modes__unknown_opcodes_are_skipped_and_160_ends_the_run),
		TEST(tty_modes__every_truncation_applies_only_whole_modes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
