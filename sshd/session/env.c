/* SPDX-License-Identifier: ISC */
#include "sshd/session/env.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/pattern.h"
#include "lib/base/text.h"
#include "lib/wire/reader.h"

#define USER_PATH	"/usr/local/bin:/usr/bin:/bin:/usr/games"
#define ROOT_PATH	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:" \
	"/sbin:/bin"
#define MAIL_DIR	"/var/mail"
#define ENV_FILE_LINES	1000	/* lines read of ~/.ssh/environment */

void
env_clear(struct env *env)
{
	for (size_t i = 0; i < env->count; i++)
		free(env->v[i]);
	free(env->v);
	*env = (struct env){ 0 };
}

static char **
find_slot(struct env *env, struct bytes name)
{
	for (size_t i = 0; i < env->count; i++) {
		if (strncmp(env->v[i], (const char *)name.p, name.len) == 0 &&
		    env->v[i][name.len] == '=')
			return &env->v[i];
	}
	return NULL;
}

static bool
grow(struct env *env)
{
	size_t cap = env->cap == 0 ? 32 : env->cap * 2;
	char **v;

	if (env->count + 1 < env->cap)
		return true;
	if ((v = realloc(env->v, cap * sizeof(*v))) == NULL)
		return false;
	env->v = v;
	env->cap = cap;
	return true;
}

void
env_set(struct env *env, struct bytes name, struct bytes value)
{
	char **slot, *pair;

	if (name.len == 0 || memchr(name.p, '=', name.len) != NULL ||
	    bytes_have_nul(name) || bytes_have_nul(value))
		return;
	if (!grow(env) || (pair = malloc(name.len + value.len + 2)) == NULL) {
		env->failed = true;
		return;
	}
	memcpy(pair, name.p, name.len);
	pair[name.len] = '=';
	if (value.len != 0)
		memcpy(pair + name.len + 1, value.p, value.len);
	pair[name.len + 1 + value.len] = '\0';
	if ((slot = find_slot(env, name)) != NULL) {
		free(*slot);
		*slot = pair;
		return;
	}
	env->v[env->count++] = pair;
	env->v[env->count] = NULL;
}

void
env_set_str(struct env *env, const char *name, const char *value)
{
	env_set(env, bytes_str(name), bytes_str(value));
}

static PRINTF_LIKE(3, 4) void
set_fmt(struct env *env, const char *name, const char *fmt, ...)
{
	char value[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(value, sizeof(value), fmt, args);
	va_end(args);
	env_set_str(env, name, value);
}

bool
env_set_pair(struct env *env, struct bytes pair)
{
	const uint8_t *equals;
	size_t name_len;

	if (pair.len == 0 || (equals = memchr(pair.p, '=', pair.len)) == NULL)
		return false;
	name_len = (size_t)(equals - pair.p);
	env_set(env, bytes_of(pair.p, name_len),
	    bytes_of(equals + 1, pair.len - name_len - 1));
	return true;
}

void
env_set_pairs(struct env *env, struct bytes pairs)
{
	struct reader r = rd_init(pairs);

	while (rd_left(&r) != 0)
		(void)env_set_pair(env, rd_string(&r, SIZE_MAX, "variable"));
}

/*
 * Lines of a ~/.ssh/environment file, as far as the pattern list names fits;
 * a bad line is told on stderr.
 */
static void
read_file(struct env *env, const char *path, struct bytes names)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;

	if (file == NULL)
		return;
	for (unsigned n = 1; n <= ENV_FILE_LINES &&
	    (len = getline(&line, &cap, file)) != -1; n++) {
		struct bytes b = { (uint8_t *)line, (size_t)len };
		const uint8_t *equals;

		b = text_skip(b, TEXT_BLANK);
		if (b.len != 0 && b.p[b.len - 1] == '\n')
			b.len--;
		if (b.len == 0 || b.p[0] == '#')
			continue;
		equals = memchr(b.p, '=', b.len);
		if (equals == NULL)
			fprintf(stderr, "Bad line %u in %.200s\n", n, path);
		else if (pattern_list_match(names, bytes_of(b.p,
		    (size_t)(equals - b.p))) == PATTERN_YES)
			(void)env_set_pair(env, b);
	}
	free(line);
	fclose(file);
}

static void
set_connection(struct env *env, const struct ipc_GRANT *grant)
{
	char peer[64], local[64];

	bytes_to_str(grant->peer_address, peer, sizeof(peer));
	bytes_to_str(grant->local_address, local, sizeof(local));
	set_fmt(env, "SSH_CLIENT", "%s %u %u", peer, grant->peer_port,
	    grant->local_port);
	set_fmt(env, "SSH_CONNECTION", "%s %u %s %u", peer,
	    grant->peer_port, local, grant->local_port);
}

/* Debian's; and where we are installed, if that is another place. */
static void
set_path(struct env *env, uid_t uid)
{
	const char *usual = uid == 0 ? ROOT_PATH : USER_PATH;

	if (strstr(":" ROOT_PATH ":" USER_PATH ":", ":" BINDIR ":") != NULL)
		env_set_str(env, "PATH", usual);
	else
		set_fmt(env, "PATH", "%s:%s", usual, BINDIR);
}

void
env_build(struct env *env, const struct env_input *in)
{
	char path[4200];

	*env = (struct env){ 0 };
	for (size_t i = 0; i < in->client->count; i++)
		(void)env_set_pair(env, bytes_str(in->client->v[i]));
	env_set_str(env, "USER", in->user);
	env_set_str(env, "LOGNAME", in->user);
	env_set_str(env, "HOME", in->home);
	set_path(env, in->grant->uid);
	if (!in->grant->pam)
		set_fmt(env, "MAIL", MAIL_DIR "/%.200s", in->user);
	env_set_str(env, "SHELL", in->shell);
	if (in->time_zone != NULL)
		env_set_str(env, "TZ", in->time_zone);
	/* a client without a terminal of its own names none: shells know better */
	if (in->term != NULL && in->term[0] != '\0')
		env_set_str(env, "TERM", in->term);
	if (in->display != NULL)
		env_set_str(env, "DISPLAY", in->display);
	if (in->agent != NULL)
		env_set_str(env, "SSH_AUTH_SOCK", in->agent);
	env_set_pairs(env, in->grant->key_env);
	if ((in->grant->permit & PERMIT_USER_ENV) != 0) {
		snprintf(path, sizeof(path), "%s/.ssh/environment", in->home);
		read_file(env, path, in->grant->user_env_names);
	}
	env_set_pairs(env, in->grant->pam_env);
	env_set_pairs(env, in->grant->set_env);
	/* nobody may pretend another origin: these come last */
	set_connection(env, in->grant);
	if (in->tunnels != NULL)
		env_set_str(env, "SSH_TUNNEL", in->tunnels);
	if (in->tty != NULL)
		env_set_str(env, "SSH_TTY", in->tty);
	if (in->auth_file != NULL)
		env_set_str(env, "SSH_USER_AUTH", in->auth_file);
	if (in->original_command != NULL)
		env_set_str(env, "SSH_ORIGINAL_COMMAND", in->original_command);
}
