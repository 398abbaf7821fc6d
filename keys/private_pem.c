/* SPDX-License-Identifier: ISC */
#include "keys/private_pem.h"

#include "keys/private_evp.h"

#include <openssl/bio.h>
#include <openssl/pem.h>

/* Asked for the passphrase of an encrypted key: there is nobody to ask. */
static int
refuse_passphrase(char *buf, int size, int rwflag, void *arg)
{
	bool *asked = arg;

	(void)buf;
	(void)size;
	(void)rwflag;
	*asked = true;
	return -1;
}

/* Only what a private key's first line ends with; parameters may go before. */
static size_t
count_keys(struct bytes text)
{
	static const char mark[] = "PRIVATE KEY-----";
	const uint8_t *p = text.p, *end = text.p + text.len;
	size_t count = 0;

	while ((p = memmem(p, (size_t)(end - p), mark, sizeof(mark) - 1)) !=
	    NULL) {
		count++;
		p += sizeof(mark) - 1;
	}
	return count;
}

bool
private_pem_parse(struct bytes text, struct private_parts *out,
    struct err *err)
{
	bool asked = false, ok = false;
	EVP_PKEY *key;
	BIO *bio;

	/* A BEGIN and an END. */
	if (text.len > KEY_FILE_MAX || count_keys(text) != 2)
		return err_set(err, ERR_FORMAT, "private key file");
	if ((bio = BIO_new_mem_buf(text.p, (int)text.len)) == NULL)
		return err_set(err, ERR_NOMEM, "private key file");
	key = PEM_read_bio_PrivateKey(bio, NULL, refuse_passphrase, &asked);
	if (key != NULL)
		ok = private_evp_take(key, out, err);
	else if (asked)
		err_set(err, ERR_DENIED, "private key is encrypted");
	else
		err_set(err, ERR_FORMAT, "private key file");
	ERR_clear_error();
	EVP_PKEY_free(key);
	BIO_free(bio);
	return ok;
}
