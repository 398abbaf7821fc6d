/* SPDX-License-Identifier: ISC */
#include "sshd/config/value.h"

#include <stdlib.h>
#include <strings.h>

#include "lib/base/cidr.h"
#include "lib/base/duration.h"
#include "lib/base/limits.h"
#include "sshd/config/lexer.h"
#include "sshd/config/suggest.h"

typedef bool word_check(struct value_in *in, const char *word);

static bool
any_word(struct value_in *in, const char *word)
{
	return word[0] != '\0' || value_bad(in, "empty argument");
}

static bool
add_words(struct value_in *in, word_check *check)
{
	struct conf_list *list = keyword_field(in->kw, in->conf);

	for (size_t i = 0; i < in->word_count; i++) {
		if (!check(in, in->words[i]) ||
		    !value_add(in, list, bytes_str(in->words[i])))
			return false;
	}
	return true;
}

/* As above, but the one word `none` makes an empty list. */
static bool
add_words_or_none(struct value_in *in, word_check *check)
{
	for (size_t i = 0; i < in->word_count; i++) {
		if (strcasecmp(in->words[i], "none") != 0)
			continue;
		return in->word_count == 1 || value_bad(in,
		    "\"none\" must be the only argument");
	}
	return add_words(in, check);
}

void
value_print_each(const struct keyword *kw, const struct conf *conf, FILE *out)
{
	const struct conf_list *list = keyword_value(kw, conf);

	for (size_t i = 0; i < list->count; i++) {
		value_print_keyword(kw, out);
		putc(' ', out);
		lex_print_word(out, list->v[i], LEX_QUOTE_NEEDED);
		putc('\n', out);
	}
}

/* All on one line; empty: that word, or no line when it is NULL. */
static void
print_on_line(const struct keyword *kw, const struct conf_list *list,
    const char *empty, FILE *out)
{
	if (list->count == 0) {
		if (empty != NULL)
			value_print_line(kw, out, "%s", empty);
		return;
	}
	value_print_keyword(kw, out);
	for (size_t i = 0; i < list->count; i++) {
		putc(' ', out);
		lex_print_word(out, list->v[i], LEX_QUOTE_NEEDED);
	}
	putc('\n', out);
}

static bool
parse_words(struct value_in *in)
{
	return add_words(in, any_word);
}

static bool
parse_words_or_none(struct value_in *in)
{
	return add_words_or_none(in, any_word);
}

static void
print_words_or_none(const struct keyword *kw, const struct conf *conf,
    FILE *out)
{
	print_on_line(kw, keyword_value(kw, conf), "none", out);
}

static void
print_words_or_nothing(const struct keyword *kw, const struct conf *conf,
    FILE *out)
{
	print_on_line(kw, keyword_value(kw, conf), NULL, out);
}

const struct value_type type_words = {
	.parse = parse_words, .print = value_print_each,
	.count = value_list_count,
	.may_add_nothing = true,
};
const struct value_type type_paths = {
	.parse = parse_words_or_none, .print = value_print_each,
	.count = value_list_count, .words_max = 1,
	.path = PATH_ABSOLUTE,
};
const struct value_type type_words_on_line = {
	.parse = parse_words_or_none, .print = print_words_or_none,
	.path = PATH_TILDE, .may_add_nothing = true,
};
const struct value_type type_paths_if_any = {
	.parse = parse_words_or_none, .print = print_words_or_nothing,
	.path = PATH_ABSOLUTE,
};

/* The whole of them goes from process to process. */
static bool
parse_log_places(struct value_in *in)
{
	size_t len = 0;

	for (size_t i = 0; i < in->word_count; i++)
		len += strlen(in->words[i]) + 1;
	if (len > LOG_VERBOSE_MAX)
		return value_bad(in, "more than %d bytes of patterns",
		    LOG_VERBOSE_MAX - 1);
	return add_words_or_none(in, any_word);
}

const struct value_type type_log_places = {
	.parse = parse_log_places, .print = print_words_or_nothing,
	.may_add_nothing = true,
};

/* A line `HostKey none` is a line: it keeps the default keys away. */
static bool
parse_host_keys(struct value_in *in)
{
	in->conf->host_key_is_default = in->is_default;
	return add_words_or_none(in, any_word);
}

static void
print_host_keys(const struct keyword *kw, const struct conf *conf, FILE *out)
{
	if (conf->host_key.count == 0)
		value_print_line(kw, out, "none");
	else
		value_print_each(kw, conf, out);
}

