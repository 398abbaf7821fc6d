/* SPDX-License-Identifier: ISC */
#include "monitor/revocation.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "keys/revoked.h"
#include "lib/base/fd.h"
#include "lib/base/log.h"
#include "monitor/key_search.h"

/* A KRL_FILE_MAX for a text of keys as well: half a million of them. */
static MUST_CHECK bool
read_list(const char *path, uint8_t **text, size_t *len, struct err *err)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	bool ok;

	if (fd == -1)
		return err_sys(err, "open");
	ok = fd_read_file(fd, KRL_FILE_MAX, text, len, err);
	close(fd);
	return ok;
}

static void
log_trouble(const struct conf *conf, const struct pubkey *key,
    const char *path, size_t line, const struct err *err)
{
	char text[FINGERPRINT_MAX + 32], where[32] = "";

	key_text(key, conf->fingerprint_hash, text, sizeof(text));
	if (line != 0)
		snprintf(where, sizeof(where), "line %zu: ", line);
	if (err->code == ERR_SYS)
		log_error("Error checking authentication key %s in revoked "
		    "keys file %s: %s", text, path, err_text(err));
	else
		log_error("Error checking authentication key %s in revoked "
		    "keys file %s: %s%s (%s)", text, path, where,
		    err_text(err), err->what);
}

/* One key in the contents of one file. */
static bool
is_listed(const struct conf *conf, const char *path, struct bytes file,
    const struct pubkey *key)
{
	char text[FINGERPRINT_MAX + 32];
	bool revoked;
	size_t line;
	struct err err;

	if (!revoked_find(file, key, &revoked, &line, &err)) {
		log_trouble(conf, key, path, line, &err);
		return true;
	}
	if (revoked) {
		key_text(key, conf->fingerprint_hash, text, sizeof(text));
		log_error("Authentication key %s revoked by file %s", text,
		    path);
	}
	return revoked;
}

static bool
file_revokes(const struct conf *conf, const char *path,
    const struct pubkey *key, const struct pubkey *ca)
{
	uint8_t *text;
	size_t len;
	struct err err;
	bool revoked;

	if (!read_list(path, &text, &len, &err)) {
		log_trouble(conf, key, path, 0, &err);
		return true;
	}
	revoked = is_listed(conf, path, bytes_of(text, len), key) ||
	    (ca != NULL && is_listed(conf, path, bytes_of(text, len), ca));
	free(text);
	return revoked;
}

bool
key_is_revoked(const struct conf *conf, const struct pubkey *key)
{
	struct pubkey *ca = NULL;
	struct err err;
	bool revoked = false;

	if (conf->revoked_keys.count == 0)
		return false;
	if (key->row->is_cert && !pubkey_parse(key->cert.ca_key, &ca, &err)) {
		log_error("CA key of a certificate: %s", err_text(&err));
		return true;
	}
	for (size_t i = 0; i < conf->revoked_keys.count && !revoked; i++)
		revoked = file_revokes(conf, conf->revoked_keys.v[i], key, ca);
	pubkey_free(ca);
	return revoked;
}
