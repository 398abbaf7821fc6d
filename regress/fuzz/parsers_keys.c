/* SPDX-License-Identifier: ISC */
/* Key blobs, certificates, key files and the lines that hold keys. */
#include "fuzz/parsers.h"

#include "keys/agent.h"
#include "keys/authorized_principals.h"
#include "keys/base64.h"
#include "keys/cert_options.h"
#include "keys/host_keys.h"
#include "keys/known_hosts.h"
#include "keys/krl_set.h"
#include "keys/private.h"
#include "keys/revoked.h"
#include "lib/wire/reader.h"

static void
check_key(const struct pubkey *key)
{
	char text[FINGERPRINT_MAX];
	struct pubkey *plain;
	uint8_t *blob;
	size_t len;
	struct err err;

	FUZZ_CHECK(pubkey_equal_plain(key, key));
	(void)pubkey_bits(key);
	if (pubkey_fingerprint(key, "SHA256", text, sizeof(text), &err))
		FUZZ_CHECK(strncmp(text, "SHA256:", 7) == 0);
	FUZZ_CHECK(pubkey_plain_blob(key, &blob, &len, &err));
	FUZZ_CHECK(pubkey_parse(bytes_of(blob, len), &plain, &err));
	FUZZ_CHECK(!plain->row->is_cert && pubkey_equal_plain(key, plain));
	pubkey_free(plain);
	free(blob);
	if (key->row->is_cert && cert_check_signature(key, NULL, &err))
		FUZZ_CHECK(key->cert.ca_key.len != 0);
}

static void
run_pubkey(struct bytes in)
{
	struct pubkey *key;
	struct err err;

	if (!pubkey_parse(in, &key, &err))
		return;
	FUZZ_CHECK(bytes_equal(bytes_of(key->blob, key->blob_len), in));
	check_key(key);
	pubkey_free(key);
}

static void
run_pubkey_text(struct bytes in)
{
	struct pubkey *key;
	struct bytes rest;
	struct err err;

	if (!pubkey_parse_text(in, &key, &rest, &err))
		return;
	FUZZ_CHECK(rest.len < in.len);
	check_key(key);
	pubkey_free(key);
}

/* Key, algorithm, signature as strings; the rest is what was signed. */
static void
run_verify(struct bytes in)
{
	struct reader r = rd_init(in);
	struct bytes blob = rd_string(&r, KEY_BLOB_MAX, "key");
	struct bytes algorithm = rd_string(&r, ALG_NAME_MAX, "algorithm");
	struct bytes signature = rd_string(&r, SIGNATURE_MAX, "signature");
	struct sig_details details;
	struct pubkey *key;
	struct err err;

	if (!rd_ok(&r, &err) || !pubkey_parse(blob, &key, &err))
		return;
	if (!pubkey_verify(key, algorithm, signature, rd_rest(&r), &details,
	    &err))
		FUZZ_CHECK(err.code != ERR_NONE);
	pubkey_free(key);
}

static void
check_option_text(const char *s)
{
	if (s != NULL)
		FUZZ_CHECK(strlen(s) <= KEY_FILE_MAX);
}

static void
check_options(const struct key_options *o)
{
	check_option_text(o->command);
	check_option_text(o->principals);
	check_option_text(o->from);
	for (size_t i = 0; i < o->environment.count; i++)
		FUZZ_CHECK(strchr(o->environment.v[i], '=') != NULL);
	FUZZ_CHECK(o->permit_open.count <= KEY_PERMIT_MAX &&
	    o->permit_listen.count <= KEY_PERMIT_MAX &&
	    o->environment.count <= KEY_ENVIRONMENT_MAX);
}

static void
run_key_line(struct bytes in)
{
	const char *reason = NULL;
	struct key_options options;
	struct pubkey *key;

	switch (key_line_parse(in, &key, &options, &reason)) {
	case KEY_LINE_EMPTY:
		return;
	case KEY_LINE_BAD:
		FUZZ_CHECK(reason != NULL);
		pubkey_free(key);
		return;
	case KEY_LINE_KEY:
		check_options(&options);
		check_key(key);
		key_options_clear(&options);
		pubkey_free(key);
	}
}

static void
run_key_options(struct bytes in)
{
	const char *reason = NULL;
	struct key_options options;
	struct bytes rest;

	FUZZ_CHECK(key_options_len(in) <= in.len);
	if (!key_options_parse(in, &options, &rest, &reason)) {
		FUZZ_CHECK(reason != NULL);
		return;
	}
	FUZZ_CHECK(rest.len <= in.len);
	check_options(&options);
	key_options_clear(&options);
}

static void
run_key_expiry(struct bytes in)
{
	uint64_t seconds;

	if (key_expiry_parse(in, &seconds))
		FUZZ_CHECK(seconds != 0);
}

static void
run_base64(struct bytes in)
{
	uint8_t *raw = malloc(in.len + 1);
	char *text = malloc(in.len + 1);
	size_t len, text_len;

	FUZZ_CHECK(raw != NULL && text != NULL);
	if (base64_decode(in, raw, in.len, &len)) {
		/* one form for each run of bytes */
		FUZZ_CHECK(base64_encode(bytes_of(raw, len), BASE64_PADDED,
		    text, in.len + 1, &text_len));
		FUZZ_CHECK(bytes_equal(bytes_of(text, text_len), in));
	}
	free(raw);
	free(text);
}