const struct value_type type_host_keys = {
	.parse = parse_host_keys, .print = print_host_keys,
	.count = value_list_count, .words_max = 1,
	.path = PATH_ABSOLUTE,
};

/* ---- environment --------------------------------------------------------- */

static bool
env_name(struct value_in *in, const char *word)
{
	if (word[0] == '\0' || strchr(word, '=') != NULL)
		return value_bad(in, "invalid environment name \"%.*s\"",
		    SHOWN(word));
	return true;
}

static bool
parse_env_names(struct value_in *in)
{
	return add_words(in, env_name);
}

static bool
has_variable(const struct conf_list *list, const char *word, size_t name_len)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strncmp(list->v[i], word, name_len + 1) == 0)
			return true;
	}
	return false;
}

static bool
parse_set_env(struct value_in *in)
{
	struct conf_list *list = keyword_field(in->kw, in->conf);

	for (size_t i = 0; i < in->word_count; i++) {
		const char *word = in->words[i], *equals = strchr(word, '=');

		if (equals == NULL || equals == word)
			return value_bad(in, "invalid environment "
			    "\"%.*s\", expected NAME=VALUE", SHOWN(word));
		if (has_variable(list, word, (size_t)(equals - word)))
			continue;
		if (!value_add(in, list, bytes_str(word)))
			return false;
	}
	return true;
}

const struct value_type type_env_names = {
	.parse = parse_env_names, .print = value_print_each,
	.count = value_list_count,
	.may_add_nothing = true,
};
/* On one line: of several lines only the first would be read back. */
const struct value_type type_set_env = {
	.parse = parse_set_env, .print = print_words_or_nothing,
	.may_add_nothing = true,
};

/* ---- users --------------------------------------------------------------- */

static bool
user_pattern(struct value_in *in, const char *word)
{
	const char *at = strrchr(word, '@');
	struct bytes bad;

	if (word[0] == '\0' || (at != NULL && at[1] == '\0'))
		return value_bad(in, "invalid pattern \"%.*s\", expected USER "
		    "or USER@HOSTS", SHOWN(word));
	if (at != NULL && addr_list_find_bad(bytes_str(at + 1), &bad))
		return value_bad(in, "invalid pattern \"%.*s\": \"%.*s\" is "
		    "no network", SHOWN(word),
		    (int)MIN(bad.len, VALUE_SHOWN_MAX), (const char *)bad.p);
	return true;
}

static bool
parse_user_patterns(struct value_in *in)
{
	return add_words(in, user_pattern);
}

const struct value_type type_user_patterns = {
	.parse = parse_user_patterns, .print = value_print_each,
	.count = value_list_count,
	.may_add_nothing = true,
};

/* ---- subsystems ---------------------------------------------------------- */

static const char *
join_command(struct arena *arena, const char *const *words, size_t count)
{
	const char *joined = NULL;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		if (i != 0)
			putc(' ', out);
		lex_print_word(out, words[i], LEX_QUOTE_ALL);
	}
	if (fclose(out) == 0)
		joined = arena_str(arena, bytes_of(text, len));
	free(text);
	return joined;
}

static bool
parse_subsystem(struct value_in *in)
{
	struct conf_subsystems *list = &in->conf->subsystem;
	struct conf_subsystem *v;
	struct conf_subsystem new;

	if (in->word_count < 2)
		return value_bad(in, "missing subsystem command, expected "
		    "NAME COMMAND");
	if (in->words[0][0] == '\0' || in->words[1][0] == '\0' ||
	    strlen(in->words[0]) > SUBSYSTEM_NAME_MAX)
		return value_bad(in, "bad subsystem name or command");
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->v[i].name, in->words[0]) == 0)
			return true;
	}
	v = value_grow(in->arena, list->v, list->count, sizeof(*v));
	new.name = arena_str(in->arena, bytes_str(in->words[0]));
	new.command = join_command(in->arena, in->words + 1,
	    in->word_count - 1);
	if (v == NULL || new.name == NULL || new.command == NULL)
		return value_bad(in, "out of memory");
	if (!value_check_internal_sftp(in, new.command))
		return false;
	v[list->count++] = new;
	list->v = v;
	return true;
}

static void
print_subsystem(const struct keyword *kw, const struct conf *conf, FILE *out)
{
	for (size_t i = 0; i < conf->subsystem.count; i++) {
		value_print_keyword(kw, out);
		putc(' ', out);
		lex_print_word(out, conf->subsystem.v[i].name,
		    LEX_QUOTE_NEEDED);
		fprintf(out, " %s\n", conf->subsystem.v[i].command);
	}
}

