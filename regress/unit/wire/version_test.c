/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <stdio.h>

#include "lib/base/compiler.h"
#include "lib/wire/version.h"

static void
version_line__each_defect_has_its_result(void **state)
{
	static const struct {
		const char *text;
		enum version_result want;
	} cases[] = {
		{ "SSH-2.0-OpenSSH_9.2p1 Debian-2", VERSION_OK },
		{ "SSH-2.0-x\r", VERSION_OK },
		{ "SSH-1.99-x", VERSION_OK },
		{ "SSH-2.7-x", VERSION_OK },
		{ "SSH-2.0-a\rb", VERSION_BAD_CHARACTERS },
		{ "SSH-2.0-a\r\r", VERSION_BAD_CHARACTERS },
		{ "", VERSION_NO_SSH },
		{ "SSH", VERSION_NO_SSH },
		{ "ssh-2.0-x", VERSION_NO_SSH },
		{ "GET / HTTP/1.1\r", VERSION_NO_SSH },
		{ " SSH-2.0-x", VERSION_NO_SSH },
		{ "SSH-", VERSION_BAD_NUMBERS },
		{ "SSH-2.0", VERSION_BAD_NUMBERS },
		{ "SSH-2.0-", VERSION_BAD_NUMBERS },
		{ "SSH-2-x", VERSION_BAD_NUMBERS },
		{ "SSH-.0-x", VERSION_BAD_NUMBERS },
		{ "SSH-2.-x", VERSION_BAD_NUMBERS },
		{ "SSH--2.0-x", VERSION_BAD_NUMBERS },
		{ "SSH-20000000000000000002.0-x", VERSION_BAD_NUMBERS },
		{ "SSH-1.5-x", VERSION_OTHER_MAJOR },
		{ "SSH-3.0-x", VERSION_OTHER_MAJOR },
		{ "SSH-1.999-x", VERSION_OTHER_MAJOR },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct version_line line;
		enum version_result got = version_line_parse(
		    bytes_str(cases[i].text), &line);

		if (got != cases[i].want)
			print_message("%s: got %d\n", cases[i].text, got);
		assert_int_equal(got, cases[i].want);
	}
}

static void
version_line__a_nul_byte_is_refused(void **state)
{
	struct version_line line;

	(void)state;
	assert_int_equal(version_line_parse(BYTES_LIT("SSH-2.0-a\0b"), &line),
	    VERSION_BAD_CHARACTERS);
}

static void
version_line__software_and_hash_input_are_without_cr(void **state)
{
	struct version_line line;

	(void)state;
	assert_int_equal(version_line_parse(
	    BYTES_LIT("SSH-1.99-Old_2.1 a comment\r"), &line), VERSION_OK);
	assert_true(bytes_is(line.line, "SSH-1.99-Old_2.1 a comment"));
	assert_true(bytes_is(line.software, "Old_2.1 a comment"));
	assert_int_equal(line.major, 1);
	assert_int_equal(line.minor, 99);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(version_line__each_defect_has_its_result),
		TEST(version_line__a_nul_byte_is_refused),
		TEST(version_line__software_and_hash_input_are_without_cr),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
