/* SPDX-License-Identifier: ISC */
/*
 * env - the environment of a user's program.
 *
 * Shapes:  NAME=VALUE strings in a NULL-terminated vector; a later assignment
 *          replaces an earlier one of the same name.
 * Units:   -
 * Errors:  sticky: when memory is out, env->failed is set.
 * Owns:    struct env its strings.
 * Source:  sshd(8), ENVIRONMENT; sshd_config(5), AcceptEnv, SetEnv.
 */
#ifndef SSHD_SESSION_ENV_H
#define SSHD_SESSION_ENV_H

#include "lib/base/bytes.h"
#include "lib/ipc/messages.h"

struct env {
	char **v;
	size_t count, cap;
	bool failed;
};

void env_clear(struct env *env);
/* Names that are empty, or hold '=' or NUL, are not set. */
void env_set(struct env *env, struct bytes name, struct bytes value);
void env_set_str(struct env *env, const char *name, const char *value);
/* "NAME=VALUE"; without '=' nothing happens and false returns. */
bool env_set_pair(struct env *env, struct bytes pair);
/* Each string of a run of strings. */
void env_set_pairs(struct env *env, struct bytes pairs);

/* What the environment of a program is made from. */
struct env_input {
	const struct ipc_GRANT *grant;
	const char *user, *home, *shell;
	const struct env *client;	/* accepted env requests */
	const char *term;		/* NULL: none */
	const char *display;		/* of forwarded X11; NULL: none */
	const char *agent;		/* its socket; NULL: none */
	const char *tty;		/* NULL: none */
	const char *tunnels;		/* devices; NULL: none */
	const char *original_command;	/* NULL: none */
	const char *auth_file;		/* NULL: none */
	const char *time_zone;		/* of the server; NULL: none */
};

/* In the order of sshd(8): what is set later wins. */
void env_build(struct env *env, const struct env_input *in);

#endif
