/* SPDX-License-Identifier: ISC */
#include "keys/algorithms.h"

#define CERT_V01	"-cert-v01@openssh.com"
#define SK_ED25519	"sk-ssh-ed25519"
#define SK_ECDSA	"sk-ecdsa-sha2-nistp256"
#define WEBAUTHN	"webauthn-sk-ecdsa-sha2-nistp256"

static const struct key_type_row key_types[] = {
	{ "ssh-ed25519", "ssh-ed25519",
	    "ED25519", KEY_ED25519, 256, false, NULL },
	{ "ssh-ed25519" CERT_V01, "ssh-ed25519",
	    "ED25519-CERT", KEY_ED25519, 256, true, NULL },
	{ "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256",
	    "ECDSA", KEY_ECDSA, 256, false, "nistp256" },
	{ "ecdsa-sha2-nistp256" CERT_V01, "ecdsa-sha2-nistp256",
	    "ECDSA-CERT", KEY_ECDSA, 256, true, "nistp256" },
	{ "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384",
	    "ECDSA", KEY_ECDSA, 384, false, "nistp384" },
	{ "ecdsa-sha2-nistp384" CERT_V01, "ecdsa-sha2-nistp384",
	    "ECDSA-CERT", KEY_ECDSA, 384, true, "nistp384" },
	{ "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521",
	    "ECDSA", KEY_ECDSA, 521, false, "nistp521" },
	{ "ecdsa-sha2-nistp521" CERT_V01, "ecdsa-sha2-nistp521",
	    "ECDSA-CERT", KEY_ECDSA, 521, true, "nistp521" },
	{ "ssh-rsa", "ssh-rsa",
	    "RSA", KEY_RSA, 0, false, NULL },
	{ "ssh-rsa" CERT_V01, "ssh-rsa",
	    "RSA-CERT", KEY_RSA, 0, true, NULL },
	{ SK_ED25519 "@openssh.com", SK_ED25519 "@openssh.com",
	    "ED25519-SK", KEY_SK_ED25519, 256, false, NULL },
	{ SK_ED25519 CERT_V01, SK_ED25519 "@openssh.com",
	    "ED25519-SK-CERT", KEY_SK_ED25519, 256, true, NULL },
	{ SK_ECDSA "@openssh.com", SK_ECDSA "@openssh.com",
	    "ECDSA-SK", KEY_SK_ECDSA, 256, false, "nistp256" },
	{ SK_ECDSA CERT_V01, SK_ECDSA "@openssh.com",
	    "ECDSA-SK-CERT", KEY_SK_ECDSA, 256, true, "nistp256" },
};

/* The order is that of the default lists. */
static const struct sig_alg_row sig_algs[] = {
	{ "ssh-ed25519" CERT_V01, "ssh-ed25519" CERT_V01,
	    "ssh-ed25519", true, false, DIGEST_SHA512 },
	{ "ecdsa-sha2-nistp256" CERT_V01, "ecdsa-sha2-nistp256" CERT_V01,
	    "ecdsa-sha2-nistp256", true, false, DIGEST_SHA256 },
	{ "ecdsa-sha2-nistp384" CERT_V01, "ecdsa-sha2-nistp384" CERT_V01,
	    "ecdsa-sha2-nistp384", true, false, DIGEST_SHA384 },
	{ "ecdsa-sha2-nistp521" CERT_V01, "ecdsa-sha2-nistp521" CERT_V01,
	    "ecdsa-sha2-nistp521", true, false, DIGEST_SHA512 },
	{ SK_ED25519 CERT_V01, SK_ED25519 CERT_V01,
	    SK_ED25519 "@openssh.com", true, false, DIGEST_SHA512 },
	{ SK_ECDSA CERT_V01, SK_ECDSA CERT_V01,
	    SK_ECDSA "@openssh.com", true, false, DIGEST_SHA256 },
	{ WEBAUTHN CERT_V01, SK_ECDSA CERT_V01,
	    WEBAUTHN "@openssh.com", true, true, DIGEST_SHA256 },
	{ "rsa-sha2-512" CERT_V01, "ssh-rsa" CERT_V01,
	    "rsa-sha2-512", true, false, DIGEST_SHA512 },
	{ "rsa-sha2-256" CERT_V01, "ssh-rsa" CERT_V01,
	    "rsa-sha2-256", true, false, DIGEST_SHA256 },
	{ "ssh-ed25519", "ssh-ed25519",
	    "ssh-ed25519", true, false, DIGEST_SHA512 },
	{ "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256",
	    "ecdsa-sha2-nistp256", true, false, DIGEST_SHA256 },
	{ "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384",
	    "ecdsa-sha2-nistp384", true, false, DIGEST_SHA384 },
	{ "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521",
	    "ecdsa-sha2-nistp521", true, false, DIGEST_SHA512 },
	{ SK_ED25519 "@openssh.com", SK_ED25519 "@openssh.com",
	    SK_ED25519 "@openssh.com", true, false, DIGEST_SHA512 },
	{ SK_ECDSA "@openssh.com", SK_ECDSA "@openssh.com",
	    SK_ECDSA "@openssh.com", true, false, DIGEST_SHA256 },
	{ WEBAUTHN "@openssh.com", SK_ECDSA "@openssh.com",
	    WEBAUTHN "@openssh.com", true, true, DIGEST_SHA256 },
	{ "rsa-sha2-512", "ssh-rsa",
	    "rsa-sha2-512", true, false, DIGEST_SHA512 },
	{ "rsa-sha2-256", "ssh-rsa",
	    "rsa-sha2-256", true, false, DIGEST_SHA256 },
	/* SHA-1, for peers of another age: only where it is asked for */
	{ "ssh-rsa", "ssh-rsa",
	    "ssh-rsa", false, false, DIGEST_SHA1 },
	{ "ssh-rsa" CERT_V01, "ssh-rsa" CERT_V01,
	    "ssh-rsa", false, false, DIGEST_SHA1 },
};

const struct key_type_row *
key_type_find(struct bytes name)
{
	for (size_t i = 0; i < ARRAY_LEN(key_types); i++) {
		if (bytes_is(name, key_types[i].name))
			return &key_types[i];
	}
	return NULL;
}

const struct sig_alg_row *
sig_alg_find(struct bytes name)
{
	for (size_t i = 0; i < ARRAY_LEN(sig_algs); i++) {
		if (bytes_is(name, sig_algs[i].name))
			return &sig_algs[i];
	}
	return NULL;
}

const struct sig_alg_row *
sig_alg_row(size_t i)
{
	return i < ARRAY_LEN(sig_algs) ? &sig_algs[i] : NULL;
}
