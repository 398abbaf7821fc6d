/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include "lib/wire/writer.h"
#include "sshd/session/env.h"

static const char *
value_of(const struct env *env, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < env->count; i++) {
		if (strncmp(env->v[i], name, len) == 0 &&
		    env->v[i][len] == '=')
			return env->v[i] + len + 1;
	}
	return NULL;
}

static struct bytes
pairs(struct writer *w, const char *one, const char *two)
{
	wr_cstring(w, one);
	if (two != NULL)
		wr_cstring(w, two);
	return wr_view(w);
}

struct fixture {
	struct ipc_GRANT grant;
	struct env client, env;
	uint8_t key_env[256], pam_env[256], set_env[256];
};

static void
build(struct fixture *f)
{
	struct env_input in = {
		.grant = &f->grant, .user = "fred", .home = "/home/fred",
		.shell = "/bin/sh", .client = &f->client,
		.tty = "/dev/pts/7", .original_command = "ls",
	};

	f->grant.peer_address = BYTES_LIT("192.0.2.1");
	f->grant.peer_port = 1111;
	f->grant.local_address = BYTES_LIT("192.0.2.2");
	f->grant.local_port = 22;
	env_build(&f->env, &in);
	assert_false(f->env.failed);
}

static void
clear(struct fixture *f)
{
	env_clear(&f->client);
	env_clear(&f->env);
}

static void
env_build__the_origin_cannot_be_overridden(void **state)
{
	struct fixture f = { 0 };
	struct writer key = wr_init(f.key_env, sizeof(f.key_env));
	struct writer set = wr_init(f.set_env, sizeof(f.set_env));

	(void)state;
	env_set_str(&f.client, "SSH_CLIENT", "forged");
	f.grant.key_env = pairs(&key, "SSH_CONNECTION=forged", "A=key");
	f.grant.set_env = pairs(&set, "SSH_ORIGINAL_COMMAND=forged", NULL);
	build(&f);
	assert_string_equal(value_of(&f.env, "SSH_CLIENT"),
	    "192.0.2.1 1111 22");
	assert_string_equal(value_of(&f.env, "SSH_CONNECTION"),
	    "192.0.2.1 1111 192.0.2.2 22");
	assert_string_equal(value_of(&f.env, "SSH_ORIGINAL_COMMAND"), "ls");
	assert_string_equal(value_of(&f.env, "SSH_TTY"), "/dev/pts/7");
	assert_string_equal(value_of(&f.env, "A"), "key");
	clear(&f);
}

static void
env_build__the_account_beats_the_client_and_set_env_beats_both(void **state)
{
	struct fixture f = { 0 };
	struct writer set = wr_init(f.set_env, sizeof(f.set_env));

	(void)state;
	env_set_str(&f.client, "HOME", "/tmp");
	env_set_str(&f.client, "LANG", "C");
	env_set_str(&f.client, "USER", "root");
	f.grant.set_env = pairs(&set, "USER=site", NULL);
	build(&f);
	assert_string_equal(value_of(&f.env, "HOME"), "/home/fred");
	assert_string_equal(value_of(&f.env, "LANG"), "C");
	assert_string_equal(value_of(&f.env, "USER"), "site");
	clear(&f);
}

static void
env_set__refuses_names_and_values_that_could_lie(void **state)
{
	struct env env = { 0 };

	(void)state;
	env_set(&env, BYTES_LIT(""), BYTES_LIT("x"));
	env_set(&env, BYTES_LIT("A=B"), BYTES_LIT("x"));
	env_set(&env, BYTES_LIT("A\0B"), BYTES_LIT("x"));
	env_set(&env, BYTES_LIT("A"), BYTES_LIT("x\0y"));
	assert_int_equal(env.count, 0);
	env_set(&env, BYTES_LIT("A"), BYTES_LIT("1"));
	env_set(&env, BYTES_LIT("AB"), BYTES_LIT("2"));
	env_set(&env, BYTES_LIT("A"), BYTES_LIT("3"));
	assert_int_equal(env.count, 2);
	assert_string_equal(value_of(&env, "A"), "3");
	assert_null(env.v[env.count]);
	env_clear(&env);
}

static void
env_build__modules_override_the_key_and_not_the_administrator(void **state)
{
	struct fixture f = { .grant.pam = 1 };
	struct writer key = wr_init(f.key_env, sizeof(f.key_env)),
	    pam = wr_init(f.pam_env, sizeof(f.pam_env)),
	    set = wr_init(f.set_env, sizeof(f.set_env));

	(void)state;
	f.grant.key_env = pairs(&key, "ONE=key", "TWO=key");
	f.grant.pam_env = pairs(&pam, "TWO=pam", "THREE=pam");
	f.grant.set_env = pairs(&set, "THREE=set", NULL);
	build(&f);
	assert_string_equal(value_of(&f.env, "ONE"), "key");
	assert_string_equal(value_of(&f.env, "TWO"), "pam");
	assert_string_equal(value_of(&f.env, "THREE"), "set");
	assert_null(value_of(&f.env, "MAIL"));
	clear(&f);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(env_build__the_origin_cannot_be_overridden),
		TEST(env_build__the_account_beats_the_client_and_set_env_beats_both),
		TEST(env_set__refuses_names_and_values_that_could_lie),
		TEST(env_build__modules_override_the_key_and_not_the_administrator),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
