/* SPDX-License-Identifier: ISC */
/* -A, and a key of one type. */
#include "keys/tool/tool.h"

#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/private_evp.h"
#include "keys/private_openssh.h"
#include "keys/tool/files.h"

#define COMMENT_MAX	1024

static const struct make_row {
	const char *name, *title;
	enum key_type type;
	unsigned bits;			/* unless -b says otherwise */
	const char *host_key;		/* of -A, in this order */
} rows[] = {
	{ "rsa", "RSA", KEY_RSA, 3072, "ssh_host_rsa_key" },
	{ "ecdsa", "ECDSA", KEY_ECDSA, 256, "ssh_host_ecdsa_key" },
	{ "ed25519", "ED25519", KEY_ED25519, 256, "ssh_host_ed25519_key" },
};

static const char *
default_comment(char out[static COMMENT_MAX])
{
	char host[HOST_NAME_MAX + 1] = "localhost";
	const struct passwd *pw = getpwuid(getuid());

	(void)gethostname(host, sizeof(host) - 1);
	(void)snprintf(out, COMMENT_MAX, "%s@%s",
	    pw == NULL ? "unknown" : pw->pw_name, host);
	return out;
}

/* ---- one key ------------------------------------------------------------ */

static MUST_CHECK bool
save_public(const char *path, const struct pubkey *key, const char *comment,
    struct err *err)
{
	char public_path[PATH_MAX], *line;
	int n = snprintf(public_path, sizeof(public_path), "%s.pub", path);
	bool ok;

	if (n < 0 || (size_t)n >= sizeof(public_path))
		return err_set(err, ERR_RANGE, "path");
	if ((line = file_public_line(key, comment)) == NULL)
		return err_set(err, ERR_NOMEM, "public key");
	ok = file_write(public_path, bytes_str(line), 0644, true, err);
	free(line);
	return ok;
}

static MUST_CHECK bool
save(const char *path, const struct private_parts *parts,
    const char *comment, bool replace, struct err *err)
{
	struct secret text;
	bool ok;

	if (!private_openssh_build(parts, comment, &text, err))
		return false;
	ok = file_write(path, secret_bytes(&text), 0600, replace, err) &&
	    save_public(path, parts->public, comment, err);
	secret_clear(&text);
	return ok;
}

/* False after a line that says why. */
static MUST_CHECK bool
make(const struct make_row *row, unsigned bits, const char *path,
    const char *comment, bool replace, char fingerprint[FINGERPRINT_MAX])
{
	struct private_parts parts;
	char room[COMMENT_MAX];
	struct err err;
	bool ok;

	if (comment == NULL)
		comment = default_comment(room);
	if (!private_evp_generate(row->type, bits, &parts, &err)) {
		(void)tool_fail("making a key of type %s failed: %s",
		    row->name, file_reason(&err));
		return false;
	}
	ok = save(path, &parts, comment, replace, &err) &&
	    pubkey_fingerprint(parts.public, "SHA256", fingerprint,
	    FINGERPRINT_MAX, &err);
	if (!ok)
		(void)tool_fail("saving key \"%s\" failed: %s", path,
		    file_reason(&err));
	private_parts_clear(&parts);
	return ok;
}

/* ---- host keys ---------------------------------------------------------- */

/* An empty file is what a loss of power leaves of a key. */
static bool
has_key(const char *path, bool *is_empty)
{
	struct stat st;
	bool there = stat(path, &st) == 0;

	*is_empty = there && S_ISREG(st.st_mode) && st.st_size == 0;
	return there && !*is_empty;
}

