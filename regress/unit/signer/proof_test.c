/* SPDX-License-Identifier: ISC */
#include "signer/proof.h"

#include <stdlib.h>
#include <string.h>

#include "regress/unit/test.h"

static void
proof_build__gives_label_session_and_key(void **state)
{
	static const uint8_t want[] =
	    "\0\0\0\035hostkeys-prove-00@openssh.com"
	    "\0\0\0\003SID\0\0\0\003KEY";
	uint8_t *data;
	size_t len;
	struct err err;

	(void)state;
	assert_true(proof_build(BYTES_LIT("SID"), BYTES_LIT("KEY"), &data,
	    &len, &err));
	assert_int_equal(len, sizeof(want) - 1);
	assert_memory_equal(data, want, len);
	free(data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(proof_build__gives_label_session_and_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
