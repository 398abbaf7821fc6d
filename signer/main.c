/* SPDX-License-Identifier: ISC */
/* sshd-signer: the host keys, and libcrypto for the monitors. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/core.h"
#include "lib/base/fd.h"
#include "lib/crypto/init.h"
#include "signer/device.h"
#include "signer/signer.h"

#define PARENT_FD	3

int
main(int argc, char **argv)
{
	struct signer signer = {
		.log_fd = -1, .signal_fd = -1, .loop = { .epoll_fd = -1 },
		.service = { .fd = -1 }, .lines = { .fd = -1 },
		.to_parent = { .fd = -1 },
	};
	struct err err;

	if (argc > 0 && strcmp(argv[0], DEVICE_ARGV0) == 0)
		return device_main(PARENT_FD);
	title_init(&signer.title, argc, &argv);
	if (fcntl(PARENT_FD, F_SETFD, FD_CLOEXEC) == -1) {
		fprintf(stderr, "sshd-signer is started by sshd only\n");
		return 1;
	}
	if (!core_forbid(CORE_LIMIT_HARD, &err) || !fd_fill_standard(&err)) {
		fprintf(stderr, "sshd-signer: %s: %s\n", err.what,
		    err_text(&err));
		return 1;
	}
	crypto_init();
	/* secrets are wiped: nothing is left for exit() */
	_exit(signer_run(&signer, PARENT_FD));
}
