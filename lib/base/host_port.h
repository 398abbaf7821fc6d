/* SPDX-License-Identifier: ISC */
/*
 * host_port - "host:port" as administrators and authorized_keys write it.
 *
 * Shapes:  "name:port", "v4:port", "[v6]:port"; port a number, a service name
 *          or `*`.
 * Units:   ports in host order; 0 stands for `*`.
 * Errors:  false for text that is not of this shape.
 * Owns:    nothing; the host borrows from the text.
 * Source:  sshd_config(5), PermitOpen, PermitListen; sshd(8), permitopen.
 */
#ifndef LIB_BASE_HOST_PORT_H
#define LIB_BASE_HOST_PORT_H

#include "lib/base/bytes.h"
#include "lib/base/compiler.h"

/* 1..65535 or a tcp service name. */
MUST_CHECK bool port_parse(struct bytes text, uint16_t *port);
/* Host without brackets; it may be empty, as clients may name it. */
MUST_CHECK bool host_port_split(struct bytes text, struct bytes *host,
    uint16_t *port);
/* As above; a bare port means every host: "*". */
MUST_CHECK bool listen_port_split(struct bytes text, struct bytes *host,
    uint16_t *port);

#endif
