/* SPDX-License-Identifier: ISC */
#include "unit/keys/keys_util.h"

#include <stdlib.h>

#include "keys/agent.h"

/* SIGN_RESPONSE with a signature of this name. */
static struct bytes
reply_of(struct blob *blob, const char *name, const char *more)
{
	struct blob inner;

	blob_init(&inner);
	wr_cstring(&inner.w, name);
	wr_cstring(&inner.w, "the signature");
	wr_bytes(&inner.w, more, strlen(more));
	blob_init(blob);
	wr_u8(&blob->w, 14);
	wr_string(&blob->w, blob_view(&inner));
	return blob_view(blob);
}

static bool
parse(struct bytes reply, const char *algorithm, struct bytes *signature,
    struct err *err)
{
	return agent_reply_parse(reply, sig_alg_find(bytes_str(algorithm)),
	    signature, err);
}

static void
agent_reply__holds_the_signature_that_was_asked_for(void **state)
{
	struct bytes signature;
	struct blob blob;
	struct err err;

	(void)state;
	assert_true(parse(reply_of(&blob, "ssh-ed25519", ""), "ssh-ed25519",
	    &signature, &err));
	assert_int_equal(signature.len, 4 + 11 + 4 + 13);
	assert_true(parse(reply_of(&blob, "rsa-sha2-512", ""),
	    "rsa-sha2-512-cert-v01@openssh.com", &signature, &err));
	assert_true(parse(reply_of(&blob, "sk-ssh-ed25519@openssh.com",
	    "\1\1\1\1\1"), "sk-ssh-ed25519@openssh.com", &signature, &err));
}

static void
agent_reply__of_another_algorithm_is_refused(void **state)
{
	struct bytes signature;
	struct blob blob;
	struct err err;

	(void)state;
	assert_false(parse(reply_of(&blob, "ssh-rsa", ""), "rsa-sha2-256",
	    &signature, &err));
	assert_int_equal(err.code, ERR_MISMATCH);
}

static void
agent_reply__a_failure_is_told_apart(void **state)
{
	struct bytes signature;
	struct err err;

	(void)state;
	assert_false(parse(BYTES_LIT("\5"), "ssh-ed25519", &signature, &err));
	assert_int_equal(err.code, ERR_DENIED);
}

static void
agent_reply__every_truncation_and_one_byte_more_are_errors(void **state)
{
	struct bytes signature, reply;
	struct blob blob;
	struct err err;

	(void)state;
	reply = reply_of(&blob, "ssh-ed25519", "");
	for (size_t n = 0; n < reply.len; n++) {
		uint8_t *copy = exact_copy(reply.p, n);

		assert_false(parse(bytes_of(copy, n), "ssh-ed25519",
		    &signature, &err));
		free(copy);
	}
	wr_u8(&blob.w, 0);
	assert_false(parse(blob_view(&blob), "ssh-ed25519", &signature,
	    &err));
}

static void
agent_probe__says_why_nobody_answers(void **state)
{
	char longer[200];
	struct err err;

	(void)state;
	assert_false(agent_probe("/nonexistent/agent", &err));
	assert_int_equal(err.sys, ENOENT);
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_false(agent_probe(longer, &err));
	assert_int_equal(err.code, ERR_RANGE);
	assert_int_equal(unsetenv("SSH_AUTH_SOCK"), 0);
	assert_false(agent_probe("SSH_AUTH_SOCK", &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(agent_reply__holds_the_signature_that_was_asked_for),
		TEST(agent_reply__of_another_algorithm_is_refused),
		TEST(agent_reply__a_failure_is_told_apart),
		TEST(agent_reply__every_truncation_and_one_byte_more_are_errors),
		TEST(agent_probe__says_why_nobody_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
