/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <stdio.h>
#include <string.h>

#include "monitor/auth_info.h"
#include "unit/keys/samples.h"

static void
auth_info__each_step_is_a_line(void **state)
{
	struct auth_info info = { NULL, 0 };
	struct pubkey *key = NULL;
	struct bytes rest;
	struct err err;
	char want[1024];

	(void)state;
	assert_true(pubkey_parse_text(bytes_str(sample_ed_pub), &key, &rest,
	    &err));
	assert_true(auth_info_add(&info, &(struct auth_info_step){
	    .method = "publickey", .key = key,
	    .facts = "signature count = 7" }, &err));
	assert_true(auth_info_add(&info, &(struct auth_info_step){
	    .method = "keyboard-interactive", .device = "pam", .facts = "" },
	    &err));
	assert_true(auth_info_add(&info, &(struct auth_info_step){
	    .method = "password", .facts = "" }, &err));
	/* "ssh-ed25519 AAAA... comment" up to the second blank */
	snprintf(want, sizeof(want), "publickey %.*s signature count = 7\n"
	    "keyboard-interactive/pam\npassword\n",
	    (int)(strchr(strchr(sample_ed_pub, ' ') + 1, ' ') -
	    sample_ed_pub), sample_ed_pub);
	assert_string_equal(info.text, want);
	assert_int_equal(info.len, strlen(want));
	auth_info_clear(&info);
	pubkey_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(auth_info__each_step_is_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
