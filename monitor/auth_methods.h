/* SPDX-License-Identifier: ISC */
/*
 * auth_methods - AuthenticationMethods: lists of which one must be completed.
 *
 * Shapes:  each list is comma-separated, "method" or "method:device"; what is
 *          done is taken off its head.
 * Units:   -
 * Errors:  auth_methods_new() says ERR_DENIED when no list can be completed
 *          with the methods that are enabled.
 * Owns:    struct auth_methods its state; the texts borrow from the
 *          configuration.
 * Source:  sshd_config(5), AuthenticationMethods.
 */
#ifndef MONITOR_AUTH_METHODS_H
#define MONITOR_AUTH_METHODS_H

#include "lib/base/bytes.h"
#include "lib/base/err.h"

struct auth_methods;

typedef bool auth_enabled_fn(const void *arg, struct bytes method);

/* *out is NULL when lists is empty: any one method will do. */
MUST_CHECK bool auth_methods_new(const char *const *lists, size_t count,
    auth_enabled_fn *enabled, const void *arg, struct auth_methods **out,
    struct err *err);
void auth_methods_free(struct auth_methods *methods);
/*
 * May method be tried now, with this device (NULL: with some device)?
 * methods NULL: always.
 */
bool auth_methods_allow(const struct auth_methods *methods, const char *method,
    const char *device);
/* method succeeded, by device if it has any. True: the login is complete. */
bool auth_methods_done(struct auth_methods *methods, const char *method,
    const char *device);

#endif
