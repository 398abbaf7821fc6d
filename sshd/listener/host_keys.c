/* SPDX-License-Identifier: ISC */
#include "sshd/listener/host_keys.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>

static bool
recv_host_keys(struct ipc *ipc, struct snapshot *snapshot, uint32_t *count,
    struct err *err)
{
	const struct timeval wait = { .tv_sec = HOST_KEYS_WAIT_S };
	struct ipc_message message;
	bool got;

	if (setsockopt(ipc->fd, SOL_SOCKET, SO_RCVTIMEO, &wait,
	    sizeof(wait)) == -1)
		return err_sys(err, "setsockopt");
	if (!ipc_recv(ipc, LIS_KEYS, &message, &got, err))
		return false;
	if (!got) {
		errno = ETIMEDOUT;
		return err_sys(err, "host keys");
	}
	*count = message.u.HOST_KEYS.count;
	snapshot->host_keys_fd = ipc_take_fd(&message, 0);
	ipc_message_clear(&message);
	return true;
}

bool
host_keys_ask(const struct spawner *spawner, struct snapshot *snapshot,
    uint32_t *count, struct err *err)
{
	static const struct ipc_LOAD_HOST_KEYS request;	/* no fields */
	struct ipc ipc;
	pid_t pid;
	bool ok;

	if (!spawn_monitor(spawner, snapshot, &pid, &ipc, err))
		return false;
	ok = ipc_send(&ipc, IPC_LOAD_HOST_KEYS, &request, err) &&
	    recv_host_keys(&ipc, snapshot, count, err);
	ipc_clear(&ipc);
	/* it has answered and exits, or it is stuck */
	if (!ok)
		(void)kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		continue;
	return ok;
}
