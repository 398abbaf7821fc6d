/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include "lib/base/host_port.h"

static void
host_port__both_halves_are_found(void **state)
{
	static const struct {
		const char *text, *host;
		uint16_t port;
	} cases[] = {
		{ "example.org:80", "example.org", 80 },
		{ "192.0.2.1:65535", "192.0.2.1", 65535 },
		{ "[2001:db8::1]:22", "2001:db8::1", 22 },
		{ "*:*", "*", 0 }, { "h:*", "h", 0 }, { "*:1", "*", 1 },
		{ "h:00022", "h", 22 }, { ":22", "", 22 }, { "[]:*", "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct bytes host = { 0 };
		uint16_t port = 1;

		if (!host_port_split(bytes_str(cases[i].text), &host, &port) ||
		    !bytes_is(host, cases[i].host) || port != cases[i].port)
			fail_msg("%s: %.*s %u", cases[i].text, (int)host.len,
			    (const char *)host.p, port);
	}
}

static void
host_port__other_text_is_refused(void **state)
{
	static const char *const bad[] = {
		"", ":", ":0", "h", "h:", "h:0", "h:65536", "h:-1", "h:+1",
		"h: 1", "h:1 ", "::1", "2001:db8::1:22", "[::1]", "[::1]22",
		"[]:", "[]", "[::1", "[", "h:99999999999999999999", "h:**",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct bytes host;
		uint16_t port;

		if (host_port_split(bytes_str(bad[i]), &host, &port))
			fail_msg("%s", bad[i]);
	}
	assert_false(host_port_split(bytes_of("h\0:1", 4),
	    &(struct bytes){ 0 }, &(uint16_t){ 0 }));
}

static void
host_port__a_bare_port_to_listen_on_means_every_host(void **state)
{
	struct bytes host;
	uint16_t port;

	(void)state;
	assert_true(listen_port_split(BYTES_LIT("8080"), &host, &port));
	assert_true(bytes_is(host, "*"));
	assert_int_equal(port, 8080);
	assert_false(listen_port_split(BYTES_LIT("h-o-s-t"), &host, &port));
	assert_false(listen_port_split(BYTES_LIT(""), &host, &port));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(host_port__both_halves_are_found),
		TEST(host_port__other_text_is_refused),
		TEST(host_port__a_bare_port_to_listen_on_means_every_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
