/* SPDX-License-Identifier: ISC */
#include "lib/wire/userauth.h"

bool
userauth_request_parse(struct reader *r, struct userauth_request *m,
    struct err *err)
{
	m->user    = rd_string(r, USER_NAME_MAX, "user name");
	m->service = rd_string(r, SERVICE_NAME_MAX, "service name");
	m->method  = rd_string(r, METHOD_LIST_MAX, "method name");
	return rd_ok(r, err);
}

bool
userauth_pubkey_parse(struct reader *r, bool hostbound,
    struct userauth_pubkey *m, struct err *err)
{
	*m = (struct userauth_pubkey){ 0 };
	m->has_signature = rd_bool(r, "has signature");
	m->algorithm     = rd_string(r, ALG_NAME_MAX, "key algorithm");
	m->key           = rd_string(r, KEY_BLOB_MAX, "public key");
	if (hostbound)
		m->host_key = rd_string(r, KEY_BLOB_MAX, "host key");
	if (m->has_signature)
		m->signature = rd_string(r, SIGNATURE_MAX, "signature");
	return rd_end(r, err);
}

bool
userauth_password_parse(struct reader *r, struct userauth_password *m,
    struct err *err)
{
	*m = (struct userauth_password){ 0 };
	m->is_change = rd_bool(r, "change of password");
	m->password  = rd_string(r, PAYLOAD_MAX_PREAUTH, "password");
	if (m->is_change)
		m->new_password = rd_string(r, PAYLOAD_MAX_PREAUTH,
		    "new password");
	return rd_end(r, err);
}

bool
userauth_kbdint_parse(struct reader *r, struct bytes *devices,
    struct err *err)
{
	(void)rd_string(r, METHOD_LIST_MAX, "language");
	*devices = rd_string(r, METHOD_LIST_MAX, "devices");
	return rd_end(r, err);
}

bool
userauth_info_response_parse(struct reader *r,
    struct userauth_info_response *m, struct err *err)
{
	*m = (struct userauth_info_response){ 0 };
	m->count = rd_u32(r, "number of answers");
	if (m->count > KBDINT_ANSWERS_MAX)
		rd_reject(r, ERR_RANGE, "number of answers");
	m->answers = bytes_of(r->p, rd_left(r));
	for (uint32_t i = 0; i < m->count && r->code == ERR_NONE; i++)
		(void)rd_string(r, PAYLOAD_MAX_PREAUTH, "answer");
	return rd_end(r, err);
}

#define ECHO_BITS	32

bool
userauth_info_request_build(const struct userauth_info_request *m,
    struct writer *w, uint32_t *count, struct err *err)
{
	struct reader r = rd_init(m->prompts);
	uint32_t found = 0;

	for (; rd_left(&r) != 0 && r.code == ERR_NONE; found++)
		(void)rd_string(&r, KBDINT_PROMPTS_MAX, "prompt");
	if (found > ECHO_BITS)
		return err_set(err, ERR_RANGE, "number of prompts");
	if (!rd_end(&r, err))
		return false;
	wr_cstring(w, "");			/* name */
	wr_string(w, m->instruction);
	wr_cstring(w, "");			/* language */
	wr_u32(w, found);
	r = rd_init(m->prompts);
	for (uint32_t i = 0; i < found; i++) {
		wr_string(w, rd_string(&r, KBDINT_PROMPTS_MAX, "prompt"));
		wr_bool(w, (m->echo >> i & 1) != 0);
	}
	*count = found;
	return wr_end(w, err);
}

bool
userauth_hostbased_parse(struct reader *r, struct userauth_hostbased *m,
    struct err *err)
{
	m->algorithm   = rd_string(r, ALG_NAME_MAX, "key algorithm");
	m->key         = rd_string(r, KEY_BLOB_MAX, "key of the client's host");
	m->client_host = rd_string(r, HOST_NAME_MAX_LEN + 1,
	    "name of the client's host");
	m->client_user = rd_string(r, USER_NAME_MAX, "user on that host");
	m->signature   = rd_string(r, SIGNATURE_MAX, "signature");
	return rd_end(r, err);
}

void
userauth_failure_build(struct bytes methods, bool partial_success,
    struct writer *w)
{
	wr_string(w, methods);
	wr_bool(w, partial_success);
}

void
userauth_banner_build(struct bytes text, struct writer *w)
{
	wr_string(w, text);
	wr_cstring(w, "");
}

void
userauth_pk_ok_build(struct bytes algorithm, struct bytes key,
    struct writer *w)
{
	wr_string(w, algorithm);
	wr_string(w, key);
}
