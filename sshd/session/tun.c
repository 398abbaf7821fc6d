/* SPDX-License-Identifier: ISC */
#include "sshd/session/tun.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/wire/connection.h"
#include "sshd/session/forward.h"

#define TUN_DEVICE	"/dev/net/tun"
#define NAMES_MAX	1024	/* of all devices, in SSH_TUNNEL */

/*
 * The rule that refuses, or NULL; *unit is the one that the key names, or the
 * one that was asked for.
 */
static const char *
choose_unit(const struct session *ses, const struct ipc_OPEN_TUN *m,
    uint32_t *unit)
{
	const struct forward_rules rules = {
		.permit = m->mode == TUN_MODE_POINT_TO_POINT ?
		    PERMIT_TUN_POINT : PERMIT_TUN_ETHERNET,
		.by_key = TUN_FORBIDDEN_BY_KEY,
		.keyword = "PermitTunnel",
	};
	const char *rule = forward_refused_by(ses, &rules,
	    (struct bytes){ 0 }, 0);

	*unit = m->unit;
	if (m->mode != TUN_MODE_POINT_TO_POINT &&
	    m->mode != TUN_MODE_ETHERNET)
		return "a mode that does not exist";
	if (rule != NULL)
		return rule;
	if (m->unit > TUN_UNIT_MAX && m->unit != TUN_UNIT_ANY)
		return "a unit that does not exist";
	if (ses->grant.tun_forced == 0)
		return NULL;
	*unit = ses->grant.tun_unit;
	return m->unit == TUN_UNIT_ANY || m->unit == *unit ? NULL :
	    "tunnel of the key";
}

/* The kernel decides: root, or the owner of a device that is there. */
static int
open_device(uint32_t mode, uint32_t unit, char name[static IFNAMSIZ])
{
	bool is_point = mode == TUN_MODE_POINT_TO_POINT;
	struct ifreq request = { 0 };
	int fd = open(TUN_DEVICE, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	int why;

	if (fd == -1)
		return -1;
	request.ifr_flags = (short)((is_point ? IFF_TUN : IFF_TAP) |
	    IFF_NO_PI);
	if (unit != TUN_UNIT_ANY)
		snprintf(request.ifr_name, IFNAMSIZ, "%s%u",
		    is_point ? "tun" : "tap", unit);
	if (ioctl(fd, TUNSETIFF, &request) == -1) {
		why = errno;
		close(fd);
		errno = why;
		return -1;
	}
	memcpy(name, request.ifr_name, IFNAMSIZ);
	name[IFNAMSIZ - 1] = '\0';
	return fd;
}

static void
remember(struct session *ses, const char *name)
{
	size_t len = ses->tunnels == NULL ? 0 : strlen(ses->tunnels);
	char *names;

	if (len + strlen(name) + 2 > NAMES_MAX ||
	    (names = malloc(NAMES_MAX)) == NULL)
		return;
	snprintf(names, NAMES_MAX, "%s%s%s", len == 0 ? "" : ses->tunnels,
	    len == 0 ? "" : ",", name);
	free(ses->tunnels);
	ses->tunnels = names;
}

bool
tun_open(struct session *ses, const struct ipc_OPEN_TUN *m, struct err *err)
{
	struct ipc_CONNECTED connected = { .request = m->request };
	char name[IFNAMSIZ], target[64];
	const char *rule;
	uint32_t unit;
	bool ok;
	int fd;

	if ((rule = choose_unit(ses, m, &unit)) != NULL) {
		snprintf(target, sizeof(target), "mode %u unit %u", m->mode,
		    m->unit);
		forward_log_refused(ses, "tun", bytes_str(target), 0, rule);
		session_remark(ses, REMARK_TUN_FORBIDDEN);
		forward_refuse(ses, m->request, OPEN_CONNECT_FAILED,
		    "open failed");
		return true;
	}
	if ((fd = open_device(m->mode, unit, name)) == -1) {
		log_error("tunnel device: mode %u, unit %u: %s", m->mode,
		    unit, strerror(errno));
		session_remark(ses, REMARK_TUN_FAILED);
		forward_refuse(ses, m->request, OPEN_CONNECT_FAILED,
		    "open failed");
		return true;
	}
	remember(ses, name);
	ok = ipc_send_fds(&ses->net, IPC_CONNECTED, &connected, &fd, 1, err);
	close(fd);
	return ok;
}
