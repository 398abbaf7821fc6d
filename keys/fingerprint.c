/* SPDX-License-Identifier: ISC */
/* Apart from pubkey.c because it needs libcrypto. */
#include "keys/pubkey.h"

#include <stdlib.h>
#include <strings.h>

#include "keys/base64.h"
#include "lib/crypto/digest.h"

static bool
write_base64(struct bytes digest, char *out, size_t cap)
{
	return base64_encode(digest, BASE64_UNPADDED, out, cap, NULL);
}

static bool
write_hex(struct bytes digest, char *out, size_t cap)
{
	static const char hex[] = "0123456789abcdef";

	if (cap < digest.len * 3)
		return false;
	for (size_t i = 0; i < digest.len; i++) {
		out[3 * i] = hex[digest.p[i] >> 4];
		out[3 * i + 1] = hex[digest.p[i] & 15];
		out[3 * i + 2] = i + 1 == digest.len ? '\0' : ':';
	}
	return true;
}

static const struct fingerprint_row {
	const char *name;
	enum digest_id id;
	bool (*write)(struct bytes digest, char *out, size_t cap);
} fingerprints[] = {
	{ "SHA256", DIGEST_SHA256, write_base64 },
	{ "MD5", DIGEST_MD5, write_hex },
	{ "SHA1", DIGEST_SHA1, write_base64 },
	{ "SHA384", DIGEST_SHA384, write_base64 },
	{ "SHA512", DIGEST_SHA512, write_base64 },
};

static bool
hash_plain(const struct pubkey *key, enum digest_id id,
    uint8_t out[static DIGEST_MAX], struct err *err)
{
	uint8_t *blob;
	size_t len;
	bool ok;

	if (!key->row->is_cert)
		return digest_bytes(id, bytes_of(key->blob, key->blob_len),
		    out, err);
	if (!pubkey_plain_blob(key, &blob, &len, err))
		return false;
	ok = digest_bytes(id, bytes_of(blob, len), out, err);
	free(blob);
	return ok;
}

bool
pubkey_fingerprint(const struct pubkey *key, const char *hash, char *out,
    size_t out_len, struct err *err)
{
	uint8_t digest[DIGEST_MAX];

	for (size_t i = 0; i < ARRAY_LEN(fingerprints); i++) {
		const struct fingerprint_row *row = &fingerprints[i];
		size_t n = strlen(row->name);

		if (strcasecmp(hash, row->name) != 0)
			continue;
		if (!hash_plain(key, row->id, digest, err))
			return false;
		if (out_len < n + 1 || !row->write(bytes_of(digest,
		    digest_len(row->id)), out + n + 1, out_len - n - 1))
			return err_set(err, ERR_RANGE, "fingerprint");
		memcpy(out, row->name, n);
		out[n] = ':';
		return true;
	}
	return err_set(err, ERR_NOT_FOUND, "fingerprint hash");
}
