/* SPDX-License-Identifier: ISC */
/* -k: a revocation list out of keys, certificates and specifications. */
#include "keys/tool/tool.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "keys/base64.h"
#include "keys/krl_set.h"
#include "keys/tool/files.h"
#include "lib/base/text.h"

#define NUMBER_MAX	32	/* characters of a serial */

/* The list, and whose certificates serials and identities are. */
struct work {
	struct krl_set set;
	struct pubkey *ca;	/* NULL: of any, when has_ca */
	bool has_ca;
};

static struct bytes
ca_blob(const struct work *work)
{
	return work->ca == NULL ? (struct bytes){ 0 } :
	    bytes_of(work->ca->blob, work->ca->blob_len);
}

/* ---- what a line says --------------------------------------------------- */

/* Decimal, 0x hexadecimal or 0 octal. */
static MUST_CHECK bool
parse_serial(struct bytes text, uint64_t *out, struct err *err)
{
	char number[NUMBER_MAX], *end;

	text = text_trim(text, TEXT_BLANK);
	if (text.len == 0 || text.p[0] < '0' || text.p[0] > '9' ||
	    !bytes_to_str(text, number, sizeof(number)))
		return err_set(err, ERR_FORMAT, "serial");
	errno = 0;
	*out = strtoull(number, &end, 0);
	if (*end != '\0' || errno != 0 || *out == 0)
		return err_set(err, ERR_FORMAT, "serial");
	return true;
}

static MUST_CHECK bool
need_ca(const struct work *work, struct err *err)
{
	return work->has_ca || err_set(err, ERR_DENIED,
	    "serial and id need the CA's public key, or \"none\", with -s");
}

static MUST_CHECK bool
take_serial(struct work *work, struct bytes text, struct err *err)
{
	const uint8_t *dash = text.len == 0 ? NULL :
	    memchr(text.p, '-', text.len);
	struct bytes first = text;
	uint64_t low, high;

	if (dash != NULL)
		first.len = (size_t)(dash - text.p);
	if (!need_ca(work, err) || !parse_serial(first, &low, err))
		return false;
	high = low;
	if (dash != NULL && !parse_serial(bytes_of(dash + 1,
	    text.len - first.len - 1), &high, err))
		return false;
	return krl_set_add_serials(&work->set, ca_blob(work), low, high, err);
}

static MUST_CHECK bool
take_id(struct work *work, struct bytes text, struct err *err)
{
	if (text.len == 0)
		return err_set(err, ERR_FORMAT, "id");
	return need_ca(work, err) && krl_set_add_key_id(&work->set,
	    ca_blob(work), text, err);
}

/* A plain key or that of a certificate, as itself or as its digest. */
static MUST_CHECK bool
add_plain(struct work *work, const struct pubkey *key, enum krl_kind kind,
    struct err *err)
{
	const enum digest_id id = kind == KRL_SHA1 ? DIGEST_SHA1 :
	    DIGEST_SHA256;
	uint8_t digest[DIGEST_MAX], *plain;
	struct bytes data;
	size_t len;
	bool ok = true;

	if (!pubkey_plain_blob(key, &plain, &len, err))
		return false;
	data = bytes_of(plain, len);
	if (kind != KRL_KEY) {
		ok = digest_bytes(id, data, digest, err);
		data = bytes_of(digest, digest_len(id));
	}
	ok = ok && krl_set_add(&work->set, kind, data, err);
	free(plain);
	return ok;
}

static MUST_CHECK bool
take_text_as(struct work *work, struct bytes text, enum krl_kind kind,
    struct err *err)
{
	struct pubkey *key;
	struct bytes comment;
	bool ok;

	if (!pubkey_parse_text(text, &key, &comment, err))
		return false;
	ok = add_plain(work, key, kind, err);
	pubkey_free(key);
	return ok;
}

static MUST_CHECK bool
take_key(struct work *work, struct bytes text, struct err *err)
{
	return take_text_as(work, text, KRL_KEY, err);
}

static MUST_CHECK bool
take_sha1(struct work *work, struct bytes text, struct err *err)
{
	return take_text_as(work, text, KRL_SHA1, err);
}

static MUST_CHECK bool
take_sha256(struct work *work, struct bytes text, struct err *err)
{
	return take_text_as(work, text, KRL_SHA256, err);
}

/* "SHA256:BASE64" as -l prints it; -Q -l puts a comment behind it. */
static MUST_CHECK bool
take_hash(struct work *work, struct bytes text, struct err *err)
{
	static const char prefix[] = "SHA256:";
	char padded[BASE64_LEN(32) + 1];
	const uint8_t *blank = text.len == 0 ? NULL :
	    memchr(text.p, ' ', text.len);
	uint8_t digest[33];
	size_t len;
	int n;

	if (blank != NULL && text_skip(bytes_of(blank, text.len -
	    (size_t)(blank - text.p)), TEXT_BLANK).p[0] == '#')
		text.len = (size_t)(blank - text.p);
	if (text.len < sizeof(prefix) - 1 || memcmp(text.p, prefix,
	    sizeof(prefix) - 1) != 0)
		return err_set(err, ERR_FORMAT, "hash is not SHA256");
	n = snprintf(padded, sizeof(padded), "%.*s=",
	    (int)MIN(text.len - (sizeof(prefix) - 1), sizeof(padded)),
	    (const char *)text.p + sizeof(prefix) - 1);
	if (n != (int)sizeof(padded) - 1 || !base64_decode(bytes_str(padded),
	    digest, sizeof(digest), &len) || len != 32)
		return err_set(err, ERR_FORMAT, "hash");
	return krl_set_add(&work->set, KRL_SHA256, bytes_of(digest, len),
	    err);
}

