/* SPDX-License-Identifier: ISC */
#include "keys/authorized_keys.h"

#include "lib/base/text.h"

/* A CA's own options make no sense on a key that signs nothing. */
static const char *
find_contradiction(const struct key_options *options)
{
	if (options->principals != NULL && !options->cert_authority)
		return "principals without cert-authority";
	return NULL;
}

static enum key_line
parse_with_options(struct bytes line, struct pubkey **key,
    struct key_options *options, const char **reason)
{
	size_t options_len = key_options_len(line);
	struct bytes text = bytes_of(line.p + options_len,
	    line.len - options_len);
	struct bytes comment, rest;
	struct key_options parsed;
	struct pubkey *found;
	struct err err;

	/* The key first: a line without one has no options to speak of. */
	if (!pubkey_parse_text(text, &found, &comment, &err)) {
		*reason = "no key that is supported";
		return KEY_LINE_BAD;
	}
	*key = found;
	if (!key_options_parse(line, &parsed, &rest, reason))
		return KEY_LINE_BAD;
	if ((*reason = find_contradiction(&parsed)) != NULL) {
		key_options_clear(&parsed);
		return KEY_LINE_BAD;
	}
	*options = parsed;
	return KEY_LINE_KEY;
}

static enum key_line
parse_line(struct bytes line, struct pubkey **key,
    struct key_options *options, const char **reason)
{
	struct bytes comment;
	struct err err;

	line = text_trim(line, TEXT_BLANK_CR);
	if (line.len == 0 || line.p[0] == '#')
		return KEY_LINE_EMPTY;
	if (!pubkey_parse_text(line, key, &comment, &err))
		return parse_with_options(line, key, options, reason);
	key_options_init(options);
	return KEY_LINE_KEY;
}

enum key_line
key_line_parse(struct bytes line, struct pubkey **key,
    struct key_options *options, const char **reason)
{
	enum key_line result;

	*key = NULL;
	result = parse_line(line, key, options, reason);
	/* a CA is listed by its key: this would be one certificate for ever */
	if (result != KEY_LINE_KEY || !(*key)->row->is_cert)
		return result;
	*reason = "a certificate in place of a key";
	key_options_clear(options);
	pubkey_free(*key);
	*key = NULL;
	return KEY_LINE_BAD;
}