/* Whatever was accepted can sign, or says why not. */
static void
check_private(const struct private_key *key)
{
	const struct pubkey *public = private_key_public(key);
	const char *name = public->row->type == KEY_RSA ? "rsa-sha2-512" :
	    public->row->plain_name;
	uint8_t *signature = malloc(SIGNATURE_MAX);
	size_t len;
	struct err err;

	FUZZ_CHECK(signature != NULL);
	check_key(public);
	if (!private_key_sign(key, bytes_str(name), BYTES_LIT("data"),
	    signature, SIGNATURE_MAX, &len, &err))
		FUZZ_CHECK(err.code != ERR_NONE);
	free(signature);
}

static void
run_private_key(struct bytes in)
{
	struct private_key *key;
	struct err err;

	if (!private_key_parse(in, &key, &err))
		return;
	check_private(key);
	private_key_free(key);
}

static void
run_host_keys(struct bytes in)
{
	struct host_keys keys;
	uint8_t *offer = malloc(2 * in.len + 1024), *packed;
	size_t len;
	struct err err;

	FUZZ_CHECK(offer != NULL);
	if (!host_keys_unpack(in, &keys, &err)) {
		free(offer);
		return;
	}
	FUZZ_CHECK(keys.count <= HOST_KEY_COUNT_MAX);
	if (host_keys_offer(&keys, "ssh-ed25519,rsa-sha2-512,rsa-sha2-256,"
	    "ecdsa-sha2-nistp256,ssh-ed25519-cert-v01@openssh.com", offer,
	    2 * in.len + 1024, &len, &err))
		FUZZ_CHECK(len <= 2 * in.len + 1024);
	FUZZ_CHECK(host_keys_pack(&keys, &packed, &len, &err));
	FUZZ_CHECK(bytes_equal(bytes_of(packed, len), in));
	free(packed);
	host_keys_clear(&keys);
	free(offer);
}

/* A key as a string, then the file that may revoke it. */
static void
run_revoked(struct bytes in)
{
	struct reader r = rd_init(in);
	struct bytes blob = rd_string(&r, KEY_BLOB_MAX, "key");
	struct pubkey *key;
	size_t line = 0;
	bool revoked;
	struct err err;

	if (!rd_ok(&r, &err) || !pubkey_parse(blob, &key, &err))
		return;
	if (!revoked_find(rd_rest(&r), key, &revoked, &line, &err))
		FUZZ_CHECK(err.code != ERR_NONE && line <= in.len);
	pubkey_free(key);
}

/* Critical options as one string, extensions as another. */
static void
run_cert_options(struct bytes in)
{
	struct reader r = rd_init(in), cursor;
	struct cert cert = {
		.critical = rd_string(&r, KEY_BLOB_MAX, "critical"),
		.extensions = rd_string(&r, KEY_BLOB_MAX, "extensions"),
	};
	struct key_options options;
	struct bytes name, unknown;
	struct err err;

	if (cert_options_parse(&cert, &options, &unknown, &err))
		key_options_clear(&options);
	cursor = rd_init(cert.extensions);
	while (cert_unknown_extension(&cursor, &name))
		FUZZ_CHECK(name.len < cert.extensions.len);
}

static void
run_principal_line(struct bytes in)
{
	struct key_options options;
	const char *reason = NULL;
	struct bytes name;

	switch (principal_line_parse(in, &name, &options, &reason)) {
	case KEY_LINE_EMPTY:
		return;
	case KEY_LINE_BAD:
		FUZZ_CHECK(reason != NULL);
		return;
	case KEY_LINE_KEY:
		FUZZ_CHECK(name.len != 0 && name.len <= in.len);
		FUZZ_CHECK(options.principals == NULL ||
		    principal_options_misplaced(&options) != NULL);
		key_options_clear(&options);
		return;
	}
}

static void
run_krl_set(struct bytes in)
{
	struct krl_set set = { 0 }, again = { 0 };
	uint8_t *file, *same;
	size_t len, same_len;
	struct err err;

	if (krl_set_load(&set, in, &err)) {
		FUZZ_CHECK(krl_set_build(&set, &file, &len, &err));
		FUZZ_CHECK(krl_set_load(&again, bytes_of(file, len), &err));
		FUZZ_CHECK(krl_set_build(&again, &same, &same_len, &err));
		FUZZ_CHECK(bytes_equal(bytes_of(file, len),
		    bytes_of(same, same_len)));
		free(file);
		free(same);
	}
	krl_set_clear(&set);
	krl_set_clear(&again);
}

static void
run_agent_reply(struct bytes in)
{
	struct bytes signature;
	struct err err;

	if (agent_reply_parse(in, sig_alg_find(bytes_str("ssh-ed25519")),
	    &signature, &err))
		FUZZ_CHECK(signature.len == in.len - 5);
	else
		FUZZ_CHECK(err.code != ERR_NONE);
}

static void
run_known_host(struct bytes in)
{
	struct known_host known;
	enum known_status status = KNOWN_NEW;

	if (!known_host_parse(in, &known))
		return;
	FUZZ_CHECK(known.hosts.len != 0 && known.hosts.len < in.len);
	(void)known_host_matches(known.hosts, BYTES_LIT("client.example.org"));
	known_host_judge(&known, known.key, NULL, &status);
	FUZZ_CHECK(known.marker != KNOWN_PLAIN || status == KNOWN_OK);
	known_host_clear(&known);
}

static const struct parser_row rows[] = {
	ROW(30, pubkey),
	ROW(31, pubkey_text),
	ROW(32, verify),
	ROW(33, key_line),
	ROW(34, key_options),
	ROW(35, key_expiry),
	ROW(36, base64),
	ROW(37, private_key),
	ROW(39, host_keys),
	ROW(100, revoked),
	ROW(102, cert_options),
	ROW(101, principal_line),
	ROW(110, krl_set),
	ROW(111, agent_reply),
	ROW(112, known_host),
};

const struct parser_rows parsers_keys = { rows, ARRAY_LEN(rows) };
