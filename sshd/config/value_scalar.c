/* SPDX-License-Identifier: ISC */
#include "sshd/config/value.h"

#include <stdlib.h>
#include <strings.h>

#include "lib/base/duration.h"
#include "sftp-server/options/options.h"
#include "sshd/config/lexer.h"
#include "sshd/config/suggest.h"

/* ---- one of several names ------------------------------------------------ */

const char *
value_name_of(const struct value_names *names, int value)
{
	for (size_t i = 0; i < names->count; i++) {
		if (names->v[i].value == value)
			return names->v[i].name;
	}
	return NULL;
}

/* "unsupported option "x", expected a, b or c; did you mean "a"?" */
static bool
bad_choice(struct value_in *in)
{
	const struct value_names *names = in->kw->names;
	struct suggest suggest = suggest_init(in->words[0]);
	char list[VALUE_REASON_MAX / 2];
	size_t len = 0;

	list[0] = '\0';
	for (size_t i = 0; i < names->count && len < sizeof(list); i++) {
		suggest_offer(&suggest, names->v[i].name);
		len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s",
		    i == 0 ? "" : i + 1 == names->count ? " or " : ", ",
		    names->v[i].name);
	}
	if (suggest.best == NULL)
		return value_bad(in, "unsupported option \"%.*s\", "
		    "expected %s", SHOWN(in->words[0]), list);
	return value_bad(in, "unsupported option \"%.*s\", expected %s; "
	    "did you mean \"%s\"?", SHOWN(in->words[0]), list, suggest.best);
}

static const struct value_name *
find_name(const struct value_names *names, const char *word,
    int (*compare)(const char *, const char *))
{
	for (size_t i = 0; i < names->count; i++) {
		if (compare(names->v[i].name, word) == 0)
			return &names->v[i];
	}
	return NULL;
}

static bool
parse_choice_by(struct value_in *in, int (*compare)(const char *,
    const char *))
{
	const struct value_name *found = find_name(in->kw->names,
	    in->words[0], compare);

	if (found == NULL)
		return bad_choice(in);
	*(int *)keyword_field(in->kw, in->conf) = found->value;
	return true;
}

static bool
parse_choice(struct value_in *in)
{
	return parse_choice_by(in, strcasecmp);
}

static bool
parse_choice_exact(struct value_in *in)
{
	return parse_choice_by(in, strcmp);
}

static void
print_choice(const struct keyword *kw, const struct conf *conf, FILE *out)
{
	value_print_line(kw, out, "%s", value_name_of(kw->names,
	    *(const int *)keyword_value(kw, conf)));
}

static bool
parse_flag(struct value_in *in)
{
	const struct value_name *found = find_name(in->kw->names,
	    in->words[0], strcasecmp);

	if (found == NULL)
		return bad_choice(in);
	*(bool *)keyword_field(in->kw, in->conf) = found->value != 0;
	return true;
}

static void
print_flag(const struct keyword *kw, const struct conf *conf, FILE *out)
{
	value_print_line(kw, out, "%s",
	    *(const bool *)keyword_value(kw, conf) ? "yes" : "no");
}

const struct value_type type_choice = {
	.parse = parse_choice, .print = print_choice, .words_max = 1,
};
const struct value_type type_choice_exact = {
	.parse = parse_choice_exact, .print = print_choice, .words_max = 1,
};
const struct value_type type_flag = {
	.parse = parse_flag, .print = print_flag, .words_max = 1,
};

/* ---- numbers ------------------------------------------------------------- */

static bool
parse_digits(const char *word, unsigned base, uint32_t max, uint32_t *out)
{
	uint64_t value = 0;

	if (*word == '\0')
		return false;
	for (; *word != '\0'; word++) {
		unsigned digit = (unsigned)(*word - '0');

		if (*word < '0' || digit >= base)
			return false;
		value = value * base + digit;
		if (value > max)
			return false;
	}
	*out = (uint32_t)value;
	return true;
}

