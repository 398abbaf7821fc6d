/* SPDX-License-Identifier: ISC */
#include "monitor/signer_client.h"

#include <stdio.h>
#include <unistd.h>

#include "lib/base/log.h"

void
signer_client_init(struct signer_client *client)
{
	*client = (struct signer_client){ .service_fd = -1 };
	ipc_init(&client->ipc, -1, SIGNER_TO_MONITOR);
}

void
signer_client_clear(struct signer_client *client)
{
	signer_close(client);
	if (client->service_fd != -1)
		close(client->service_fd);
	client->service_fd = -1;
}

void
signer_close(struct signer_client *client)
{
	ipc_clear(&client->ipc);
}

/* Whatever went wrong: the client on the network has no part in it. */
static bool
no_answer(struct err *err)
{
	if (err->code != ERR_SYS && err->code != ERR_NOMEM) {
		errno = ECONNRESET;
		err_sys(err, "signer process");
	}
	return false;
}

static MUST_CHECK bool
send_serve(struct signer_client *client, int fd, struct err *err)
{
	static const struct ipc_SERVE serve;	/* no fields */
	struct ipc service;
	bool ok;

	/* a socket that others have, too: only this is ever said there */
	ipc_init(&service, client->service_fd, SIGNER_TO_MONITOR);
	ok = ipc_send_fds(&service, IPC_SERVE, &serve, &fd, 1, err);
	service.fd = -1;
	ipc_clear(&service);
	return ok || no_answer(err);
}

bool
signer_open(struct signer_client *client, struct err *err)
{
	int fds[2];
	bool ok;

	if (client->ipc.fd != -1)
		return true;
	if (!ipc_pair(fds, err))
		return no_answer(err);
	ok = send_serve(client, fds[1], err);
	close(fds[1]);
	if (ok)
		ipc_init(&client->ipc, fds[0], SIGNER_TO_MONITOR);
	else
		close(fds[0]);
	return ok;
}

/* Strings of client->answer hold until the next question. */
static MUST_CHECK bool
ask(struct signer_client *client, enum ipc_id id, const void *question,
    enum ipc_id answer_id, struct err *err)
{
	bool got;

	if (!signer_open(client, err))
		return false;
	if (!ipc_send(&client->ipc, id, question, err) ||
	    !ipc_recv(&client->ipc, MON_ASKING, &client->answer, &got, err))
		return no_answer(err);
	if (!got || client->answer.id != answer_id) {
		err_set(err, ERR_UNEXPECTED, "signer process");
		return no_answer(err);
	}
	return true;
}

/* False, and *why is what the signer found. */
static bool
went_well(struct signer_client *client, uint8_t code, uint32_t sys,
    struct bytes what, struct err *why)
{
	if (code == ERR_NONE)
		return true;
	snprintf(client->what, sizeof(client->what), "%.*s", (int)what.len,
	    (const char *)what.p);
	*why = (struct err){
		.code = code <= ERR_SYS ? (enum err_code)code :
		    ERR_UNEXPECTED,
		.sys = (int)sys, .what = client->what,
	};
	return false;
}

bool
signer_sign_exchange(struct signer_client *client,
    const struct ipc_SIGN_EXCHANGE *question,
    const struct ipc_EXCHANGE_SIGNED **answer, struct err *why,
    struct err *err)
{
	const struct ipc_EXCHANGE_SIGNED *m =
	    &client->answer.u.EXCHANGE_SIGNED;

	if (!ask(client, IPC_SIGN_EXCHANGE, question, IPC_EXCHANGE_SIGNED,
	    err))
		return false;
	*answer = went_well(client, m->code, m->sys, m->what, why) ? m :
	    NULL;
	return true;
}

bool
signer_sign_proof(struct signer_client *client,
    const struct ipc_SIGN_PROOF *question,
    const struct ipc_PROOF_SIGNED **answer, struct err *why,
    struct err *err)
{
	const struct ipc_PROOF_SIGNED *m = &client->answer.u.PROOF_SIGNED;

	if (!ask(client, IPC_SIGN_PROOF, question, IPC_PROOF_SIGNED, err))
		return false;
	*answer = went_well(client, m->code, m->sys, m->what, why) ? m :
	    NULL;
	return true;
}

bool
signer_verify(struct signer_client *client,
    const struct ipc_VERIFY *question, struct sig_details *details,
    bool *holds, struct err *why, struct err *err)
{
	const struct ipc_VERIFIED *m = &client->answer.u.VERIFIED;

	*holds = false;
	if (!ask(client, IPC_VERIFY, question, IPC_VERIFIED, err))
		return false;
	*holds = went_well(client, m->code, m->sys, m->what, why);
	if (*holds && details != NULL)
		*details = (struct sig_details){ m->flags, m->counter };
	return true;
}

bool
signer_check_cert(struct signer_client *client, const struct pubkey *cert,
    const char *ca_algorithms, bool *holds, struct err *why, struct err *err)
{
	const struct ipc_CHECK_CERT question = {
		.cert = bytes_of(cert->blob, cert->blob_len),
		.ca_algorithms = bytes_str(ca_algorithms),
	};
	const struct ipc_VERIFIED *m = &client->answer.u.VERIFIED;

	*holds = false;
	if (!ask(client, IPC_CHECK_CERT, &question, IPC_VERIFIED, err))
		return false;
	*holds = went_well(client, m->code, m->sys, m->what, why);
	return true;
}
