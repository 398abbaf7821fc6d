/* SPDX-License-Identifier: ISC */
/* What the SFTP server inside the session process is told. */
#include "sshd/config/value.h"

#include <strings.h>

#include "lib/base/path_rights.h"
#include "sshd/config/lexer.h"

static bool
is_none(const struct value_in *in)
{
	return in->word_count == 1 && strcasecmp(in->words[0], "none") == 0;
}

/* Relative to what, nobody could say. */
static bool
parse_root(struct value_in *in)
{
	const char *word = in->words[0];

	if (!is_none(in) && word[0] != '/' && word[0] != '~' &&
	    word[0] != '%')
		return value_bad(in, "\"%.*s\" is not an absolute path",
		    SHOWN(word));
	if (value_bad_token(in->kw, word) != NULL)
		return value_bad(in, "\"%.*s\" has an unknown %% "
		    "sequence, expected %%h, %%u, %%U or %%%%", SHOWN(word));
	return type_text.parse(in);
}

static void
print_root(const struct keyword *kw, const struct conf *conf, FILE *out)
{
	type_text.print(kw, conf, out);
}

const struct value_type type_sftp_root = {
	.parse = parse_root, .print = print_root, .words_max = 1,
};

static bool
parse_rights(struct value_in *in)
{
	struct conf_list *list = keyword_field(in->kw, in->conf);
	struct path_rule rule;
	const char *reason;

	if (is_none(in))
		return true;
	for (size_t i = 0; i < in->word_count; i++) {
		struct bytes word = bytes_str(in->words[i]);

		if (!path_rule_parse(word, &rule, &reason))
			return value_bad(in, "invalid rule \"%.*s\": %s",
			    SHOWN(in->words[i]), reason);
		if (!value_add(in, list, word))
			return false;
	}
	return true;
}

static void
print_rights(const struct keyword *kw, const struct conf *conf, FILE *out)
{
	const struct conf_list *list = keyword_value(kw, conf);

	value_print_each(kw, conf, out);
	if (list->count == 0)
		value_print_line(kw, out, "none");
}

const struct value_type type_sftp_rights = {
	.parse = parse_rights, .print = print_rights,
	.count = value_list_count,
};

/* ---- uploads ------------------------------------------------------------- */

static bool
parse_upload(struct value_in *in)
{
	bool is_atomic = strcasecmp(in->words[0], "atomic") == 0;
	bool is_synced = in->word_count == 2 &&
	    strcasecmp(in->words[1], "fsync") == 0;

	if ((!is_atomic && strcasecmp(in->words[0], "direct") != 0) ||
	    (in->word_count == 2 && (!is_atomic || !is_synced)))
		return value_bad(in, "expected direct, atomic or atomic "
		    "fsync");
	in->conf->sftp_upload = is_synced ? SFTP_UPLOAD_SYNCED :
	    is_atomic ? SFTP_UPLOAD_ATOMIC : SFTP_UPLOAD_DIRECT;
	return true;
}

static void
print_upload(const struct keyword *kw, const struct conf *conf, FILE *out)
{
	static const char *const names[] = {
		[SFTP_UPLOAD_DIRECT] = "direct",
		[SFTP_UPLOAD_ATOMIC] = "atomic",
		[SFTP_UPLOAD_SYNCED] = "atomic fsync",
	};

	value_print_line(kw, out, "%s", names[conf->sftp_upload]);
}

const struct value_type type_sftp_upload = {
	.parse = parse_upload, .print = print_upload, .words_max = 2,
};

/* ---- modes --------------------------------------------------------------- */

static const struct mode_row {
	const char *name;
	size_t offset;
	uint32_t max;
} mode_rows[] = {
#define MODE(f)	offsetof(struct conf_sftp_modes, f)
	{ "file", MODE(file), 07777 },
	{ "directory", MODE(directory), 07777 },
	{ "umask", MODE(umask), 0777 },
#undef MODE
};

static uint32_t *
mode_field(struct conf_sftp_modes *modes, const struct mode_row *row)
{
	return (uint32_t *)((char *)modes + row->offset);
}

static bool
parse_mode(const char *text, uint32_t max, uint32_t *mode)
{
	*mode = 0;
	if (*text == '\0')
		return false;
	for (; *text >= '0' && *text <= '7' && *mode <= max; text++)
		*mode = *mode * 8 + (uint32_t)(*text - '0');
	return *text == '\0' && *mode <= max;
}

static bool
take_mode(struct value_in *in, const char *word)
{
	const char *equals = strchr(word, '=');

	for (size_t i = 0; i < ARRAY_LEN(mode_rows) && equals != NULL; i++) {
		const struct mode_row *row = &mode_rows[i];
		uint32_t mode;

		if (strlen(row->name) != (size_t)(equals - word) ||
		    strncasecmp(word, row->name, strlen(row->name)) != 0)
			continue;
		if (!parse_mode(equals + 1, row->max, &mode))
			return value_bad(in, "invalid mode \"%.*s\", expected "
			    "an octal number up to 0%o", SHOWN(word),
			    row->max);
		*mode_field(&in->conf->sftp_modes, row) = mode;
		return true;
	}
	return value_bad(in, "invalid mode \"%.*s\", expected file=MODE, "
	    "directory=MODE or umask=MODE", SHOWN(word));
}

static bool
parse_modes(struct value_in *in)
{
	in->conf->sftp_modes = (struct conf_sftp_modes){
		SFTP_NO_MODE, SFTP_NO_MODE, SFTP_NO_MODE,
	};
	for (size_t i = 0; i < in->word_count && !is_none(in); i++) {
		if (!take_mode(in, in->words[i]))
			return false;
	}
	return true;
}

static void
print_modes(const struct keyword *kw, const struct conf *conf, FILE *out)
{
	struct conf_sftp_modes modes = conf->sftp_modes;
	bool any = false;

	value_print_keyword(kw, out);
	for (size_t i = 0; i < ARRAY_LEN(mode_rows); i++) {
		uint32_t mode = *mode_field(&modes, &mode_rows[i]);

		if (mode == SFTP_NO_MODE)
			continue;
		fprintf(out, " %s=0%o", mode_rows[i].name, mode);
		any = true;
	}
	fputs(any ? "\n" : " none\n", out);
}

const struct value_type type_sftp_modes = {
	.parse = parse_modes, .print = print_modes,
};