/* A key by itself; a certificate by what names it among its CA's. */
static MUST_CHECK bool
take_bare(struct work *work, struct bytes line, struct err *err)
{
	struct pubkey *key;
	struct bytes comment;
	bool ok;

	if (!pubkey_parse_text(line, &key, &comment, err))
		return false;
	if (!key->row->is_cert)
		ok = add_plain(work, key, KRL_KEY, err);
	else if (key->cert.serial != 0)
		ok = krl_set_add_serials(&work->set, key->cert.ca_key,
		    key->cert.serial, key->cert.serial, err);
	else
		ok = krl_set_add_key_id(&work->set, key->cert.ca_key,
		    key->cert.key_id, err);
	pubkey_free(key);
	return ok;
}

static const struct directive {
	const char *name;
	bool (*take)(struct work *work, struct bytes text, struct err *err);
} directives[] = {
	{ "serial:", take_serial }, { "id:", take_id }, { "key:", take_key },
	{ "sha1:", take_sha1 }, { "sha256:", take_sha256 },
	{ "hash:", take_hash },
};

static MUST_CHECK bool
take_line(struct work *work, struct bytes line, struct err *err)
{
	line = text_trim(line, TEXT_BLANK);
	for (size_t i = 0; i < ARRAY_LEN(directives); i++) {
		size_t len = strlen(directives[i].name);

		if (line.len >= len &&
		    strncasecmp((const char *)line.p, directives[i].name,
		    len) == 0)
			return directives[i].take(work, text_skip(bytes_of(
			    line.p + len, line.len - len), TEXT_BLANK), err);
	}
	return take_bare(work, line, err);
}

/* ---- files -------------------------------------------------------------- */

/* False after a line that says why. */
static MUST_CHECK bool
take_file(struct work *work, const char *path)
{
	struct bytes file, text, line;
	size_t number = 0;
	struct err err;
	bool ok = true;

	if (!file_read(path, &file, &err)) {
		(void)tool_fail("%s: %s", path, file_reason(&err));
		return false;
	}
	text = file;
	while (ok && file_next_line(&text, &line)) {
		number++;
		if (file_line_is_empty(line))
			continue;
		ok = take_line(work, line, &err);
		if (!ok)
			(void)tool_fail("%s:%zu: %s", path, number,
			    err.code == ERR_DENIED ? err.what :
			    file_reason(&err));
	}
	file_free(&file);
	return ok;
}

static MUST_CHECK bool
load_ca(struct work *work, const char *path)
{
	struct bytes file, comment;
	struct err err;
	bool ok;

	work->has_ca = path != NULL;
	if (path == NULL || strcasecmp(path, "none") == 0)
		return true;
	ok = file_read(path, &file, &err);
	if (ok) {
		struct bytes text = file, line;

		ok = file_next_line(&text, &line) || err_set(&err, ERR_SHORT,
		    "public key");
		ok = ok && pubkey_parse_text(line, &work->ca, &comment, &err);
		file_free(&file);
	}
	if (ok && work->ca->row->is_cert)
		ok = err_set(&err, ERR_FORMAT, "a CA has a plain key");
	if (!ok)
		(void)tool_fail("cannot load CA public key %s: %s", path,
		    file_reason(&err));
	return ok;
}

static MUST_CHECK bool
load_old(struct work *work, const struct tool *tool)
{
	struct bytes file;
	struct err err;
	bool ok;

	if (!tool->update)
		return true;
	ok = file_read(tool->file, &file, &err);
	if (ok) {
		ok = krl_set_load(&work->set, file, &err);
		file_free(&file);
	}
	if (!ok)
		(void)tool_fail("cannot update KRL %s: %s", tool->file,
		    file_reason(&err));
	return ok;
}

static MUST_CHECK bool
set_version(struct work *work, const struct tool *tool)
{
	char *end;

	if (tool->version == NULL)
		return true;
	errno = 0;
	work->set.version = strtoull(tool->version, &end, 10);
	if (tool->version[0] >= '0' && tool->version[0] <= '9' &&
	    *end == '\0' && errno == 0)
		return true;
	(void)tool_fail("-z %s: not a version number", tool->version);
	return false;
}

static int
save(struct work *work, const struct tool *tool)
{
	uint8_t *file;
	size_t len;
	struct err err;
	bool ok;

	work->set.generated = (uint64_t)time(NULL);
	ok = krl_set_build(&work->set, &file, &len, &err);
	if (ok) {
		ok = file_write(tool->file, bytes_of(file, len), 0644, true,
		    &err);
		free(file);
	}
	return ok ? TOOL_OK : tool_fail("writing KRL %s: %s", tool->file,
	    file_reason(&err));
}

int
tool_krl_make(const struct tool *tool)
{
	struct work work = { 0 };
	bool ok;
	int status = TOOL_FAILED;

	if (tool->file == NULL)
		return tool_fail("name the revocation list with -f");
	ok = load_ca(&work, tool->ca) && load_old(&work, tool) &&
	    set_version(&work, tool);
	for (int i = 0; ok && i < tool->arg_count; i++) {
		if (!tool->quiet)
			printf("Revoking from %s\n", tool->args[i]);
		ok = take_file(&work, tool->args[i]);
	}
	if (ok)
		status = save(&work, tool);
	krl_set_clear(&work.set);
	pubkey_free(work.ca);
	return status;
}
