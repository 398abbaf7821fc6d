/* SPDX-License-Identifier: ISC */
/*
 * fake_monitor - answers a net process in a test: one host key, every group.
 *
 * Shapes:  a thread at the other end of an IPC pair.
 * Units:   -
 * Errors:  a question that it does not know, or a field that does not decode,
 *          ends it: the net side then sees its monitor go.
 * Owns:    its end of the pair, the collected log lines.
 * Source:  lib/ipc/messages.h.
 */
#ifndef REGRESS_UNIT_NET_FAKE_MONITOR_H
#define REGRESS_UNIT_NET_FAKE_MONITOR_H

#include <pthread.h>

#include "lib/ipc/ipc.h"

#define FAKE_MONITOR_LOG_MAX	16384

struct fake_monitor {
	struct ipc ipc;
	pthread_t thread;
	uint8_t host_key[128];		/* K_S */
	size_t host_key_len;
	uint8_t offer[160];		/* name, K_S */
	size_t offer_len;
	char version[64];
	char log[FAKE_MONITOR_LOG_MAX];	/* "LEVEL line\n"; after join */
	size_t log_len;
	unsigned signatures;
	bool running;
};

/* *net_fd is the net side's end. */
void fake_monitor_start(struct fake_monitor *monitor, int *net_fd);
/* What NET_SETUP says; NULL lists are the defaults of lib/crypto. */
struct ipc_NET_SETUP fake_monitor_setup(struct fake_monitor *monitor,
    const char *kex, const char *ciphers, const char *macs,
    const char *compression);
/* After the net side closed its end. */
void fake_monitor_join(struct fake_monitor *monitor);

#endif
