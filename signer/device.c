/* SPDX-License-Identifier: ISC */
#include "signer/device.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/base/fd.h"
#include "lib/base/log.h"
#include "lib/base/reap.h"
#include "lib/ipc/ipc.h"
#include "lib/wire/writer.h"

#define CHILD_FD	3

/* This program anew: nothing of what we know is in its memory. */
static NORETURN void
become_device(int socket_fd, pid_t parent)
{
	char name[] = DEVICE_ARGV0, *argv[] = { name, NULL };
	char *env[] = { NULL };
	sigset_t none;
	struct err err;

	sigemptyset(&none);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 || getppid() != parent ||
	    (socket_fd = fcntl(socket_fd, F_DUPFD_CLOEXEC, CHILD_FD + 1)) ==
	    -1 || !fd_inherit_as(socket_fd, CHILD_FD, &err))
		_exit(1);
	(void)signal(SIGHUP, SIG_DFL);
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	execve("/proc/self/exe", argv, env);
	_exit(1);
}

static MUST_CHECK bool
start(pid_t *pid, int socket_fd, struct err *err)
{
	pid_t parent = getpid();

	if ((*pid = fork()) == 0)
		become_device(socket_fd, parent);
	return *pid != -1 || err_sys(err, "fork");
}

static void
end(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	(void)reap_wait(pid);
}

static MUST_CHECK bool
receive(struct ipc *ipc, struct ipc_message *message, struct err *err)
{
	bool got;

	if (!ipc_recv(ipc, SIG_DEVICE, message, &got, err))
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
	pid_t pid;
	int fds[2];
	bool ok;

	if (!ipc_pair(fds, err))
		return false;
	ipc_init(ipc, fds[0], DEVICE_TO_SIGNER);
	ok = start(&pid, fds[1], err);
	close(fds[1]);
	if (!ok)
		return false;
	if (setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &wait,
	    sizeof(wait)) == -1)
		ok = err_sys(err, "setsockopt");
	ok = ok && ipc_send(ipc, IPC_DEVICE_SIGN, question, err) &&
	    receive(ipc, message, err);
	end(pid);
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

	ipc_init(&ipc, -1, DEVICE_TO_SIGNER);
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
	ipc_init(&ipc, -1, DEVICE_TO_SIGNER);
	ok = ask(&ipc, &question, &message, err);
	answer = &message.u.DEVICE_SIGNED;
	ok = ok && check_said(provider, answer, err) &&
	    build(public, answer, out, cap, out_len, err) &&
	    pubkey_verify(public, algorithm, bytes_of(out, *out_len), data,
	    NULL, err);
	ipc_clear(&ipc);
	return ok;
}
