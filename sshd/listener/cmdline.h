/* SPDX-License-Identifier: ISC */
/*
 * cmdline - sshd's flags.
 *
 * Shapes:  argv -> struct cmdline; flags that stand for a configuration line
 *          become that line, so that precedence is decided in one place.
 * Units:   -
 * Errors:  cmdline_parse() fills error, exit_code and show_usage.
 * Owns:    the lines and words that it made; the rest borrows from argv.
 * Source:  sshd(8).
 */
#ifndef SSHD_LISTENER_CMDLINE_H
#define SSHD_LISTENER_CMDLINE_H

#include "lib/base/compiler.h"
#include "sshd/config/config.h"

#define CMDLINE_LINES_MAX	1024	/* lines made by -o -p -h ... */
#define CMDLINE_PORTS_MAX	256	/* as OpenSSH */
#define CMDLINE_UTMP_LEN_MAX	65	/* HOST_NAME_MAX + 1 */
#define CMDLINE_DEBUG_MAX	3

#define EXIT_USAGE	1
#define EXIT_FATAL	255

enum run_mode {
	RUN_LISTEN,
	RUN_INETD,		/* -i */
	RUN_TEST,		/* -t */
	RUN_PRINT,		/* -T */
	RUN_PRINT_UNCHECKED,	/* -G: neither keys nor privileges */
	RUN_VERSION,		/* -V */
};

struct cmdline {
	enum run_mode mode;
	bool foreground;		/* -D, -d */
	unsigned debug_level;		/* number of -d, at most 3 */
	bool quiet;			/* -q was the last of -d, -q */
	bool log_stderr;		/* -e, -d, -E */
	const char *log_file;		/* -E, tokens not expanded */
	bool random_flag;		/* -r: deprecated */
	struct config_args config;
	struct conf_spec spec;		/* -C */
	bool spec_given;
	bool explain, json;		/* --explain, --json */

	const char *lines[CMDLINE_LINES_MAX];
	char *owned[CMDLINE_LINES_MAX];
	size_t owned_count;
	unsigned port_count;

	char error[256];		/* empty: only the usage is due */
	int exit_code;
	bool show_usage;
};

MUST_CHECK bool cmdline_parse(struct cmdline *cmdline, int argc, char **argv);
void cmdline_clear(struct cmdline *cmdline);

/* "usage: sshd ..." with the line feeds. */
extern const char cmdline_usage[];

#endif
