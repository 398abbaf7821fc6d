/* SPDX-License-Identifier: ISC */
#include "monitor/device.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/ipc/ipc.h"
#include "lib/wire/writer.h"
#include "monitor/child.h"

static MUST_CHECK bool
start(struct child *child, int socket_fd, struct err *err)
{
	char *env[] = { NULL };
	struct child_program program = {
		.program_fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC),
		.socket_fd = socket_fd, .argv0 = DEVICE_ARGV0, .envp = env,
		.dies_with_us = true,
	};
	bool ok;

	if (program.program_fd == -1)
		return err_sys(err, "open of /proc/self/exe");
	ok = child_start(child, &program, err);
	close(program.program_fd);
	return ok;
}

static MUST_CHECK bool
receive(struct ipc *ipc, struct ipc_message *message, struct err *err)
{
	bool got;

	if (!ipc_recv(ipc, MON_DEVICE, message, &got, err))
		return false;
	if (!got) {
		errno = ETIMEDOUT;
		return err_sys(err, "answer of the security key");
	}
	return true;
}

/* Strings of message borrow from ipc. */
static MUST_CHECK bool
ask(struct ipc *ipc, const struct ipc_DEVICE_SIGN *question,
    struct ipc_message *message, struct err *err)
{
	const struct timeval wait = { .tv_sec = DEVICE_WAIT_S };
	struct child child;
	int fds[2];
	bool ok;

	if (!ipc_pair(fds, err))
		return false;
	ipc_init(ipc, fds[0], DEVICE_TO_MONITOR);
	ok = start(&child, fds[1], err);
	close(fds[1]);
	if (!ok)
		return false;
	if (setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &wait,
	    sizeof(wait)) == -1)
		ok = err_sys(err, "setsockopt");
	ok = ok && ipc_send(ipc, IPC_DEVICE_SIGN, question, err) &&
	    receive(ipc, message, err);
	child_kill(&child);
	return ok;
}

static MUST_CHECK bool
check_said(const char *provider, const struct ipc_DEVICE_SIGNED *answer,
    struct err *err)
{
	if (answer->reason.len == 0)
		return true;
	log_error("SecurityKeyProvider \"%s\": %s", provider,
	    log_safe(answer->reason).s);
	return err_set(err, ERR_DENIED, "security key refused operation");
}

bool
device_probe(const char *provider, struct err *err)
{
	const struct ipc_DEVICE_SIGN question = {
		.provider = bytes_str(provider),
	};
	struct ipc_message message;
	struct ipc ipc;
	bool ok;

	ipc_init(&ipc, -1, DEVICE_TO_MONITOR);
	ok = ask(&ipc, &question, &message, err) &&
	    check_said(provider, &message.u.DEVICE_SIGNED, err);
	ipc_clear(&ipc);
	return ok;
}

/* string name, string signature, byte flags, uint32 counter. */
static MUST_CHECK bool
build(const struct pubkey *public, const struct ipc_DEVICE_SIGNED *answer,
    uint8_t *out, size_t cap, size_t *out_len, struct err *err)
{
	uint8_t numbers[2 * (DEVICE_NUMBER_MAX + 5)];
	struct writer inner = wr_init(numbers, sizeof(numbers));
	struct writer w = wr_init(out, cap);

	if (public->row->type == KEY_SK_ECDSA) {
		wr_mpint(&inner, answer->r);
		wr_mpint(&inner, answer->s);
	} else
		wr_bytes(&inner, answer->r.p, answer->r.len);
	wr_cstring(&w, public->row->plain_name);
	wr_string(&w, wr_view(&inner));
	wr_u8(&w, answer->flags);
	wr_u32(&w, answer->counter);
	if (inner.full || !wr_end(&w, err))
		return err_set(err, ERR_RANGE, "signature of a security key");
	*out_len = w.len;
	return true;
}

bool
device_sign(const char *provider, const struct pubkey *public,
    const struct private_device *device, struct bytes algorithm,
    struct bytes data, uint8_t *out, size_t cap, size_t *out_len,
    struct err *err)
{
	const struct ipc_DEVICE_SIGN question = {
		.provider = bytes_str(provider),
		.is_ecdsa = public->row->type == KEY_SK_ECDSA,
		.application = public->application, .flags = device->flags,
		.handle = device->handle, .data = data,
	};
	const struct ipc_DEVICE_SIGNED *answer;
	struct ipc_message message;
	struct ipc ipc;
	bool ok;

	if (provider == NULL)
		return err_set(err, ERR_DENIED, "no SecurityKeyProvider");
	ipc_init(&ipc, -1, DEVICE_TO_MONITOR);
	ok = ask(&ipc, &question, &message, err);
	answer = &message.u.DEVICE_SIGNED;
	ok = ok && check_said(provider, answer, err) &&
	    build(public, answer, out, cap, out_len, err) &&
	    pubkey_verify(public, algorithm, bytes_of(out, *out_len), data,
	    NULL, err);
	ipc_clear(&ipc);
	return ok;
}
