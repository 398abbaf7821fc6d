/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <stdlib.h>

#include "lib/base/compiler.h"
#include "lib/wire/reader.h"
#include "monitor/signed_data.h"

static const struct signed_userauth sample = {
	.session_id = { (const uint8_t *)"SID", 3 },
	.user = { (const uint8_t *)"fred:x", 6 },
	.service = "ssh-connection",
	.algorithm = { (const uint8_t *)"rsa-sha2-512", 12 },
	.key = { (const uint8_t *)"KEY", 3 },
	.host_key = { (const uint8_t *)"HOST", 4 },
};

/* Read back as RFC 4252 section 7 lists the fields. */
static void
assert_fields(struct bytes data, const char *method, bool with_host_key)
{
	struct reader r = rd_init(data);
	struct err err;

	assert_true(bytes_is(rd_string(&r, 64, "session id"), "SID"));
	assert_int_equal(rd_u8(&r, "message"), 50);
	assert_true(bytes_is(rd_string(&r, 64, "user"), "fred:x"));
	assert_true(bytes_is(rd_string(&r, 64, "service"), "ssh-connection"));
	assert_true(bytes_is(rd_string(&r, 64, "method"), method));
	assert_int_equal(rd_u8(&r, "has signature"), 1);
	assert_true(bytes_is(rd_string(&r, 64, "algorithm"), "rsa-sha2-512"));
	assert_true(bytes_is(rd_string(&r, 64, "key"), "KEY"));
	if (with_host_key)
		assert_true(bytes_is(rd_string(&r, 64, "K_S"), "HOST"));
	assert_true(rd_end(&r, &err));
}

static void
signed_userauth_build__gives_the_fields_of_rfc_4252(void **state)
{
	uint8_t *data;
	size_t len;
	struct err err;

	(void)state;
	assert_true(signed_userauth_build(&sample, &data, &len, &err));
	assert_fields(bytes_of(data, len), "publickey", false);
	free(data);
}

static void
signed_userauth_build__hostbound_binds_the_host_key(void **state)
{
	struct signed_userauth in = sample;
	uint8_t *data;
	size_t len;
	struct err err;

	(void)state;
	in.hostbound = true;
	assert_true(signed_userauth_build(&in, &data, &len, &err));
	assert_fields(bytes_of(data, len),
	    "publickey-hostbound-v00@openssh.com", true);
	free(data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(signed_userauth_build__gives_the_fields_of_rfc_4252),
		TEST(signed_userauth_build__hostbound_binds_the_host_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
