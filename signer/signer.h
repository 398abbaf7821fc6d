/* SPDX-License-Identifier: ISC */
/*
 * signer - the process that holds the host keys and has libcrypto for all
 * monitors of one configuration.
 *
 * Shapes:  the listener starts one with each configuration: it loads the host
 *          keys, tells what is public of them, and stays. Its other socket
 *          comes from the listener, too, which gives the far end to every
 *          monitor. A monitor that has something to ask sends SERVE there,
 *          with one end of a pair; a fork of the signer answers over that
 *          pair, question by question, until the monitor closes it. So a
 *          monitor needs no libcrypto and sees no private key.
 * Units:   -
 * Errors:  a fork that is asked for what it must not do ends. One that dies
 *          by a signal makes the listener start a new signer: all forks have
 *          one layout of memory, and nobody shall try twice. The old one goes
 *          on for the monitors that have it.
 * Owns:    the host keys, the configuration, its sockets.
 * Source:  DESIGN.md section 1.
 *
 * It ends when nobody is left who could ask: no listener, no monitor.
 */
#ifndef SIGNER_SIGNER_H
#define SIGNER_SIGNER_H

#include "keys/host_secrets.h"
#include "lib/base/loop.h"
#include "lib/base/title.h"
#include "lib/ipc/ipc.h"
#include "sshd/config/config.h"

struct signer {
	struct loop loop;
	struct title title;
	struct ipc listener;		/* fd -1: it is gone */
	struct ipc service;		/* SERVE comes here */
	struct ipc lines;		/* of the forks; see fork_log.h */
	struct ipc to_parent;		/* their end of it */
	void (*fork_hijacked)(struct signer *signer);
	uint32_t flags, debug_count;	/* of SIGNER_SETUP */
	int log_fd;
	int signal_fd;
	struct watch signal_watch;
	bool hurt;			/* and the listener knows */
	int exit_code;

	struct bytes snapshot;		/* mapped */
	struct config *config;
	struct conf conf;		/* without Match */
	struct host_secrets secrets;
	struct bytes filter;		/* of SIGNER_SETUP; malloc'ed */
	bool forks_reach_out;		/* to an agent or a device: no filter */
};

/* SIGNER: from SIGNER_SETUP to the end; returns the exit status. */
int signer_run(struct signer *signer, int listener_fd);

#endif
