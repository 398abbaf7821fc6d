/* SPDX-License-Identifier: ISC */
#include "sshd/session/forward.h"

#include <stdio.h>

#include "lib/base/log.h"
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

const char *
forward_refused_by(const struct session *ses,
    const struct forward_rules *rules, struct bytes host, uint32_t port)
{
	if (!grant_permits(ses, rules->permit))
		return grant_permits(ses, FORBIDDEN_BY_CONFIG) ?
		    "DisableForwarding" :
		    grant_permits(ses, rules->by_key) ?
		    "the options of the key" : rules->keyword;
	if (!forward_list_allows(rules->list, host, port,
	    rules->host_is_pattern))
		return rules->list_keyword;
	if (!forward_list_allows(rules->key_list, host, port,
	    rules->host_is_pattern))
		return rules->key_option;
	return NULL;
}

void
forward_log_refused(const struct session *ses, const char *kind,
    struct bytes target, uint32_t port, const char *rule)
{
	char port_text[24] = "", target_text[LOG_SAFE_MAX + 8] = "";

	if (!grant_permits(ses, PERMIT_FORWARD_LINES))
		return;
	if (port != 0)
		snprintf(port_text, sizeof(port_text), " port %u", port);
	if (target.len != 0)
		snprintf(target_text, sizeof(target_text), ", to %s",
		    log_safe(target).s);
	log_info("forward refused: user %s, %s%s%s, by %s",
	    log_safe(ses->grant.user).s, kind, target_text, port_text, rule);
}
