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
