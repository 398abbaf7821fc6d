/* SPDX-License-Identifier: ISC */
/*
 * host_secrets_load(): apart from host_secrets.c because it is a story of its
 * own.
 */
#include "keys/host_secrets.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "keys/agent.h"
#include "lib/base/fd.h"
#include "lib/base/log.h"

#define PATH_LOG_MAX	4096

/* ---- files -------------------------------------------------------------- */

/* O_NONBLOCK: opening a FIFO must not hang the start. */
static bool
open_file(const char *path, int *fd, struct err *err)
{
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	return *fd != -1 || err_sys(err, "open");
}

static void
complain_of_mode(const char *path, mode_t mode)
{
	static const char bar[] =
	    "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@";

	log_error("%s", bar);
	log_error("%s",
	    "@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @");
	log_error("%s", bar);
	log_error("Permissions 0%3.3o for '%s' are too open.",
	    (unsigned)mode & 0777, path);
	log_error("Nobody but its owner may have access to a private key.");
	log_error("The key in this file is not used.");
}

/*
 * Only a file of our own is refused: with another owner its mode is that
 * owner's decision, e.g. a group that may read keys kept by a tool.
 */
static bool
check_mode(int fd, const char *path, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return err_sys(err, "fstat");
	if (st.st_uid == geteuid() && (st.st_mode & 077) != 0) {
		complain_of_mode(path, st.st_mode);
		return err_set(err, ERR_DENIED, "bad permissions");
	}
	return true;
}

static bool
read_private(int fd, struct private_key **out, struct err *err)
{
	uint8_t *text;
	size_t len;
	bool ok;

	if (!fd_read_file(fd, KEY_FILE_MAX, &text, &len, err))
		return false;
	ok = private_key_parse(bytes_of(text, len), out, err);
	if (!ok && err->code == ERR_DENIED)
		err->what = "incorrect passphrase supplied to decrypt "
		    "private key";
	explicit_bzero(text, len);
	free(text);
	return ok;
}

static bool
load_private(const char *path, struct private_key **out, struct err *err)
{
	int fd;
	bool ok;

	if (!open_file(path, &fd, err))
		return false;
	ok = check_mode(fd, path, err) && read_private(fd, out, err);
	close(fd);
	return ok;
}

static bool
is_line_end(uint8_t c)
{
	return c == '\n' || c == '\r';
}

/* The first key of a file in public form, as ssh-keygen writes them. */
static bool
find_public(struct bytes text, struct pubkey **out, struct err *err)
{
	struct bytes line, comment;

	err_set(err, ERR_FORMAT, "public key file");
	while (text.len != 0) {
		line = bytes_of(text.p, 0);
		while (line.len < text.len && !is_line_end(text.p[line.len]))
			line.len++;
		if (pubkey_parse_text(line, out, &comment, err))
			return true;
		text = bytes_of(text.p + line.len, text.len - line.len);
		while (text.len != 0 && is_line_end(text.p[0])) {
			text.p++;
			text.len--;
		}
	}
	return false;
}

static bool
load_public(const char *path, struct pubkey **out, struct err *err)
{
	uint8_t *text;
	size_t len;
	int fd;
	bool ok;

	if (!open_file(path, &fd, err))
		return false;
	ok = fd_read_file(fd, KEY_FILE_MAX, &text, &len, err);
	close(fd);
	if (!ok)
		return false;
	ok = find_public(bytes_of(text, len), out, err);
	free(text);
	return ok;
}

/* ---- host keys ---------------------------------------------------------- */

/* For the E of a log line. */
static const char *
reason_text(const struct err *err)
{
	return err->code == ERR_DENIED ? err->what : err_text(err);
}

/* The private key rules; a stale .pub beside it is worth a line only. */
static void
compare_public(const char *path, const struct pubkey *key)
{
	char pub_path[PATH_LOG_MAX];
	struct pubkey *public;
	struct err err;
	int n = snprintf(pub_path, sizeof(pub_path), "%s.pub", path);

	if (n < 0 || (size_t)n >= sizeof(pub_path))
		return;
	if (!load_public(pub_path, &public, &err)) {
		if (err.sys != ENOENT)
			log_debug("public key file %s: %s", pub_path,
			    err_text(&err));
		return;
	}
	if (!pubkey_equal_plain(public, key))
		log_error("Public key for %s does not match private key",
		    path);
	pubkey_free(public);
}

static bool
long_enough(const char *path, const struct pubkey *key, unsigned required)
{
	if (key->row->type != KEY_RSA || pubkey_bits(key) >= required)
		return true;
	log_error("Host key %s: Invalid key length", path);
	return false;
}

static void
log_key(const struct host_keys *keys, const struct pubkey *key)
{
	char fingerprint[FINGERPRINT_MAX];
	struct err err;

	if (!log_enabled(LOG_LEVEL_DEBUG1) ||
	    !pubkey_fingerprint(key, "SHA256", fingerprint,
	    sizeof(fingerprint), &err))
		return;
	log_debug("private host key #%zu: %s %s", keys->count,
	    key->row->name, fingerprint);
}

/*
 * Appends an entry; there is room for it. Moves *secret, which is NULL for a
 * key that only the agent has.
 */
static bool
add_key(struct host_secrets *secrets, const struct pubkey *public,
    struct private_key **secret, struct err *err)
{
	struct host_keys *keys = &secrets->keys;
	struct host_key key = { 0 };

