/* SPDX-License-Identifier: ISC */
#include "monitor/req_setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/fd.h"
#include "monitor/monitor.h"
#include "monitor/net_start.h"
#include "monitor/req_user.h"

#define HOST_KEYS_BYTES_MAX	(4 * 1024 * 1024)

/* Order of the descriptors of SETUP. */
enum {
	FD_SNAPSHOT, FD_HOST_KEYS, FD_SIGNER, FD_NET_PROGRAM,
	FD_SESSION_PROGRAM, FD_LOG,
};

/*
 * The product of which clients know what it understands comes first: they
 * send eow@openssh.com and others to that name only.
 */
#define SOFTWARE_VERSION	"SSH-2.0-OpenSSH_10.5_Postern_" POSTERN_VERSION

static MUST_CHECK bool
read_host_keys(struct monitor *mon, int fd, struct err *err)
{
	size_t len;
	uint8_t *offer;

	if (!fd_map(fd, HOST_KEYS_BYTES_MAX, &mon->keys_map, err) ||
	    !host_keys_unpack(mon->keys_map, &mon->keys, err))
		return false;
	mon->proved = calloc(mon->keys.count + 1, sizeof(*mon->proved));
	/* as many bytes as NET_SETUP has room for */
	offer = malloc(NET_HOST_KEYS_MAX);
	mon->offer = bytes_of(offer, 0);
	if (mon->proved == NULL || offer == NULL)
		return err_set(err, ERR_NOMEM, "host keys");
	if (!host_keys_offer(&mon->keys, mon->conf.host_key_algorithms, offer,
	    NET_HOST_KEYS_MAX, &len, err))
		return false;
	mon->offer.len = len;
	if ((offer = realloc(offer, len + 1)) != NULL)
		mon->offer.p = offer;
	return true;
}

static MUST_CHECK bool
set_version(struct monitor *mon, struct err *err)
{
	const char *addendum = mon->conf.version_addendum;
	int n = snprintf(mon->version, sizeof(mon->version), "%s%s%s",
	    SOFTWARE_VERSION, addendum == NULL ? "" : " ",
	    addendum == NULL ? "" : addendum);

	if (n < 0 || (size_t)n >= sizeof(mon->version))
		return err_set(err, ERR_RANGE, "VersionAddendum");
	return true;
}

bool
req_setup(struct monitor *mon, struct ipc_message *message, struct err *err)
{
	const struct ipc_SETUP *m = &message->u.SETUP;

	mon->flags = m->flags;
	mon->state = MON_WARM;
	mon->signer.service_fd = ipc_take_fd(message, FD_SIGNER);
	mon->net_program = ipc_take_fd(message, FD_NET_PROGRAM);
	mon->session_program = ipc_take_fd(message, FD_SESSION_PROGRAM);
	mon->log_fd = ipc_take_fd(message, FD_LOG);
	if (!config_map(message->fds[FD_SNAPSHOT], &mon->snapshot,
	    &mon->config, &mon->conf, err))
		return false;
	mon->has_conf = true;
	mon->debug_level = conf_open_log(&mon->conf, m->flags,
	    m->debug_level, mon->log_fd);
	if (!set_version(mon, err) ||
	    !read_host_keys(mon, message->fds[FD_HOST_KEYS], err) ||
	    !net_start(mon, m->net_filter, err) ||
	    !signer_open(&mon->signer, err))
		return false;
	/* what waits there already, of sshd -i, is for a warm monitor */
	return monitor_watch_listener(mon, false, err);
}

bool
req_net_ready(struct monitor *mon, struct ipc_message *message,
    struct err *err)
{
	static const struct ipc_READY ready;	/* no fields */

	(void)message;
	title_set(&mon->title, "[warm]");
	/* sshd -i left everything in the socket and is gone */
	if (!ipc_send(&mon->listener, IPC_READY, &ready, err) &&
	    err->code != ERR_CLOSED)
		return false;
	return monitor_watch_listener(mon, true, err);
}
