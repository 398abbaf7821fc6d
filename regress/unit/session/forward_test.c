/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include "lib/base/compiler.h"
#include "lib/wire/writer.h"
#include "sshd/session/forward.h"

static struct bytes
list(struct writer *w, const char *host, const char *port)
{
	wr_cstring(w, host);
	wr_cstring(w, port);
	return wr_view(w);
}

static void
forward_list_allows__compares_host_and_port(void **state)
{
	static const struct {
		const char *want_host, *want_port, *host;
		uint32_t port;
		bool pattern, allowed;
	} rows[] = {
		{ "h", "80", "h", 80, false, true },
		{ "h", "80", "h", 81, false, false },
		{ "h", "80", "g", 80, false, false },
		{ "*", "80", "g", 80, false, true },
		{ "h", "*", "h", 9, false, true },
		{ "h*", "*", "host", 9, false, false },	/* literal */
		{ "h*", "*", "host", 9, true, true },
		{ "", "", "h", 80, false, false },	/* "none" */
		{ "", "", "", 0, true, false },
		{ "h", "080", "h", 80, false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint8_t buf[64];
		struct writer w = wr_init(buf, sizeof(buf));
		struct bytes l = list(&w, rows[i].want_host,
		    rows[i].want_port);

		if (forward_list_allows(l, bytes_str(rows[i].host),
		    rows[i].port, rows[i].pattern) != rows[i].allowed)
			fail_msg("row %zu", i);
	}
}

static void
forward_list_allows__no_entry_allows_all_and_a_broken_one_nothing(void **state)
{
	(void)state;
	assert_true(forward_list_allows((struct bytes){ 0 }, BYTES_LIT("h"),
	    80, false));
	assert_false(forward_list_allows(BYTES_LIT("\0\0\0\x09h"),
	    BYTES_LIT("h"), 80, false));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(forward_list_allows__compares_host_and_port),
		TEST(forward_list_allows__no_entry_allows_all_and_a_broken_one_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
