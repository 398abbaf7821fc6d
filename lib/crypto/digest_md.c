/* SPDX-License-Identifier: ISC */
/*
 * digest.h by libmd, for a process that has no libcrypto: half a megabyte
 * less in each, where a few fingerprints are all that it would be for.
 */
#include "lib/crypto/digest.h"

#include <assert.h>
#include <md5.h>
#include <sha1.h>
#include <sha2.h>
#include <stdlib.h>

union md_ctx {
	MD5_CTX md5;
	SHA1_CTX sha1;
	SHA2_CTX sha2;
};

struct md_row {
	void (*init)(union md_ctx *ctx);
	void (*update)(union md_ctx *ctx, const uint8_t *p, size_t len);
	void (*final)(uint8_t *out, union md_ctx *ctx);
};

/* Functions of one type out of those that libmd has for a digest. */
#define MD_FUNCTIONS(row, member, function)				\
static void								\
row##_init(union md_ctx *ctx)						\
{									\
	function##Init(&ctx->member);					\
}									\
									\
static void								\
row##_update(union md_ctx *ctx, const uint8_t *p, size_t len)		\
{									\
	function##Update(&ctx->member, p, len);				\
}									\
									\
static void								\
row##_final(uint8_t *out, union md_ctx *ctx)				\
{									\
	function##Final(out, &ctx->member);				\
}

MD_FUNCTIONS(md5, md5, MD5)
MD_FUNCTIONS(sha1, sha1, SHA1)
MD_FUNCTIONS(sha256, sha2, SHA256)
MD_FUNCTIONS(sha384, sha2, SHA384)
MD_FUNCTIONS(sha512, sha2, SHA512)

static const struct md_row rows[] = {
	[DIGEST_MD5]    = { md5_init, md5_update, md5_final },
	[DIGEST_SHA1]   = { sha1_init, sha1_update, sha1_final },
	[DIGEST_SHA256] = { sha256_init, sha256_update, sha256_final },
	[DIGEST_SHA384] = { sha384_init, sha384_update, sha384_final },
	[DIGEST_SHA512] = { sha512_init, sha512_update, sha512_final },
};

bool
digest_init(struct digest *d, enum digest_id id, struct err *err)
{
	assert((size_t)id < ARRAY_LEN(rows));
	*d = (struct digest){ .id = id };
	if ((d->ctx = malloc(sizeof(union md_ctx))) == NULL)
		return err_set(err, ERR_NOMEM, "digest");
	rows[id].init(d->ctx);
	return true;
}

bool
digest_update(struct digest *d, struct bytes b, struct err *err)
{
	(void)err;
	if (b.len != 0)
		rows[d->id].update(d->ctx, b.p, b.len);
	return true;
}

bool
digest_final(struct digest *d, uint8_t out[static DIGEST_MAX],
    struct err *err)
{
	(void)err;
	rows[d->id].final(out, d->ctx);
	return true;
}

void
digest_clear(struct digest *d)
{
	if (d->ctx != NULL)
		explicit_bzero(d->ctx, sizeof(union md_ctx));
	free(d->ctx);
	d->ctx = NULL;
}