static size_t
count_subsystems(const struct keyword *kw, const struct conf *conf)
{
	(void)kw;
	return conf->subsystem.count;
}

const struct value_type type_subsystem = {
	.parse = parse_subsystem, .print = print_subsystem,
	.count = count_subsystems,
};

/* ---- authentication ------------------------------------------------------ */

static const char *const methods[] = {
	"gssapi-with-mic", "hostbased", "keyboard-interactive", "none",
	"password", "publickey",
};

static bool
known_method(struct value_in *in, struct bytes item)
{
	const uint8_t *colon = item.len == 0 ? NULL :
	    memchr(item.p, ':', item.len);
	struct suggest suggest;
	char name[METHOD_LIST_MAX];

	if (colon != NULL)
		item.len = (size_t)(colon - item.p);
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		if (bytes_is(item, methods[i]))
			return true;
	}
	if (!bytes_to_str(item, name, sizeof(name)))
		return value_bad(in, "authentication method too long");
	suggest = suggest_init(name);
	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		suggest_offer(&suggest, methods[i]);
	return value_bad(in, "unknown authentication method \"%.*s\" in list"
	    "%s%s%s", SHOWN(name),
	    suggest.best == NULL ? "" : "; did you mean \"",
	    suggest.best == NULL ? "" : suggest.best,
	    suggest.best == NULL ? "" : "\"?");
}

static bool
method_list(struct value_in *in, const char *word)
{
	struct bytes list = bytes_str(word), item;
	size_t len = strlen(word);

	if (len == 0 || word[len - 1] == ',')
		return value_bad(in, "empty authentication method in "
		    "\"%.*s\"", SHOWN(word));
	while (name_list_next(&list, &item)) {
		if (!known_method(in, item))
			return false;
	}
	return true;
}

static bool
parse_auth_methods(struct value_in *in)
{
	for (size_t i = 0; i < in->word_count; i++) {
		if (strcmp(in->words[i], "any") != 0)
			continue;
		return in->word_count == 1 || value_bad(in,
		    "\"any\" must be the only argument");
	}
	return add_words(in, method_list);
}

static void
print_auth_methods(const struct keyword *kw, const struct conf *conf,
    FILE *out)
{
	print_on_line(kw, &conf->authentication_methods, "any", out);
}

const struct value_type type_auth_methods = {
	.parse = parse_auth_methods, .print = print_auth_methods,
};

static bool
parse_auth_options(struct value_in *in)
{
	const struct value_names *names = in->kw->names;
	unsigned options = 0;

	for (size_t i = 0; i < in->word_count; i++) {
		size_t n = 0;

		while (n < names->count &&
		    strcasecmp(names->v[n].name, in->words[i]) != 0)
			n++;
		if (n == names->count)
			return value_bad(in, "unsupported option \"%.*s\", "
			    "expected none, touch-required or "
			    "verify-required", SHOWN(in->words[i]));
		options |= (unsigned)names->v[n].value;
	}
	in->conf->pubkey_auth_options = options;
	return true;
}

static void
print_auth_options(const struct keyword *kw, const struct conf *conf,
    FILE *out)
{
	value_print_keyword(kw, out);
	for (size_t i = 0; i < kw->names->count; i++) {
		unsigned bit = (unsigned)kw->names->v[i].value;

		if ((conf->pubkey_auth_options & bit) != 0 ||
		    conf->pubkey_auth_options == bit)
			fprintf(out, " %s", kw->names->v[i].name);
	}
	putc('\n', out);
}

const struct value_type type_auth_options = {
	.parse = parse_auth_options, .print = print_auth_options,
	.may_add_nothing = true,
};

/* ---- channel timeouts ---------------------------------------------------- */

static bool
timeout(struct value_in *in, const char *word)
{
	const char *equals = strchr(word, '=');
	uint32_t seconds;

	if (equals == NULL || equals == word ||
	    !duration_parse_s(bytes_str(equals + 1), &seconds))
		return value_bad(in, "invalid timeout \"%.*s\", expected "
		    "TYPE=TIME", SHOWN(word));
	return true;
}

static bool
parse_timeouts(struct value_in *in)
{
	return add_words_or_none(in, timeout);
}

const struct value_type type_timeouts = {
	.parse = parse_timeouts, .print = print_words_or_none,
};