int
tool_make_host_keys(const struct tool *tool)
{
	const char *prefix = tool->file == NULL ? "" : tool->file;
	char path[PATH_MAX], fingerprint[FINGERPRINT_MAX];
	bool said = false, ok = true, is_empty;

	for (size_t i = 0; i < ARRAY_LEN(rows) && ok; i++) {
		int n = snprintf(path, sizeof(path), "%s%s/%s", prefix,
		    SYSCONFDIR, rows[i].host_key);

		if (n < 0 || (size_t)n >= sizeof(path))
			return tool_fail("%s: path too long", prefix);
		if (has_key(path, &is_empty))
			continue;
		if (!tool->quiet) {
			printf("%s%s ", said ? "" : "sshd-keygen: generating "
			    "new host keys: ", rows[i].title);
			(void)fflush(stdout);
		}
		said = true;
		ok = make(&rows[i], rows[i].bits, path, tool->comment,
		    is_empty, fingerprint);
	}
	if (said && !tool->quiet)
		printf("\n");
	return ok ? TOOL_OK : TOOL_FAILED;
}

/* ---- a key that is asked for -------------------------------------------- */

static const struct make_row *
find_row(const char *type)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (strcmp(rows[i].name, type) == 0)
			return &rows[i];
	}
	return NULL;
}

static bool
bits_are_good(const struct make_row *row, unsigned long bits)
{
	switch (row->type) {
	case KEY_RSA:
		return bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX;
	case KEY_ECDSA:
		return bits == 256 || bits == 384 || bits == 521;
	case KEY_ED25519:
	case KEY_SK_ED25519:
	case KEY_SK_ECDSA:
		break;
	}
	return true;			/* of a fixed length: ignored */
}

static MUST_CHECK bool
parse_bits(const struct tool *tool, const struct make_row *row,
    unsigned *bits)
{
	unsigned long value = row->bits;
	char *end = NULL;

	if (tool->bits != NULL) {
		errno = 0;
		value = strtoul(tool->bits, &end, 10);
		if (tool->bits[0] < '0' || tool->bits[0] > '9' ||
		    *end != '\0' || errno != 0) {
			(void)tool_fail("-b %s: not a number of bits",
			    tool->bits);
			return false;
		}
	}
	if (!bits_are_good(row, value)) {
		(void)tool_fail(row->type == KEY_RSA ?
		    "-b %lu: RSA keys have %d to %d bits" :
		    "-b %lu: ECDSA keys have 256, 384 or 521 bits", value,
		    RSA_BITS_MIN, RSA_BITS_MAX);
		return false;
	}
	*bits = row->type == KEY_ED25519 ? row->bits : (unsigned)value;
	return true;
}

static bool
may_replace(const char *path)
{
	char answer[8] = "";

	printf("%s already exists.\nOverwrite (y/n)? ", path);
	(void)fflush(stdout);
	return fgets(answer, sizeof(answer), stdin) != NULL &&
	    (answer[0] == 'y' || answer[0] == 'Y');
}

int
tool_make_key(const struct tool *tool)
{
	const char *type = tool->type == NULL ? "ed25519" : tool->type;
	const struct make_row *row = find_row(type);
	char fingerprint[FINGERPRINT_MAX], room[COMMENT_MAX];
	const char *comment = tool->comment == NULL ? default_comment(room) :
	    tool->comment;
	bool exists;
	unsigned bits;

	if (row == NULL)
		return tool_fail("-t %s: this tool makes rsa, ecdsa and "
		    "ed25519 keys", type);
	if (!parse_bits(tool, row, &bits))
		return TOOL_FAILED;
	if (tool->file == NULL)
		return tool_fail("name the file of the new key with -f");
	if (tool->passphrase == NULL || tool->passphrase[0] != '\0')
		return tool_fail("this tool writes keys without a passphrase "
		    "only: say -N ''; ssh-keygen -p -f FILE adds one later");
	exists = access(tool->file, F_OK) == 0;
	if (exists && !may_replace(tool->file))
		return TOOL_NO;
	if (!tool->quiet)
		printf("Generating public/private %s key pair.\n", row->name);
	if (!make(row, bits, tool->file, comment, exists, fingerprint))
		return TOOL_FAILED;
	if (!tool->quiet)
		printf("Your identification has been saved in %s\n"
		    "Your public key has been saved in %s.pub\n"
		    "The key fingerprint is:\n%s %s\n", tool->file,
		    tool->file, fingerprint, comment);
	return TOOL_OK;
}
