/* SPDX-License-Identifier: ISC */
#include "sshd/config/listen.h"

#include <netdb.h>
#include <net/if.h>
#include <netinet/in.h>
#include <strings.h>

#include "lib/base/host_port.h"
#include "sshd/config/value.h"

static size_t
count_colons(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += *s == ':';
	return n;
}

/* "[v6]" or a bare host, without a port. */
static bool
take_host(const char *word, struct listen_spec *spec)
{
	struct bytes host = bytes_str(word);

	if (host.len > 2 && word[0] == '[' && word[host.len - 1] == ']')
		host = bytes_of(word + 1, host.len - 2);
	/* no name has a slash: a network, or a port behind the wrong sign */
	return host.len != 0 && host.p[0] != '[' &&
	    memchr(host.p, '/', host.len) == NULL &&
	    bytes_to_str(host, spec->host, sizeof(spec->host));
}

static bool
take_address(const char *word, struct listen_spec *spec)
{
	bool bracketed = word[0] == '[' && word[0] != '\0' &&
	    word[strlen(word) - 1] != ']';
	struct bytes host;

	if (!bracketed && count_colons(word) != 1)
		return take_host(word, spec);
	return host_port_split(bytes_str(word), &host, &spec->port) &&
	    host.len != 0 && spec->port != 0 &&
	    bytes_to_str(host, spec->host, sizeof(spec->host));
}

bool
listen_spec_parse(const char *const *words, size_t word_count,
    struct listen_spec *out, const char **reason)
{
	struct listen_spec spec = { .port = 0 };

	if (word_count != 1 && (word_count != 3 ||
	    strcasecmp(words[1], "rdomain") != 0)) {
		*reason = "bad syntax, expected ADDRESS [rdomain NAME]";
		return false;
	}
	if (!take_address(words[0], &spec)) {
		*reason = "bad address, expected HOST, HOST:PORT or "
		    "[IPV6]:PORT";
		return false;
	}
	if (word_count == 3) {
		/* a routing domain of Linux is a VRF device */
		if (if_nametoindex(words[2]) == 0) {
			*reason = "bad routing domain: no such device";
			return false;
		}
		spec.rdomain = words[2];
	}
	*out = spec;
	return true;
}

static bool
add_listen(struct arena *arena, const struct sockaddr *address,
    socklen_t len, const char *rdomain, struct conf_listens *out)
{
	struct conf_listen *v, new = { .address_len = len };

	if (len > sizeof(new.address) || out->count >= LISTENS_MAX)
		return false;
	v = value_grow(arena, out->v, out->count, sizeof(*v));
	if (v == NULL)
		return false;
	memcpy(&new.address, address, len);
	if (rdomain != NULL &&
	    (new.rdomain = arena_str(arena, bytes_str(rdomain))) == NULL)
		return false;
	v[out->count++] = new;
	out->v = v;
	return true;
}

/* What a name stands for, the last address first, as OpenSSH has it. */
static bool
add_found(struct arena *arena, const struct addrinfo *ai, const char *rdomain,
    struct conf_listens *out)
{
	size_t first = out->count;

	for (; ai != NULL; ai = ai->ai_next) {
		struct conf_listen last;

		if (!add_listen(arena, ai->ai_addr, ai->ai_addrlen, rdomain,
		    out))
			return false;
		last = out->v[out->count - 1];
		memmove(&out->v[first + 1], &out->v[first],
		    (out->count - 1 - first) * sizeof(*out->v));
		out->v[first] = last;
	}
	return true;
}

static bool
resolve_port(struct arena *arena, const struct listen_spec *spec,
    int family, uint32_t port, struct conf_listens *out, const char **reason)
{
	const struct addrinfo hints = {
		.ai_family = family, .ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *found = NULL;
	char service[16];
	bool ok;
	int code;

	snprintf(service, sizeof(service), "%u", port);
	code = getaddrinfo(spec->host, service, &hints, &found);
	if (code != 0) {
		*reason = gai_strerror(code);
		return false;
	}
	ok = add_found(arena, found, spec->rdomain, out);
	freeaddrinfo(found);
	if (!ok)
		*reason = "too many addresses";
	return ok;
}

/* Both wildcards without the resolver, IPv6 first, as OpenSSH prints them. */
static bool
add_wildcards(struct arena *arena, const struct listen_spec *spec, int family,
    uint32_t port, struct conf_listens *out, const char **reason)
{
	const struct sockaddr_in6 any6 = {
		.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port),
		.sin6_addr = IN6ADDR_ANY_INIT,
	};
	const struct sockaddr_in any4 = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_ANY),
	};
	bool ok = true;

	if (family != AF_INET)
		ok = add_listen(arena, (const struct sockaddr *)&any6,
		    sizeof(any6), spec->rdomain, out);
	if (family != AF_INET6)
		ok = ok && add_listen(arena, (const struct sockaddr *)&any4,
		    sizeof(any4), spec->rdomain, out);
	if (!ok)
		*reason = "too many addresses";
	return ok;
}

bool
listen_resolve(struct arena *arena, const struct listen_spec *spec,
    const struct conf *conf, struct conf_listens *out, const char **reason)
{
	for (size_t i = 0; i < conf->port.count; i++) {
		uint32_t port = spec->port != 0 ? spec->port : conf->port.v[i];
		bool ok = spec->host[0] == '\0' ?
		    add_wildcards(arena, spec, conf->address_family, port,
		    out, reason) :
		    resolve_port(arena, spec, conf->address_family, port,
		    out, reason);

		if (!ok)
			return false;
		if (spec->port != 0)
			break;
	}
	return true;
}

void
listen_print(const struct conf_listen *listen, FILE *out)
{
	char host[NI_MAXHOST], port[NI_MAXSERV];
	bool is_v6 = listen->address.ss_family == AF_INET6;

	if (getnameinfo((const struct sockaddr *)&listen->address,
	    listen->address_len, host, sizeof(host), port, sizeof(port),
	    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return;
	fprintf(out, is_v6 ? "[%s]:%s" : "%s:%s", host, port);
	if (listen->rdomain != NULL)
		fprintf(out, " rdomain %s", listen->rdomain);
}
