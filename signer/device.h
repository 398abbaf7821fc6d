/* SPDX-License-Identifier: ISC */
/*
 * device - host keys whose secret is in a FIDO device.
 *
 * Shapes:  the provider, a library that others wrote, is loaded in a process
 *          of its own: a fresh start of this program that knows no secret and
 *          ends after one question.
 * Units:   bytes; DEVICE_WAIT_S seconds for an answer.
 * Errors:  what the provider says is logged; then ERR_DENIED. ERR_SYS when
 *          it could not be asked.
 * Owns:    nothing.
 * Source:  OpenSSH PROTOCOL.u2f, and the interface that sk-dummy.so of its
 *          tests has.
 */
#ifndef SIGNER_DEVICE_H
#define SIGNER_DEVICE_H

#include "keys/private.h"

#define DEVICE_ARGV0	"sshd: security key"
#define DEVICE_WAIT_S	30	/* somebody may have to touch it */

/* Can the library be loaded, and does it speak our version? */
MUST_CHECK bool device_probe(const char *provider, struct err *err);
/* A signature blob that holds for the key, as of private_key_sign(). */
MUST_CHECK bool device_sign(const char *provider, const struct pubkey *public,
    const struct private_device *device, struct bytes algorithm,
    struct bytes data, uint8_t *out, size_t cap, size_t *out_len,
    struct err *err);

/* The process that loads the library; returns its exit status. */
int device_main(int fd);

#endif
