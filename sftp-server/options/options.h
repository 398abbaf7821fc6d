/* SPDX-License-Identifier: ISC */
/*
 * options - the command line of sftp-server and of internal-sftp.
 *
 * Shapes:  words as main() gets them, or one line of sshd_config or
 *          authorized_keys that starts with "internal-sftp". Pure.
 * Units:   modes are octal text; masks have one bit for each row of
 *          request_list.h.
 * Errors:  false, and reason says what is wrong and what is expected.
 * Owns:    nothing; strings borrow from the words. struct sftp_command holds
 *          the words of its line.
 * Source:  sftp-server(8).
 */
#ifndef SFTP_SERVER_OPTIONS_OPTIONS_H
#define SFTP_SERVER_OPTIONS_OPTIONS_H

#include <sys/types.h>

#include "lib/base/log.h"
#include "sftp-server/options/request_list.h"

#define SFTP_REASON_MAX		256
#define SFTP_COMMAND_MAX	8192	/* a path and every request's name */
#define SFTP_COMMAND_WORDS	64

_Static_assert(SFTP_REQUEST_COUNT <= 64, "masks of requests are 64 bits");

enum sftp_action { SFTP_SERVE, SFTP_SHOW_USAGE, SFTP_SHOW_REQUESTS };

struct sftp_options {
	enum sftp_action action;
	const char *start_dir;		/* -d, with tokens; NULL: none */
	bool logs_to_stderr;		/* -e */
	int facility;			/* -f, of <syslog.h> */
	enum log_level level;		/* -l */
	uint64_t denied;		/* -P */
	uint64_t allowed;		/* -p; all bits: no list */
	bool is_read_only;		/* -R */
	bool has_umask, has_file_mode;	/* -u, -m */
	mode_t umask, file_mode;
	const char *extra;		/* the first word that is no option */
};

struct sftp_command {
	char text[SFTP_COMMAND_MAX];
	const char *words[SFTP_COMMAND_WORDS];
	size_t word_count;
};

/* Name of -P, -p and -Q of a request. */
const char *sftp_request_name(enum sftp_request_id id);

/*
 * words[0] is the name of the program. What stands behind the options is left
 * alone: scp -D gives its server a host and a name.
 */
MUST_CHECK bool sftp_options_parse(const char *const *words,
    size_t word_count, struct sftp_options *out,
    char reason[static SFTP_REASON_MAX]);

/* Is this command the server that runs inside the session process? */
bool sftp_command_is_internal(const char *line);
/*
 * What stands behind the name of a command that runs the program; "" behind
 * any other.
 */
const char *sftp_command_external_options(const char *line);
/*
 * The options of an internal-sftp line, which is split at blanks; quotes hold
 * a word together. What only a program can do (-h, -Q) is refused.
 */
MUST_CHECK bool sftp_command_parse(const char *line,
    struct sftp_command *command, struct sftp_options *out,
    char reason[static SFTP_REASON_MAX]);

#endif
