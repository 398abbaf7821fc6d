/* SPDX-License-Identifier: ISC */
/* -l and -y: what a file holds. */
#include "keys/tool/tool.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "keys/key_options.h"
#include "keys/private.h"
#include "keys/tool/files.h"
#include "lib/base/text.h"

#define FIELDS_MAX	2	/* before a key: a marker, and hosts or options */

/* A comment goes to a terminal: no control characters. */
static void
print_text(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		putchar(text.p[i] < 0x20 || text.p[i] == 0x7f ? '?' :
		    text.p[i]);
}

static MUST_CHECK bool
print_fingerprint(const struct tool *tool, const struct pubkey *key,
    struct bytes comment, struct err *err)
{
	char text[FINGERPRINT_MAX];

	if (!pubkey_fingerprint(key, tool->hash, text, sizeof(text), err))
		return false;
	printf("%u %s ", pubkey_bits(key), text);
	print_text(comment.len == 0 ? bytes_str("no comment") : comment);
	printf(" (%s)\n", key->row->short_name);
	return true;
}

/* Of authorized_keys and known_hosts too; *comment: what else tells of it. */
static MUST_CHECK bool
parse_line(struct bytes line, struct pubkey **key, struct bytes *comment,
    struct err *err)
{
	struct bytes field = { 0 };

	for (size_t i = 0; !pubkey_parse_text(line, key, comment, err); i++) {
		if (i == FIELDS_MAX)
			return false;
		line = text_skip(line, TEXT_BLANK);
		field = bytes_of(line.p, key_options_len(line));
		line = bytes_of(line.p + field.len, line.len - field.len);
	}
	if (comment->len == 0)
		*comment = field;
	return true;
}

/* Every line with a key; the others are passed over. */
static MUST_CHECK bool
print_lines(const struct tool *tool, struct bytes text, size_t *count,
    struct err *err)
{
	struct bytes line, comment;
	struct pubkey *key;
	bool ok = true;

	*count = 0;
	while (ok && file_next_line(&text, &line)) {
		if (file_line_is_empty(line) ||
		    !parse_line(line, &key, &comment, err))
			continue;
		ok = print_fingerprint(tool, key, comment, err);
		pubkey_free(key);
		++*count;
	}
	return ok;
}

/* Of an encrypted key only the file beside it can tell. */
static MUST_CHECK bool
print_private(const struct tool *tool, struct bytes text, struct err *err)
{
	struct private_key *key;
	bool ok;

	if (!private_key_parse(text, &key, err))
		return false;
	ok = print_fingerprint(tool, private_key_public(key),
	    bytes_str(private_key_comment(key)), err);
	private_key_free(key);
	return ok;
}

static MUST_CHECK bool
print_beside(const struct tool *tool, struct err *err)
{
	char path[PATH_MAX];
	struct bytes text = { 0 };
	size_t count = 0;
	int n = snprintf(path, sizeof(path), "%s.pub", tool->file);
	bool ok;

	if (n < 0 || (size_t)n >= sizeof(path))
		return err_set(err, ERR_RANGE, "path");
	ok = file_read(path, &text, err) &&
	    print_lines(tool, text, &count, err);
	file_free(&text);
	return ok && count != 0;
}

int
tool_fingerprints(const struct tool *tool)
{
	struct bytes text;
	struct err err, ignored;
	size_t count;
	bool ok;

	if (tool->file == NULL)
		return tool_fail("name the file with -f");
	if (!file_read(tool->file, &text, &err))
		return tool_fail("%s: %s", tool->file, file_reason(&err));
	ok = print_lines(tool, text, &count, &err);
	if (ok && count == 0)
		ok = print_private(tool, text, &err) ||
		    (err.code == ERR_DENIED && print_beside(tool, &ignored));
	file_free(&text);
	if (ok)
		return TOOL_OK;
	if (err.code == ERR_NOT_FOUND)
		return tool_fail("-E %s: no such hash; there are md5, sha1, "
		    "sha256, sha384 and sha512", tool->hash);
	if (err.code == ERR_DENIED)
		return tool_fail("%s is encrypted, and there is no public "
		    "key in %s.pub: ssh-keygen -y asks for the passphrase "
		    "and prints one", tool->file, tool->file);
	return tool_fail("%s is not a key file: %s", tool->file,
	    file_reason(&err));
}

int
tool_public(const struct tool *tool)
{
	struct private_key *key = NULL;
	struct bytes text;
	struct err err;
	char *line;
	bool ok;

	if (tool->file == NULL)
		return tool_fail("name the file with -f");
	if (!file_read(tool->file, &text, &err))
		return tool_fail("%s: %s", tool->file, file_reason(&err));
	ok = private_key_parse(text, &key, &err);
	file_free(&text);
	if (!ok && err.code == ERR_DENIED)
		return tool_fail("%s is encrypted: this tool asks for no "
		    "passphrase, ssh-keygen -y does", tool->file);
	if (!ok)
		return tool_fail("%s is not a private key: %s", tool->file,
		    file_reason(&err));
	line = file_public_line(private_key_public(key),
	    private_key_comment(key));
	private_key_free(key);
	if (line == NULL)
		return tool_fail("out of memory");
	fputs(line, stdout);
	free(line);
	return TOOL_OK;
}
