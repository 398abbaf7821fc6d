/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include "unit/net/test_client.h"

static void
transport__a_client_can_exchange_keys_and_log_in(void **state)
{
	struct test_client *c;

	(void)state;
	upper = (struct upper){ 0 };
	c = test_client_new(NULL);
	test_client_hello(c);
	test_client_kex(c);
	test_client_login(c);
	assert_int_equal(c->conn.state, CONN_OPEN);
	test_client_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(transport__a_client_can_exchange_keys_and_log_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
