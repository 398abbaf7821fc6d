/* SPDX-License-Identifier: ISC */
/*
 * cidr - numeric addresses, networks, and lists of both with wildcards.
 *
 * Shapes:  "192.0.2.0/24", "2001:db8::/32", a plain address, or any other
 *          text, which is a wildcard pattern over the address as text. Lists
 *          are comma-separated; `!` negates and a negated hit wins.
 * Units:   prefix lengths in bits.
 * Errors:  CIDR_BAD for a network with a wrong length or with bits set behind
 *          its prefix: it would never mean what its writer meant.
 * Owns:    nothing.
 * Source:  ssh_config(5), PATTERNS; sshd_config(5), Match address; RFC 4632.
 */
#ifndef LIB_BASE_CIDR_H
#define LIB_BASE_CIDR_H

#include "lib/base/bytes.h"
#include "lib/base/compiler.h"
#include "lib/base/pattern.h"

struct ip_addr {
	int family;		/* AF_INET or AF_INET6; 0: none */
	uint8_t b[16];		/* network order; 4 bytes for AF_INET */
};

struct cidr {
	struct ip_addr net;
	unsigned bits;
};

enum cidr_result { CIDR_OK, CIDR_NOT_ADDRESS, CIDR_BAD };

/*
 * Numeric text; a scope ("%eth0") is left out, and an IPv4 address mapped
 * into IPv6 becomes IPv4, as it is matched as such.
 */
MUST_CHECK bool ip_parse(struct bytes text, struct ip_addr *out);
enum cidr_result cidr_parse(struct bytes text, struct cidr *out);
/* The network of so many bits in which ip lies; for family 0 that of none. */
struct cidr cidr_around(const struct ip_addr *ip, unsigned bits);
bool cidr_contains(const struct cidr *cidr, const struct ip_addr *ip);
/* One address with its text, to be matched many times. */
struct ip_text {
	struct bytes text;
	struct ip_addr ip;	/* family 0: text is no address */
};
struct ip_text ip_text_of(const char *text);

/* Whether addr is in the list; entries that are CIDR_BAD never match. */
enum pattern_result addr_list_match(struct bytes list,
    const struct ip_text *addr);
/* The first entry that is CIDR_BAD or empty; false when there is none. */
bool addr_list_find_bad(struct bytes list, struct bytes *bad);

#endif
