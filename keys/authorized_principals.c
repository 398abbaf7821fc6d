/* SPDX-License-Identifier: ISC */
#include "keys/authorized_principals.h"

#include "lib/base/text.h"

/* What counts of a line: no comment, no blanks around it. */
static struct bytes
strip(struct bytes line)
{
	const uint8_t *hash = line.len == 0 ? NULL :
	    memchr(line.p, '#', line.len);

	if (hash != NULL)
		line.len = (size_t)(hash - line.p);
	return text_trim(line, TEXT_BLANK_CR);
}

static enum key_line
parse_options(struct bytes text, struct key_options *options,
    const char **reason)
{
	struct key_options parsed;
	struct bytes rest;

	if (!key_options_parse(text, &parsed, &rest, reason))
		return KEY_LINE_BAD;
	if (rest.len != 0) {
		*reason = "more than options and one name";
		key_options_clear(&parsed);
		return KEY_LINE_BAD;
	}
	*options = parsed;
	return KEY_LINE_KEY;
}

const char *
principal_options_misplaced(const struct key_options *options)
{
	if (options->cert_authority)
		return "cert-authority before a name";
	if (options->principals != NULL)
		return "principals before a name";
	return NULL;
}

enum key_line
principal_line_parse(struct bytes line, struct bytes *name,
    struct key_options *options, const char **reason)
{
	struct bytes text = strip(line);
	size_t begin = text.len;

	if (text.len == 0)
		return KEY_LINE_EMPTY;
	while (begin != 0 && !text_is_in(text.p[begin - 1],
	    TEXT_BLANK_CR))
		begin--;
	*name = bytes_of(text.p + begin, text.len - begin);
	text = strip(bytes_of(text.p, begin));
	if (text.len != 0)
		return parse_options(text, options, reason);
	key_options_init(options);
	return KEY_LINE_KEY;
}
