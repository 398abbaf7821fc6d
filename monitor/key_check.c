/* SPDX-License-Identifier: ISC */
#include "monitor/key_check.h"

#include "lib/base/cidr.h"
#include "lib/base/log.h"
#include "lib/base/pattern.h"

bool
key_from_matches(const char *list, const char *host, const char *address)
{
	struct bytes whole = bytes_str(list), bad;
	struct ip_text ip = ip_text_of(address);
	enum pattern_result by_address, by_name = PATTERN_NO;

	/* a list that does not mean what its writer meant lets nobody in */
	if (addr_list_find_bad(whole, &bad))
		return false;
	by_address = addr_list_match(whole, &ip);
	if (strcmp(host, address) != 0)
		by_name = pattern_list_match_host(whole, host);
	if (by_address == PATTERN_NEGATED || by_name == PATTERN_NEGATED)
		return false;
	return by_address == PATTERN_YES || by_name == PATTERN_YES;
}

static bool
source_address_matches(const char *list, const char *address)
{
	struct ip_text ip = ip_text_of(address);

	return addr_list_match(bytes_str(list), &ip) == PATTERN_YES;
}

bool
key_options_permit(const struct key_options *options,
    const struct key_use *use)
{
	if (options->expiry != 0 && options->expiry < use->now) {
		log_debug("%s: entry expired", use->where);
		return false;
	}
	if (options->from != NULL &&
	    !key_from_matches(options->from, use->host, use->address)) {
		log_info("%s: Authentication tried for %.100s with correct "
		    "key but not from a permitted host (host=%.200s, "
		    "ip=%.200s, required=%.200s).", use->where, use->user,
		    use->host, use->address, options->from);
		return false;
	}
	if (options->source_address != NULL &&
	    !source_address_matches(options->source_address, use->address)) {
		log_info("%s: Authentication tried for %.100s with valid "
		    "certificate but not from a permitted source address "
		    "(%.200s).", use->where, use->user, use->address);
		return false;
	}
	/* a list of principals says something about a CA only */
	return options->principals == NULL || options->cert_authority;
}

static void
swap_strings(char **into, char **more)
{
	if (*into != NULL)
		return;
	*into = *more;
	*more = NULL;
}

static void
swap_lists(struct string_list *into, struct string_list *more)
{
	struct string_list had = *into;

	if (had.count != 0)
		return;
	*into = *more;
	*more = had;
}

bool
key_options_merge(struct key_options *into, struct key_options *more,
    struct err *err)
{
	if (into->command != NULL && more->command != NULL &&
	    strcmp(into->command, more->command) != 0)
		return err_set(err, ERR_DENIED,
		    "forced command options do not match");
	into->port_forwarding &= more->port_forwarding;
	into->agent_forwarding &= more->agent_forwarding;
	into->x11_forwarding &= more->x11_forwarding;
	into->pty &= more->pty;
	into->user_rc &= more->user_rc;
	into->no_touch_required &= more->no_touch_required;
	into->verify_required |= more->verify_required;
	into->restricted |= more->restricted;
	if (into->expiry == 0 ||
	    (more->expiry != 0 && more->expiry < into->expiry))
		into->expiry = more->expiry;
	if (into->tunnel == -1)
		into->tunnel = more->tunnel;
	swap_strings(&into->command, &more->command);
	swap_strings(&into->from, &more->from);
	swap_strings(&into->sftp_root, &more->sftp_root);
	swap_strings(&into->source_address, &more->source_address);
	swap_lists(&into->environment, &more->environment);
	swap_lists(&into->permit_open, &more->permit_open);
	swap_lists(&into->permit_listen, &more->permit_listen);
	return true;
}
