/* SPDX-License-Identifier: ISC */
#include "sshd/session/forward.h"

#include <stdio.h>

#include "lib/base/pattern.h"
#include "lib/wire/reader.h"

static bool
port_allows(struct bytes want, uint32_t port)
{
	char digits[12];
	int len = snprintf(digits, sizeof(digits), "%u", port);

	return bytes_is(want, "*") ||
	    bytes_equal(want, bytes_of(digits, (size_t)len));
}

static bool
host_allows(struct bytes want, struct bytes host, bool is_pattern)
{
	char pattern[HOST_NAME_MAX_LEN + 1];

	if (bytes_is(want, "*") || bytes_equal(want, host))
		return true;
	return is_pattern && bytes_to_str(want, pattern, sizeof(pattern)) &&
	    pattern_match(pattern, host);
}

bool
forward_list_allows(struct bytes list, struct bytes host, uint32_t port,
    bool host_is_pattern)
{
	struct reader r = rd_init(list);
	struct err err;

	if (list.len == 0)
		return true;
	while (rd_left(&r) != 0) {
		struct bytes want_host = rd_string(&r, HOST_NAME_MAX_LEN,
		    "host");
		struct bytes want_port = rd_string(&r, 16, "port");

		if (rd_ok(&r, &err) && want_port.len != 0 &&
		    host_allows(want_host, host, host_is_pattern) &&
		    port_allows(want_port, port))
			return true;
	}
	return false;
}