static bool
parse_number(struct value_in *in)
{
	uint32_t value;

	if (!parse_digits(in->words[0], 10, in->kw->max, &value) ||
	    value < in->kw->min)
		return value_bad(in, "integer value \"%.*s\" invalid, "
		    "expected %u to %u", SHOWN(in->words[0]), in->kw->min,
		    in->kw->max);
	*(uint32_t *)keyword_field(in->kw, in->conf) = value;
	return true;
}

static void
print_number(const struct keyword *kw, const struct conf *conf, FILE *out)
{
	value_print_line(kw, out, "%u",
	    *(const uint32_t *)keyword_value(kw, conf));
}

static bool
parse_number_or_none(struct value_in *in)
{
	if (strcasecmp(in->words[0], "none") != 0)
		return parse_number(in);
	*(uint32_t *)keyword_field(in->kw, in->conf) = CONF_UNLIMITED;
	return true;
}

static void
print_number_or_none(const struct keyword *kw, const struct conf *conf,
    FILE *out)
{
	if (*(const uint32_t *)keyword_value(kw, conf) != CONF_UNLIMITED)
		print_number(kw, conf, out);
	else
		value_print_line(kw, out, "none");
}

static bool
parse_octal(struct value_in *in)
{
	uint32_t value;

	if (!parse_digits(in->words[0], 8, in->kw->max, &value))
		return value_bad(in, "invalid mask \"%.*s\", expected an octal "
		    "number up to 0%o", SHOWN(in->words[0]), in->kw->max);
	*(uint32_t *)keyword_field(in->kw, in->conf) = value;
	return true;
}

static void
print_octal(const struct keyword *kw, const struct conf *conf, FILE *out)
{
	value_print_line(kw, out, "0%o",
	    *(const uint32_t *)keyword_value(kw, conf));
}

static bool
parse_seconds(struct value_in *in)
{
	uint32_t value;

	if (!duration_parse_s(bytes_str(in->words[0]), &value))
		return value_bad(in, "invalid time value \"%.*s\", expected "
		    "for example 90, 10m or 1h30m", SHOWN(in->words[0]));
	*(uint32_t *)keyword_field(in->kw, in->conf) = value;
	return true;
}

/* RULE_BY_PART with one part: a line `none` wins wherever it stands. */
static bool
parse_seconds_or_none(struct value_in *in)
{
	uint32_t *field = keyword_field(in->kw, in->conf), kept = *field;
	bool was_set = *in->parts != 0;

	*in->parts = 1;
	if (in->is_default && was_set)
		return true;
	if (strcasecmp(in->words[0], "none") == 0) {
		*field = 0;
		return true;
	}
	if (!parse_seconds(in))
		return false;
	if (was_set)
		*field = kept;
	return true;
}

static void
print_seconds_or_none(const struct keyword *kw, const struct conf *conf,
    FILE *out)
{
	if (*(const uint32_t *)keyword_value(kw, conf) != 0)
		print_number(kw, conf, out);
	else
		value_print_line(kw, out, "none");
}

const struct value_type type_number = {
	.parse = parse_number, .print = print_number, .words_max = 1,
};
const struct value_type type_number_or_none = {
	.parse = parse_number_or_none, .print = print_number_or_none,
	.words_max = 1,
};
const struct value_type type_octal = {
	.parse = parse_octal, .print = print_octal, .words_max = 1,
};
const struct value_type type_seconds = {
	.parse = parse_seconds, .print = print_number, .words_max = 1,
};
const struct value_type type_seconds_or_none = {
	.parse = parse_seconds_or_none, .print = print_seconds_or_none,
	.words_max = 1,
};

/* ---- text ---------------------------------------------------------------- */

static bool
set_text(struct value_in *in, const char *text)
{
	const char **field = keyword_field(in->kw, in->conf);

	if (strcasecmp(text, "none") == 0) {
		*field = NULL;
		return true;
	}
	if ((*field = arena_str(in->arena, bytes_str(text))) == NULL)
		return value_bad(in, "out of memory");
	return true;
}

static bool
parse_text(struct value_in *in)
{
	if (in->words[0][0] == '\0')
		return value_bad(in, "empty argument");
	return set_text(in, in->words[0]);
}

