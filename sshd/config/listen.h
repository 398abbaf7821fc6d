/* SPDX-License-Identifier: ISC */
/*
 * listen - ListenAddress: from words to socket addresses.
 *
 * Shapes:  host, host:port, v4:port, [v6]:port, [v6], bare v6; then perhaps
 *          "rdomain NAME". Without a port every Port holds.
 * Units:   ports in host order; 0: not given.
 * Errors:  false and a reason. Resolving may ask the network, so it happens
 *          once, when the configuration is loaded.
 * Owns:    nothing; results lie in the caller's arena.
 * Source:  sshd_config(5), ListenAddress.
 */
#ifndef SSHD_CONFIG_LISTEN_H
#define SSHD_CONFIG_LISTEN_H

#include <stdio.h>

#include "sshd/config/arena.h"
#include "sshd/config/conf.h"

#define LISTEN_HOST_MAX	256	/* RFC 1035 2.3.4, and the NUL */
#define LISTENS_MAX	4096	/* addresses of one configuration */

struct listen_spec {
	char host[LISTEN_HOST_MAX];	/* empty: all local addresses */
	uint16_t port;			/* 0: every Port */
	const char *rdomain;		/* borrowed; NULL: none */
};

/* Static text in *reason on failure. */
MUST_CHECK bool listen_spec_parse(const char *const *words, size_t word_count,
    struct listen_spec *out, const char **reason);
/* Adds what the line stands for; *reason: static or resolver text. */
MUST_CHECK bool listen_resolve(struct arena *arena,
    const struct listen_spec *spec, const struct conf *conf,
    struct conf_listens *out, const char **reason);
/* "[v6]:port" or "v4:port", and the routing domain. */
void listen_print(const struct conf_listen *listen, FILE *out);

#endif
