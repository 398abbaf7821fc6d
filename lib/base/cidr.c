/* SPDX-License-Identifier: ISC */
#include "lib/base/cidr.h"

#include <arpa/inet.h>

#define IP_TEXT_MAX	64	/* INET6_ADDRSTRLEN is 46, and a scope */

static bool
is_mapped(const uint8_t b[static 16])
{
	static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };

	return memcmp(b, prefix, sizeof(prefix)) == 0;
}

bool
ip_parse(struct bytes text, struct ip_addr *out)
{
	const uint8_t *scope;
	char s[IP_TEXT_MAX];
	struct ip_addr ip = { 0 };

	if (text.len != 0 && (scope = memchr(text.p, '%', text.len)) != NULL)
		text.len = (size_t)(scope - text.p);
	if (!bytes_to_str(text, s, sizeof(s)))
		return false;
	if (inet_pton(AF_INET, s, ip.b) == 1)
		ip.family = AF_INET;
	else if (inet_pton(AF_INET6, s, ip.b) == 1)
		ip.family = AF_INET6;
	else
		return false;
	if (ip.family == AF_INET6 && is_mapped(ip.b)) {
		memmove(ip.b, ip.b + 12, 4);
		memset(ip.b + 4, 0, 12);
		ip.family = AF_INET;
	}
	*out = ip;
	return true;
}

static unsigned
width(const struct ip_addr *ip)
{
	return ip->family == AF_INET ? 32 : 128;
}

/* Decimal without sign or leading blanks, at most three digits. */
static bool
bits_parse(struct bytes text, unsigned *bits)
{
	unsigned value = 0;

	if (text.len == 0 || text.len > 3)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		value = value * 10 + (text.p[i] - (unsigned)'0');
	}
	*bits = value;
	return true;
}

static bool
host_bits_are_zero(const struct ip_addr *net, unsigned bits)
{
	for (unsigned i = bits; i < width(net); i++) {
		if ((net->b[i / 8] & (0x80 >> (i % 8))) != 0)
			return false;
	}
	return true;
}

struct cidr
cidr_around(const struct ip_addr *ip, unsigned bits)
{
	struct cidr cidr = { .net = *ip, .bits = MIN(bits, width(ip)) };

	for (unsigned i = cidr.bits; i < width(ip); i++)
		cidr.net.b[i / 8] &= (uint8_t)~(0x80 >> (i % 8));
	return cidr;
}

enum cidr_result
cidr_parse(struct bytes text, struct cidr *out)
{
	const uint8_t *slash = text.len == 0 ? NULL :
	    memchr(text.p, '/', text.len);
	struct bytes addr = text, length;
	struct cidr cidr;

	if (slash != NULL)
		addr.len = (size_t)(slash - text.p);
	if (!ip_parse(addr, &cidr.net))
		return CIDR_NOT_ADDRESS;
	cidr.bits = width(&cidr.net);
	if (slash != NULL) {
		length = bytes_of(slash + 1, text.len - addr.len - 1);
		if (!bits_parse(length, &cidr.bits) ||
		    cidr.bits > width(&cidr.net) ||
		    !host_bits_are_zero(&cidr.net, cidr.bits))
			return CIDR_BAD;
	}
	*out = cidr;
	return CIDR_OK;
}

bool
cidr_contains(const struct cidr *cidr, const struct ip_addr *ip)
{
	unsigned whole = cidr->bits / 8, rest = cidr->bits % 8;
	uint8_t mask = (uint8_t)(0xff << (8 - rest));

	if (ip->family == 0 || ip->family != cidr->net.family)
		return false;
	if (memcmp(ip->b, cidr->net.b, whole) != 0)
		return false;
	return rest == 0 || ((ip->b[whole] ^ cidr->net.b[whole]) & mask) == 0;
}

struct ip_text
ip_text_of(const char *text)
{
	struct ip_text addr = { .text = bytes_str(text) };

	if (!ip_parse(addr.text, &addr.ip))
		addr.ip = (struct ip_addr){ 0 };
	return addr;
}

static struct bytes
strip_negation(struct bytes item, bool *negated)
{
	*negated = item.len != 0 && item.p[0] == '!';
	return *negated ? bytes_of(item.p + 1, item.len - 1) : item;
}

/* "eth0" of "fe80::1%eth0" and of "fe80::%eth0/64"; empty: none. */
static struct bytes
scope_of(struct bytes text)
{
	const uint8_t *percent = text.len == 0 ? NULL :
	    memchr(text.p, '%', text.len);
	const uint8_t *end = text.len == 0 ? NULL :
	    memchr(text.p, '/', text.len);

	if (percent == NULL)
		return (struct bytes){ 0 };
	if (end == NULL)
		end = text.p + text.len;
	return bytes_of(percent + 1, (size_t)(end - percent) - 1);
}

/* One link's fe80::1 is not another's; an entry without a scope is for all. */
static bool
scope_fits(struct bytes item, const struct ip_text *addr)
{
	struct bytes scope = scope_of(item);

	return scope.len == 0 || bytes_equal(scope, scope_of(addr->text));
}

static bool
item_matches(struct bytes item, const struct ip_text *addr)
{
	struct cidr cidr;

	switch (cidr_parse(item, &cidr)) {
	case CIDR_OK:
		return cidr_contains(&cidr, &addr->ip) &&
		    scope_fits(item, addr);
	case CIDR_BAD:
		return false;
	case CIDR_NOT_ADDRESS:
		return pattern_list_match(item, addr->text) == PATTERN_YES;
	}
	return false;
}

enum pattern_result
addr_list_match(struct bytes list, const struct ip_text *addr)
{
	enum pattern_result result = PATTERN_NO;
	struct bytes item;
	bool negated;

	while (name_list_next(&list, &item)) {
		item = strip_negation(item, &negated);
		if (!item_matches(item, addr))
			continue;
		if (negated)
			return PATTERN_NEGATED;
		result = PATTERN_YES;
	}
	return result;
}

bool
addr_list_find_bad(struct bytes list, struct bytes *bad)
{
	struct bytes item, plain;
	struct cidr cidr;
	bool negated;

	if (list.len != 0 && list.p[list.len - 1] == ',') {
		*bad = BYTES_LIT("");	/* the entry behind the last comma */
		return true;
	}
	while (name_list_next(&list, &item)) {
		plain = strip_negation(item, &negated);
		if (plain.len == 0 || cidr_parse(plain, &cidr) == CIDR_BAD) {
			*bad = item;
			return true;
		}
	}
	return false;
}
