/* SPDX-License-Identifier: ISC */
#include "lib/base/host_port.h"

#include <netdb.h>
#include <netinet/in.h>

#define PORT_DIGITS_MAX	5	/* 65535 */
#define SERVICE_MAX	64	/* names of /etc/services are far shorter */

static bool
digits_only(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
	}
	return text.len != 0;
}

static bool
service_find(struct bytes name, uint16_t *port)
{
	char text[SERVICE_MAX], buf[2048];
	struct servent entry, *found = NULL;

	if (name.len == 0 || !bytes_to_str(name, text, sizeof(text)))
		return false;
	if (getservbyname_r(text, "tcp", &entry, buf, sizeof(buf),
	    &found) != 0 || found == NULL)
		return false;
	*port = ntohs((uint16_t)found->s_port);
	return *port != 0;
}

bool
port_parse(struct bytes text, uint16_t *port)
{
	uint32_t value = 0;

	if (!digits_only(text))
		return service_find(text, port);
	while (text.len > 1 && text.p[0] == '0')
		text = bytes_of(text.p + 1, text.len - 1);
	if (text.len > PORT_DIGITS_MAX)
		return false;
	for (size_t i = 0; i < text.len; i++)
		value = value * 10 + (text.p[i] - (uint32_t)'0');
	if (value == 0 || value > UINT16_MAX)
		return false;
	*port = (uint16_t)value;
	return true;
}

static bool
port_or_star(struct bytes text, uint16_t *port)
{
	if (bytes_is(text, "*")) {
		*port = 0;
		return true;
	}
	return port_parse(text, port);
}

static bool
split_bracketed(struct bytes text, struct bytes *host, uint16_t *port)
{
	const uint8_t *end = memchr(text.p, ']', text.len);
	struct bytes name, rest;

	if (end == NULL)
		return false;
	name = bytes_of(text.p + 1, (size_t)(end - text.p) - 1);
	rest = bytes_of(end + 1, text.len - name.len - 2);
	if (rest.len == 0 || rest.p[0] != ':' ||
	    !port_or_star(bytes_of(rest.p + 1, rest.len - 1), port))
		return false;
	*host = name;
	return true;
}

bool
host_port_split(struct bytes text, struct bytes *host, uint16_t *port)
{
	const uint8_t *colon;
	struct bytes name;

	if (text.len == 0 || bytes_have_nul(text))
		return false;
	if (text.p[0] == '[')
		return split_bracketed(text, host, port);
	colon = memchr(text.p, ':', text.len);
	if (colon == NULL)
		return false;
	name = bytes_of(text.p, (size_t)(colon - text.p));
	/* a second colon: an IPv6 address that lacks its brackets */
	if (!port_or_star(bytes_of(colon + 1, text.len - name.len - 1), port))
		return false;
	*host = name;
	return true;
}

bool
listen_port_split(struct bytes text, struct bytes *host, uint16_t *port)
{
	if (text.len != 0 && memchr(text.p, ':', text.len) == NULL) {
		if (!port_or_star(text, port))
			return false;
		*host = BYTES_LIT("*");
		return true;
	}
	return host_port_split(text, host, port);
}
