/* SPDX-License-Identifier: ISC */
/*
 * snapshot - all that a reload replaces at once.
 *
 * Shapes:  configuration, its packed form, signer, programs, filters.
 * Units:   -
 * Errors:  bad configuration is logged line by line where it is found; other
 *          failures are one line of text for the caller to log.
 * Owns:    everything in it, until snapshot_clear().
 * Source:  DESIGN.md section 2.
 */
#ifndef SSHD_LISTENER_SNAPSHOT_H
#define SSHD_LISTENER_SNAPSHOT_H

#include "sshd/config/config.h"
#include "sshd/listener/cmdline.h"
#include "sshd/listener/programs.h"
#include "sshd/listener/signer.h"

struct snapshot {
	struct config *config;
	struct conf conf;		/* without Match: the listener's own */
	int config_fd;			/* sealed, config_pack() */
	struct signer signer;
	struct programs programs;
	uint8_t *net_filter;		/* struct sock_filter[] */
	size_t net_filter_len;
	uint8_t *signer_filter;		/* the same, for the signer's forks */
	size_t signer_filter_len;
};

#define SNAPSHOT_NONE	((struct snapshot){ .config_fd = -1, \
    .signer = SIGNER_NONE, .programs = PROGRAMS_NONE })

#define SNAPSHOT_TEXT_MAX	(PATH_MAX + 256)

/*
 * Step one, all that -G needs: files read, values known. exit_code: what a
 * failure means for a program that starts.
 */
MUST_CHECK bool snapshot_load_config(struct snapshot *snapshot,
    const struct cmdline *cmdline, int *exit_code);
/*
 * Step two: privilege-separation checks, helper programs (of the program with
 * path `binary`), filter, packed form. On failure *text is written.
 */
MUST_CHECK bool snapshot_prepare(struct snapshot *snapshot,
    const char *binary, char text[static SNAPSHOT_TEXT_MAX]);
void snapshot_clear(struct snapshot *snapshot);

#endif
