/* SPDX-License-Identifier: ISC */
#include "monitor/signed_data.h"

#include <stdlib.h>

#include "lib/wire/writer.h"

#define SSH_MSG_USERAUTH_REQUEST	50
#define METHOD_PLAIN		"publickey"
#define METHOD_HOSTBOUND	"publickey-hostbound-v00@openssh.com"
#define METHOD_HOSTBASED	"hostbased"

static bool
finish(struct writer *w, uint8_t **out, size_t *out_len, struct err *err)
{
	if (!wr_end(w, err)) {
		free(w->p);
		return false;
	}
	*out = w->p;
	*out_len = w->len;
	return true;
}

bool
signed_userauth_build(const struct signed_userauth *in, uint8_t **out,
    size_t *out_len, struct err *err)
{
	const char *method = in->hostbound ? METHOD_HOSTBOUND : METHOD_PLAIN;
	size_t cap = in->session_id.len + in->user.len + strlen(in->service) +
	    strlen(method) + in->algorithm.len + in->key.len +
	    in->host_key.len + 7 * 4 + 2;
	uint8_t *buf = malloc(cap);
	struct writer w = wr_init(buf, cap);

	if (buf == NULL)
		return err_set(err, ERR_NOMEM, "signed data");
	wr_string(&w, in->session_id);
	wr_u8(&w, SSH_MSG_USERAUTH_REQUEST);
	wr_string(&w, in->user);
	wr_cstring(&w, in->service);
	wr_cstring(&w, method);
	wr_bool(&w, true);
	wr_string(&w, in->algorithm);
	wr_string(&w, in->key);
	if (in->hostbound)
		wr_string(&w, in->host_key);
	return finish(&w, out, out_len, err);
}

bool
signed_hostbased_build(const struct signed_hostbased *in, uint8_t **out,
    size_t *out_len, struct err *err)
{
	size_t cap = in->session_id.len + in->user.len + strlen(in->service) +
	    sizeof(METHOD_HOSTBASED) + in->algorithm.len + in->key.len +
	    in->client_host.len + in->client_user.len + 8 * 4 + 1;
	uint8_t *buf = malloc(cap);
	struct writer w = wr_init(buf, cap);

	if (buf == NULL)
		return err_set(err, ERR_NOMEM, "signed data");
	wr_string(&w, in->session_id);
	wr_u8(&w, SSH_MSG_USERAUTH_REQUEST);
	wr_string(&w, in->user);
	wr_cstring(&w, in->service);
	wr_cstring(&w, METHOD_HOSTBASED);
	wr_string(&w, in->algorithm);
	wr_string(&w, in->key);
	wr_string(&w, in->client_host);
	wr_string(&w, in->client_user);
	return finish(&w, out, out_len, err);
}
