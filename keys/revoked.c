/* SPDX-License-Identifier: ISC */
#include "keys/revoked.h"

#include "lib/base/text.h"

static struct bytes
take_line(struct bytes *text)
{
	struct bytes line = bytes_of(text->p, 0);

	while (line.len < text->len && text->p[line.len] != '\n')
		line.len++;
	*text = bytes_of(text->p + line.len, text->len - line.len);
	if (text->len != 0)
		*text = bytes_of(text->p + 1, text->len - 1);
	return line;
}

static bool
says_nothing(struct bytes line)
{
	line = text_skip(line, TEXT_BLANK_CR);
	return line.len == 0 || line.p[0] == '#';
}

/* An RSA key that nobody could log in with anyway may be listed. */
static bool
is_rsa_out_of_range(struct bytes line, const struct err *err)
{
	static const struct bytes name = { (const uint8_t *)"ssh-rsa ", 8 };

	line = text_skip(line, TEXT_BLANK);
	return err->code == ERR_RANGE && line.len > name.len &&
	    memcmp(line.p, name.p, name.len) == 0;
}

static MUST_CHECK bool
line_lists(struct bytes line, const struct pubkey *key, bool *revoked,
    struct err *err)
{
	struct pubkey *listed;
	struct bytes comment;

	if (says_nothing(line))
		return true;
	if (!pubkey_parse_text(line, &listed, &comment, err))
		return is_rsa_out_of_range(line, err);
	*revoked |= pubkey_equal_plain(listed, key);
	pubkey_free(listed);
	return true;
}

bool
revoked_find(struct bytes file, const struct pubkey *key, bool *revoked,
    size_t *line, struct err *err)
{
	bool found = false;

	*line = 0;
	if (krl_is(file))
		return krl_find(file, key, revoked, err);
	while (file.len != 0) {
		++*line;
		if (!line_lists(take_line(&file), key, &found, err))
			return false;
	}
	*revoked = found;
	return true;
}
