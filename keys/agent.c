/* SPDX-License-Identifier: ISC */
#include "keys/agent.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/wire/reader.h"
#include "lib/wire/writer.h"

/* draft-ietf-sshm-ssh-agent 6.1, 6.2 */
enum {
	SSH_AGENTC_SIGN_REQUEST = 13,
	SSH_AGENT_SIGN_RESPONSE = 14,
};

enum {
	SSH_AGENT_RSA_SHA2_256 = 2,
	SSH_AGENT_RSA_SHA2_512 = 4,
};

static const struct flag_row {
	const char *sig_name;
	uint32_t flags;
} flag_rows[] = {
	{ "rsa-sha2-256", SSH_AGENT_RSA_SHA2_256 },
	{ "rsa-sha2-512", SSH_AGENT_RSA_SHA2_512 },
};

/* ---- pure --------------------------------------------------------------- */

static uint32_t
flags_for(const struct sig_alg_row *alg)
{
	for (size_t i = 0; i < ARRAY_LEN(flag_rows); i++) {
		if (strcmp(flag_rows[i].sig_name, alg->sig_name) == 0)
			return flag_rows[i].flags;
	}
	return 0;
}

bool
agent_reply_parse(struct bytes reply, const struct sig_alg_row *alg,
    struct bytes *signature, struct err *err)
{
	struct reader r = rd_init(reply), inner;
	uint8_t type = rd_u8(&r, "answer of the agent");
	struct bytes blob, name;

	if (r.code == ERR_NONE && type != SSH_AGENT_SIGN_RESPONSE)
		return err_set(err, ERR_DENIED, "agent refused operation");
	blob = rd_string(&r, SIGNATURE_MAX, "signature of the agent");
	if (!rd_end(&r, err))
		return false;
	inner = rd_init(blob);
	name = rd_string(&inner, ALG_NAME_MAX, "signature of the agent");
	(void)rd_string(&inner, SIGNATURE_MAX, "signature of the agent");
	/* a security key adds its own fields: the client's affair */
	if (!rd_ok(&inner, err))
		return false;
	/* an old agent knows no flags and signs with SHA-1 */
	if (!bytes_is(name, alg->sig_name))
		return err_set(err, ERR_MISMATCH, "signature of the agent");
	*signature = blob;
	return true;
}

/* ---- the socket --------------------------------------------------------- */

static MUST_CHECK bool
set_limits(int fd, struct err *err)
{
	const struct timeval wait = { .tv_sec = AGENT_WAIT_S };

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait,
	    sizeof(wait)) == -1 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO,
	    &wait, sizeof(wait)) == -1)
		return err_sys(err, "setsockopt");
	return true;
}

static MUST_CHECK bool
open_agent(const char *path, int *out, struct err *err)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd;

	if (strcmp(path, "SSH_AUTH_SOCK") == 0 &&
	    (path = getenv("SSH_AUTH_SOCK")) == NULL)
		return err_set(err, ERR_NOT_FOUND, "SSH_AUTH_SOCK is not set");
	if (!bytes_to_str(bytes_str(path), sun.sun_path,
	    sizeof(sun.sun_path)))
		return err_set(err, ERR_RANGE, "path of the agent");
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return err_sys(err, "socket");
	if (!set_limits(fd, err)) {
		close(fd);
		return false;
	}
	if (connect(fd, (const struct sockaddr *)&sun, sizeof(sun)) == -1) {
		err_sys(err, "connect to the agent");
		close(fd);
		return false;
	}
	*out = fd;
	return true;
}

static MUST_CHECK bool
send_all(int fd, struct bytes b, struct err *err)
{
	while (b.len != 0) {
		ssize_t n = send(fd, b.p, b.len, MSG_NOSIGNAL);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return err_sys(err, "request to the agent");
		b = bytes_of(b.p + n, b.len - (size_t)n);
	}
	return true;
}

static MUST_CHECK bool
recv_all(int fd, uint8_t *p, size_t len, struct err *err)
{
	while (len != 0) {
		ssize_t n = recv(fd, p, len, 0);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return err_sys(err, "answer of the agent");
		if (n == 0)
			return err_set(err, ERR_CLOSED, "answer of the agent");
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static MUST_CHECK bool
recv_reply(int fd, uint8_t **reply, size_t *len, struct err *err)
{
	uint8_t head[4], *p;
	struct reader r = rd_init(bytes_of(head, sizeof(head)));

	if (!recv_all(fd, head, sizeof(head), err))
		return false;
	*len = rd_u32(&r, "length");
	if (*len > AGENT_REPLY_MAX)
		return err_set(err, ERR_RANGE, "answer of the agent");
	if ((p = malloc(*len + 1)) == NULL)
		return err_set(err, ERR_NOMEM, "answer of the agent");
	if (!recv_all(fd, p, *len, err)) {
		free(p);
		return false;
	}
	*reply = p;
	return true;
}

static MUST_CHECK bool
exchange(const char *path, struct bytes request, uint8_t **reply,
    size_t *len, struct err *err)
{
	int fd;
	bool ok;

	if (!open_agent(path, &fd, err))
		return false;
	ok = send_all(fd, request, err) && recv_reply(fd, reply, len, err);
	close(fd);
	return ok;
}

bool
agent_probe(const char *path, struct err *err)
{
	int fd;

	if (!open_agent(path, &fd, err))
		return false;
	close(fd);
	return true;
}

bool
agent_sign(const char *path, struct bytes blob, const struct sig_alg_row *alg,
    struct bytes data, uint8_t *out, size_t cap, size_t *out_len,
    struct err *err)
{
	const size_t len = 1 + 4 + blob.len + 4 + data.len + 4;
	uint8_t *request = malloc(4 + len), *reply = NULL;
	struct writer w = wr_init(request, 4 + len);
	struct bytes signature;
	size_t reply_len;
	bool ok;

	if (request == NULL)
		return err_set(err, ERR_NOMEM, "request to the agent");
	wr_u32(&w, (uint32_t)len);
	wr_u8(&w, SSH_AGENTC_SIGN_REQUEST);
	wr_string(&w, blob);
	wr_string(&w, data);
	wr_u32(&w, flags_for(alg));
	ok = wr_end(&w, err) &&
	    exchange(path, wr_view(&w), &reply, &reply_len, err) &&
	    agent_reply_parse(bytes_of(reply, reply_len), alg, &signature,
	    err);
	if (ok && signature.len > cap)
		ok = err_set(err, ERR_RANGE, "signature of the agent");
	if (ok) {
		memcpy(out, signature.p, signature.len);
		*out_len = signature.len;
	}
	free(request);
	free(reply);
	return ok;
}