static void
print_text(const struct keyword *kw, const struct conf *conf, FILE *out)
{
	const char *text = *(const char *const *)keyword_value(kw, conf);

	value_print_keyword(kw, out);
	putc(' ', out);
	lex_print_word(out, text == NULL ? "none" : text, LEX_QUOTE_NEEDED);
	putc('\n', out);
}

static bool
parse_raw(struct value_in *in)
{
	if (strchr(in->words[0], '\r') != NULL)
		return value_bad(in, "carriage return in the text");
	return set_text(in, in->words[0]);
}

static bool
parse_raw_command(struct value_in *in)
{
	if (in->words[0][0] != '/' && strcasecmp(in->words[0], "none") != 0)
		return value_bad(in, "must be an absolute path or none, "
		    "not \"%.*s\"", SHOWN(in->words[0]));
	return set_text(in, in->words[0]);
}

bool
value_check_internal_sftp(struct value_in *in, const char *command)
{
	char reason[SFTP_REASON_MAX];
	struct sftp_command split;
	struct sftp_options options;

	if (!sftp_command_is_internal(command))
		return true;
	if (!sftp_command_parse(command, &split, &options, reason))
		return value_bad(in, "internal-sftp: %s", reason);
	if (options.extra != NULL && in->note != NULL)
		snprintf(in->note, VALUE_REASON_MAX, "internal-sftp: \"%.*s\" "
		    "and what follows is ignored", SHOWN(options.extra));
	return true;
}

static bool
parse_raw_program(struct value_in *in)
{
	return value_check_internal_sftp(in, in->words[0]) && parse_raw(in);
}

static void
print_raw(const struct keyword *kw, const struct conf *conf, FILE *out)
{
	const char *text = *(const char *const *)keyword_value(kw, conf);

	/* so that its own `=` is not read as the keyword's */
	if (text != NULL && text[0] == '=')
		value_print_line(kw, out, "= %s", text);
	else
		value_print_line(kw, out, "%s", text == NULL ? "none" : text);
}

static bool
parse_digest(struct value_in *in)
{
	const struct value_name *found = find_name(in->kw->names,
	    in->words[0], strcasecmp);

	if (found == NULL)
		return bad_choice(in);
	*(const char **)keyword_field(in->kw, in->conf) = found->name;
	return true;
}

/* yes, no, or the list of names that are honoured. */
static bool
parse_user_environment(struct value_in *in)
{
	const char *word = in->words[0];
	bool yes = strcmp(word, "yes") == 0;

	if (word[0] == '\0')
		return value_bad(in, "empty argument");
	in->conf->permit_user_environment_names = NULL;
	in->conf->permit_user_environment = strcmp(word, "no") != 0;
	if (yes || !in->conf->permit_user_environment)
		return true;
	in->conf->permit_user_environment_names = arena_str(in->arena,
	    bytes_str(word));
	return in->conf->permit_user_environment_names != NULL ||
	    value_bad(in, "out of memory");
}

static void
print_user_environment(const struct keyword *kw, const struct conf *conf,
    FILE *out)
{
	const char *names = conf->permit_user_environment_names;

	value_print_keyword(kw, out);
	putc(' ', out);
	lex_print_word(out, names != NULL ? names :
	    conf->permit_user_environment ? "yes" : "no", LEX_QUOTE_NEEDED);
	putc('\n', out);
}

const struct value_type type_text = {
	.parse = parse_text, .print = print_text, .words_max = 1,
};
const struct value_type type_path = {
	.parse = parse_text, .print = print_text, .words_max = 1,
	.path = PATH_ABSOLUTE,
};
const struct value_type type_home_path = {
	.parse = parse_text, .print = print_text, .words_max = 1,
	.path = PATH_TILDE,
};
const struct value_type type_raw = {
	.parse = parse_raw, .print = print_raw, .is_raw = true,
};
const struct value_type type_raw_command = {
	.parse = parse_raw_command, .print = print_raw, .is_raw = true,
};
const struct value_type type_raw_program = {
	.parse = parse_raw_program, .print = print_raw, .is_raw = true,
};
const struct value_type type_digest = {
	.parse = parse_digest, .print = print_text, .words_max = 1,
};
const struct value_type type_user_environment = {
	.parse = parse_user_environment, .print = print_user_environment,
	.words_max = 1,
};
