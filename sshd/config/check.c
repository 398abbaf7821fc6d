/* SPDX-License-Identifier: ISC */
#include "sshd/config/check.h"

#include <pwd.h>
#include <stdlib.h>
#include <strings.h>

#include "lib/base/log.h"
#include "lib/base/pattern.h"
#include "sshd/config/evaluate.h"

/* ---- paths --------------------------------------------------------------- */

static const char *
join(struct arena *arena, const char *dir, const char *name)
{
	size_t len = strlen(dir) + strlen(name) + 2;
	char *path = arena_alloc(arena, len);

	if (path != NULL)
		snprintf(path, len, "%s/%s", dir, name);
	return path;
}

/* "~", "~/x", "~user/x"; NULL: no such user. */
static const char *
expand_tilde(struct arena *arena, const char *path)
{
	const char *slash = strchr(path, '/');
	size_t len = slash == NULL ? strlen(path) : (size_t)(slash - path);
	const struct passwd *pw;
	const char *name;

	if (len == 1)
		pw = getpwuid(getuid());
	else {
		name = arena_str(arena, bytes_of(path + 1, len - 1));
		pw = name == NULL ? NULL : getpwnam(name);
	}
	if (pw == NULL)
		return NULL;
	return join(arena, pw->pw_dir, slash == NULL ? "" : slash + 1);
}

static const char *
absolute(struct arena *arena, const char *path)
{
	char *cwd = getcwd(NULL, 0);
	const char *joined = cwd == NULL ? NULL : join(arena, cwd, path);

	free(cwd);
	return joined;
}

static bool
is_path(const struct keyword *kw, const char *word)
{
	return word[0] != '\0' && strcasecmp(word, "none") != 0 &&
	    (kw->keeps == NULL || strcmp(word, kw->keeps) != 0);
}

static bool
settle_paths(struct value_in *in, const char **words)
{
	for (size_t i = 0; i < in->word_count; i++) {
		const char *path = words[i];

		if (!is_path(in->kw, path))
			continue;
		if (path[0] == '~')
			path = expand_tilde(in->arena, path);
		else if (path[0] != '/' &&
		    in->kw->type->path == PATH_ABSOLUTE)
			path = absolute(in->arena, path);
		if (path == NULL)
			return value_bad(in, "cannot make \"%.*s\" an "
			    "absolute path", SHOWN(words[i]));
		words[i] = path;
	}
	return true;
}

/* ---- what has no effect -------------------------------------------------- */

static bool
is_default(const struct keyword *kw, const struct conf *conf,
    struct arena *arena)
{
	struct conf dflt = { .arena = NULL };
	char reason[VALUE_REASON_MAX] = "";
	uint32_t parts = 0;
	char *a, *b;
	bool same;

	if (!evaluate_default(kw, arena, &dflt, &parts, reason))
		return false;
	a = value_text(kw, conf);
	b = value_text(kw, &dflt);
	same = a != NULL && b != NULL && strcmp(a, b) == 0;
	free(a);
	free(b);
	return same;
}

/* OpenSSH is silent about them until somebody logs in, and fails then. */
static void
judge_tokens(struct check *check, const struct value_in *in)
{
	for (size_t i = 0; i < in->word_count; i++) {
		const char *text = in->words[i], *bad;

		/* the program of a command is taken as it stands */
		if (in->kw->type->is_raw)
			text += strcspn(text, " \t");
		if ((bad = value_bad_token(in->kw, text)) == NULL)
			continue;
		snprintf(check->note, sizeof(check->note), "has \"%.2s\", "
		    "which stands for nothing: logins will fail there", bad);
		return;
	}
}

static bool
judge_use(struct check *check, struct value_in *in)
{
	const struct keyword *kw = in->kw;

	if (kw->use == USE_NO_PLATFORM)
		return value_bad(in, "not supported on this platform");
	if (kw->use == USE_NO_EFFECT && !is_default(kw, in->conf, in->arena))
		snprintf(check->note, sizeof(check->note),
		    "has no effect: not a part of this sshd");
	return true;
}

bool
check_directive(struct check *check, const struct keyword *kw,
    const char **words, size_t word_count)
{
	struct conf conf = { .arena = NULL };
	uint32_t parts = 0;
	struct value_in in = {
		.kw = kw, .arena = check->arena, .conf = &conf,
		.words = words, .word_count = word_count, .parts = &parts,
		.reason = check->reason, .note = check->note,
	};

	check->reason[0] = check->note[0] = '\0';
	if (kw->type->path != PATH_NONE && !settle_paths(&in, words))
		return false;
	if (!kw->type->parse(&in) || !judge_use(check, &in))
		return false;
	if (kw->tokens != NULL)
		judge_tokens(check, &in);
	return true;
}

/* ---- keywords together ---------------------------------------------------- */

static bool
method_enabled(const struct conf *conf, struct bytes method)
{
	const struct {
		const char *name;
		bool enabled;
	} methods[] = {
		{ "none", true },
		{ "publickey", conf->pubkey_authentication },
		{ "password", conf->password_authentication },
		{ "keyboard-interactive",
		    conf->kbd_interactive_authentication },
		{ "hostbased", conf->hostbased_authentication },
	};
	const uint8_t *colon = method.len == 0 ? NULL :
	    memchr(method.p, ':', method.len);

	if (colon != NULL)
		method.len = (size_t)(colon - method.p);
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		if (bytes_is(method, methods[i].name))
			return methods[i].enabled;
	}
	return false;
}

static bool
method_list_usable(const struct conf *conf, const char *text)
{
	struct bytes list = bytes_str(text), method;

	while (name_list_next(&list, &method)) {
		if (method_enabled(conf, method))
			continue;
		log_error("Disabled method \"%.*s\" in AuthenticationMethods "
		    "list \"%.*s\"", (int)method.len, (const char *)method.p,
		    SHOWN(text));
		return false;
	}
	return true;
}

/* One list that can succeed is enough; the others are named and useless. */
static bool
methods_usable(const struct conf *conf)
{
	const struct conf_list *lists = &conf->authentication_methods;
	size_t usable = 0;

	for (size_t i = 0; i < lists->count; i++)
		usable += method_list_usable(conf, lists->v[i]);
	return lists->count == 0 || usable != 0;
}

size_t
check_globals(const struct conf *conf)
{
	const struct {
		bool wrong;
		const char *text;
	} rules[] = {
		{ conf->authorized_keys_command != NULL &&
		    conf->authorized_keys_command_user == NULL,
		    "AuthorizedKeysCommand set without "
		    "AuthorizedKeysCommandUser" },
		{ conf->authorized_principals_command != NULL &&
		    conf->authorized_principals_command_user == NULL,
		    "AuthorizedPrincipalsCommand set without "
		    "AuthorizedPrincipalsCommandUser" },
		{ !methods_usable(conf),
		    "AuthenticationMethods cannot be satisfied by enabled "
		    "authentication methods" },
	};
	size_t errors = 0;

	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		if (!rules[i].wrong)
			continue;
		log_error("%s", rules[i].text);
		errors++;
	}
	return errors;
}
