/* SPDX-License-Identifier: ISC */
#include "signer/proof.h"

#include <stdlib.h>

#include "lib/wire/writer.h"

#define LABEL	"hostkeys-prove-00@openssh.com"

bool
proof_build(struct bytes session_id, struct bytes key, uint8_t **out,
    size_t *out_len, struct err *err)
{
	size_t cap = 3 * 4 + sizeof(LABEL) + session_id.len + key.len;
	struct writer w = wr_init(malloc(cap), cap);

	if (w.p == NULL)
		return err_set(err, ERR_NOMEM, "signed data");
	wr_cstring(&w, LABEL);
	wr_string(&w, session_id);
	wr_string(&w, key);
	*out = w.p;
	*out_len = w.len;
	return wr_end(&w, err);
}