	if (!pubkey_parse(bytes_of(public->blob, public->blob_len),
	    &key.public, err))
		return false;
	log_key(keys, key.public);
	secrets->v[keys->count] = *secret;
	*secret = NULL;
	keys->v[keys->count++] = key;
	return true;
}

/* The public half of a key that is elsewhere: the file, or the one beside. */
static bool
find_agent_key(const char *path, struct pubkey **out)
{
	char pub_path[PATH_LOG_MAX];
	struct err err;
	int n = snprintf(pub_path, sizeof(pub_path), "%s.pub", path);

	if (load_public(path, out, &err))
		return true;
	return n > 0 && (size_t)n < sizeof(pub_path) &&
	    load_public(pub_path, out, &err);
}

static bool
load_agent_key(const struct host_keys_files *files, const char *path,
    struct pubkey *public, struct host_secrets *secrets, struct err *err)
{
	struct private_key *none = NULL;
	bool ok = true;

	log_debug("will rely on agent for hostkey %s", path);
	if (public->row->is_cert)
		log_error("Host key %s: a certificate is no key", path);
	else if (long_enough(path, public, files->required_rsa_bits))
		ok = add_key(secrets, public, &none, err);
	pubkey_free(public);
	return ok;
}

/* Frees what could not. */
static bool
can_sign(const struct host_keys_files *files, struct private_key **key,
    struct err *err)
{
	if (files->devices_can_sign ||
	    !pubkey_is_device(private_key_public(*key)))
		return true;
	private_key_free(*key);
	return err_set(err, ERR_DENIED, "the key of a FIDO device, which needs "
	    "SecurityKeyProvider PATH or HostKeyAgent");
}

/* False only when memory is out. */
static bool
load_key(const struct host_keys_files *files, const char *path,
    bool have_agent, struct host_secrets *secrets, struct err *err)
{
	const enum log_level level = files->keys_are_default ?
	    LOG_LEVEL_DEBUG1 : LOG_LEVEL_ERROR;
	struct private_key *private;
	struct pubkey *public;
	bool ok = true;

	if (secrets->keys.count == HOST_KEY_COUNT_MAX) {
		log_error("Too many host keys, not using %s", path);
		return true;
	}
	if (!load_private(path, &private, err) ||
	    !can_sign(files, &private, err)) {
		if (have_agent && find_agent_key(path, &public))
			return load_agent_key(files, path, public, secrets,
			    err);
		log_at(level, "Unable to load host key \"%s\": %s", path,
		    reason_text(err));
		log_at(level, "Unable to load host key: %s", path);
		return err->code != ERR_NOMEM;
	}
	compare_public(path, private_key_public(private));
	if (long_enough(path, private_key_public(private),
	    files->required_rsa_bits))
		ok = add_key(secrets, private_key_public(private), &private,
		    err);
	private_key_free(private);
	return ok;
}

/* Whether the agent has the keys shows when it signs. */
static bool
find_agent(const char *path)
{
	struct err err;

	if (path == NULL)
		return false;
	if (agent_probe(path, &err))
		return true;
	log_error("Could not connect to agent \"%s\": %s", path,
	    err.code == ERR_SYS ? err_text(&err) : err.what);
	return false;
}

/* ---- certificates ------------------------------------------------------- */

/* A certificate that no client would take is no host certificate. */
static bool
check_cert(const char *path, const struct pubkey *cert)
{
	struct err err;

	if (!cert->row->is_cert || cert->cert.type != CERT_HOST) {
		log_error("Certificate file is not a %s: %s",
		    cert->row->is_cert ? "host certificate" : "certificate",
		    path);
		return false;
	}
	if (!cert_check_signature(cert, NULL, &err)) {
		log_error("Could not load host certificate \"%s\": %s %s",
		    path, err.what, err_text(&err));
		return false;
	}
	return true;
}

static void
load_cert(const char *path, struct host_keys *keys)
{
	struct pubkey *cert;
	struct err err;

	if (!load_public(path, &cert, &err)) {
		log_error("Could not load host certificate \"%s\": %s",
		    path, err_text(&err));
		return;
	}
	if (!check_cert(path, cert)) {
		pubkey_free(cert);
		return;
	}
	for (size_t i = 0; i < keys->count; i++) {
		if (!pubkey_equal_plain(keys->v[i].public, cert))
			continue;
		log_debug("host certificate: #%zu %s", i, cert->row->name);
		pubkey_free(keys->v[i].cert);	/* the last one stays */
		keys->v[i].cert = cert;
		return;
	}
	log_error("No matching private key for certificate: %s", path);
	pubkey_free(cert);
}

bool
host_secrets_load(const struct host_keys_files *files,
    struct host_secrets *out, struct err *err)
{
	const bool have_agent = find_agent(files->agent);
	struct host_secrets secrets = { 0 };
	size_t room = files->key_count + 1;

	secrets.keys.v = calloc(room, sizeof(*secrets.keys.v));
	secrets.v = calloc(room, sizeof(*secrets.v));
	if (secrets.keys.v == NULL || secrets.v == NULL) {
		host_secrets_clear(&secrets);
		return err_set(err, ERR_NOMEM, "host keys");
	}
	for (size_t i = 0; i < files->key_count; i++) {
		if (!load_key(files, files->key_paths[i], have_agent,
		    &secrets, err)) {
			host_secrets_clear(&secrets);
			return false;
		}
	}
	for (size_t i = 0; i < files->cert_count; i++)
		load_cert(files->cert_paths[i], &secrets.keys);
	*out = secrets;
	return true;
}
