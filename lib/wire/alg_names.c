/* SPDX-License-Identifier: ISC */
#include "lib/wire/alg_names.h"

#include "lib/base/compiler.h"

#define OPENSSH		"@openssh.com"
#define CERT		"-cert-v01@openssh.com"

static const struct alg_name kex[] = {
	{ "mlkem768x25519-sha256", ALG_DEFAULT },
	{ "sntrup761x25519-sha512", ALG_DEFAULT },
	{ "sntrup761x25519-sha512" OPENSSH, ALG_DEFAULT },
	{ "curve25519-sha256", ALG_DEFAULT },
	{ "curve25519-sha256@libssh.org", ALG_DEFAULT },
	{ "ecdh-sha2-nistp256", ALG_DEFAULT },
	{ "ecdh-sha2-nistp384", ALG_DEFAULT },
	{ "ecdh-sha2-nistp521", ALG_DEFAULT },
	{ "diffie-hellman-group-exchange-sha256", ALG_ON_REQUEST },
	{ "diffie-hellman-group16-sha512", ALG_ON_REQUEST },
	{ "diffie-hellman-group18-sha512", ALG_ON_REQUEST },
	{ "diffie-hellman-group14-sha256", ALG_ON_REQUEST },
	{ "diffie-hellman-group14-sha1", ALG_ON_REQUEST },
	{ "diffie-hellman-group-exchange-sha1", ALG_ON_REQUEST },
	{ "diffie-hellman-group1-sha1", ALG_MISSING },
	{ "mlkem768nistp256-sha256", ALG_MISSING },
};

static const struct alg_name ciphers[] = {
	{ "chacha20-poly1305" OPENSSH, ALG_DEFAULT },
	{ "aes128-gcm" OPENSSH, ALG_DEFAULT },
	{ "aes256-gcm" OPENSSH, ALG_DEFAULT },
	{ "aes128-ctr", ALG_DEFAULT },
	{ "aes192-ctr", ALG_DEFAULT },
	{ "aes256-ctr", ALG_DEFAULT },
	{ "aes128-cbc", ALG_ON_REQUEST },
	{ "aes192-cbc", ALG_ON_REQUEST },
	{ "aes256-cbc", ALG_ON_REQUEST },
	{ "3des-cbc", ALG_ON_REQUEST },
};

static const struct alg_name macs[] = {
	{ "umac-64-etm" OPENSSH, ALG_DEFAULT },
	{ "umac-128-etm" OPENSSH, ALG_DEFAULT },
	{ "hmac-sha2-256-etm" OPENSSH, ALG_DEFAULT },
	{ "hmac-sha2-512-etm" OPENSSH, ALG_DEFAULT },
	{ "hmac-sha1-etm" OPENSSH, ALG_DEFAULT },
	{ "umac-64" OPENSSH, ALG_DEFAULT },
	{ "umac-128" OPENSSH, ALG_DEFAULT },
	{ "hmac-sha2-256", ALG_DEFAULT },
	{ "hmac-sha2-512", ALG_DEFAULT },
	{ "hmac-sha1", ALG_DEFAULT },
	{ "hmac-sha1-96-etm" OPENSSH, ALG_MISSING },
	{ "hmac-md5-etm" OPENSSH, ALG_MISSING },
	{ "hmac-md5-96-etm" OPENSSH, ALG_MISSING },
	{ "hmac-sha1-96", ALG_MISSING },
	{ "hmac-md5", ALG_MISSING },
	{ "hmac-md5-96", ALG_MISSING },
};

#define CERT_SIGNATURES							\
	{ "ssh-ed25519" CERT, ALG_DEFAULT },				\
	{ "ecdsa-sha2-nistp256" CERT, ALG_DEFAULT },			\
	{ "ecdsa-sha2-nistp384" CERT, ALG_DEFAULT },			\
	{ "ecdsa-sha2-nistp521" CERT, ALG_DEFAULT },			\
	{ "sk-ssh-ed25519" CERT, ALG_DEFAULT },				\
	{ "sk-ecdsa-sha2-nistp256" CERT, ALG_DEFAULT },			\
	{ "webauthn-sk-ecdsa-sha2-nistp256" CERT, ALG_DEFAULT },	\
	{ "rsa-sha2-512" CERT, ALG_DEFAULT },				\
	{ "rsa-sha2-256" CERT, ALG_DEFAULT }

#define PLAIN_SIGNATURES						\
	{ "ssh-ed25519", ALG_DEFAULT },					\
	{ "ecdsa-sha2-nistp256", ALG_DEFAULT },				\
	{ "ecdsa-sha2-nistp384", ALG_DEFAULT },				\
	{ "ecdsa-sha2-nistp521", ALG_DEFAULT },				\
	{ "sk-ssh-ed25519" OPENSSH, ALG_DEFAULT },			\
	{ "sk-ecdsa-sha2-nistp256" OPENSSH, ALG_DEFAULT },		\
	{ "webauthn-sk-ecdsa-sha2-nistp256" OPENSSH, ALG_DEFAULT },	\
	{ "rsa-sha2-512", ALG_DEFAULT },				\
	{ "rsa-sha2-256", ALG_DEFAULT },				\
	{ "ssh-rsa", ALG_ON_REQUEST },					\
	{ "ssh-dss", ALG_MISSING },					\
	{ "ssh-mldsa44-ed25519" OPENSSH, ALG_MISSING }

static const struct alg_name signatures[] = {
	CERT_SIGNATURES,
	PLAIN_SIGNATURES,
	{ "ssh-rsa" CERT, ALG_ON_REQUEST },
	{ "ssh-dss" CERT, ALG_MISSING },
	{ "ssh-mldsa44-ed25519" CERT, ALG_MISSING },
};

static const struct alg_name ca_signatures[] = {
	PLAIN_SIGNATURES,
};

static const struct {
	const struct alg_name *rows;
	size_t count;
} kinds[ALG_KIND_COUNT] = {
	[ALG_KEX] = { kex, ARRAY_LEN(kex) },
	[ALG_CIPHER] = { ciphers, ARRAY_LEN(ciphers) },
	[ALG_MAC] = { macs, ARRAY_LEN(macs) },
	[ALG_SIGNATURE] = { signatures, ARRAY_LEN(signatures) },
	[ALG_CA_SIGNATURE] = { ca_signatures, ARRAY_LEN(ca_signatures) },
};

const struct alg_name *
alg_name_row(enum alg_kind kind, size_t i)
{
	return i < kinds[kind].count ? &kinds[kind].rows[i] : NULL;
}
