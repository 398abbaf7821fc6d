/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include "lib/base/compiler.h"
#include "lib/base/pattern.h"
#include "monitor/auth_methods.h"

static bool
is_enabled(const void *arg, struct bytes method)
{
	return name_list_has(bytes_str(arg), method);
}

static struct auth_methods *
methods_of(const char *enabled, const char *const *lists, size_t count)
{
	struct auth_methods *methods;
	struct err err;

	if (!auth_methods_new(lists, count, is_enabled, enabled, &methods,
	    &err))
		fail_msg("%s", err.what);
	return methods;
}

static void
auth_methods__without_lists_any_one_completes(void **state)
{
	struct auth_methods *methods = methods_of("publickey", NULL, 0);

	(void)state;
	assert_true(auth_methods_allow(methods, "publickey", NULL));
	assert_true(auth_methods_done(methods, "publickey", NULL));
}

static void
auth_methods__a_list_is_done_in_its_order(void **state)
{
	const char *lists[] = { "publickey,password" };
	struct auth_methods *methods = methods_of("publickey,password", lists,
	    1);

	(void)state;
	assert_true(auth_methods_allow(methods, "publickey", NULL));
	assert_false(auth_methods_allow(methods, "password", NULL));
	assert_false(auth_methods_done(methods, "password", NULL));
	assert_false(auth_methods_done(methods, "publickey", NULL));
	assert_false(auth_methods_allow(methods, "publickey", NULL));
	assert_true(auth_methods_allow(methods, "password", NULL));
	assert_true(auth_methods_done(methods, "password", NULL));
	auth_methods_free(methods);
}

static void
auth_methods__the_first_complete_list_ends_it(void **state)
{
	const char *lists[] = { "publickey,publickey", "password" };
	struct auth_methods *methods = methods_of("publickey,password", lists,
	    2);

	(void)state;
	assert_false(auth_methods_done(methods, "publickey", NULL));
	assert_true(auth_methods_allow(methods, "publickey", NULL));
	assert_true(auth_methods_allow(methods, "password", NULL));
	assert_true(auth_methods_done(methods, "password", NULL));
	auth_methods_free(methods);
}

static void
auth_methods__a_device_is_not_part_of_the_name(void **state)
{
	const char *lists[] = { "keyboard-interactive:pam,publickey" };
	struct auth_methods *methods = methods_of(
	    "publickey,keyboard-interactive", lists, 1);

	(void)state;
	assert_true(auth_methods_allow(methods, "keyboard-interactive", NULL));
	assert_false(auth_methods_allow(methods, "publickey", NULL));
	assert_false(auth_methods_done(methods, "keyboard-interactive", NULL));
	assert_true(auth_methods_done(methods, "publickey", NULL));
	auth_methods_free(methods);
}

static void
auth_methods__a_list_with_a_disabled_method_is_dropped(void **state)
{
	const char *lists[] = { "publickey,password", "publickey,hostbased" };
	struct auth_methods *methods = methods_of("publickey,password", lists,
	    2);
	struct err err;

	(void)state;
	assert_false(auth_methods_done(methods, "publickey", NULL));
	assert_false(auth_methods_allow(methods, "hostbased", NULL));
	auth_methods_free(methods);
	assert_false(auth_methods_new(lists, 2, is_enabled, "publickey",
	    &methods, &err));
	assert_int_equal(err.code, ERR_DENIED);
}

static void
auth_methods__a_named_device_is_fit_by_itself_only(void **state)
{
	const char *lists[] = { "keyboard-interactive:pam,publickey" };
	const char *method = "keyboard-interactive";
	struct auth_methods *methods = methods_of(
	    "keyboard-interactive,publickey", lists, 1);

	(void)state;
	assert_true(auth_methods_allow(methods, method, NULL));
	assert_true(auth_methods_allow(methods, method, "pam"));
	assert_false(auth_methods_allow(methods, method, "pa"));
	assert_false(auth_methods_allow(methods, method, "totp"));
	assert_false(auth_methods_done(methods, method, "totp"));
	assert_false(auth_methods_allow(methods, "publickey", NULL));
	assert_false(auth_methods_done(methods, method, "pam"));
	assert_true(auth_methods_done(methods, "publickey", NULL));
	auth_methods_free(methods);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(auth_methods__without_lists_any_one_completes),
		TEST(auth_methods__a_list_is_done_in_its_order),
		TEST(auth_methods__the_first_complete_list_ends_it),
		TEST(auth_methods__a_device_is_not_part_of_the_name),
		TEST(auth_methods__a_list_with_a_disabled_method_is_dropped),
		TEST(auth_methods__a_named_device_is_fit_by_itself_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
