/* SPDX-License-Identifier: ISC */
/* sftp-server: the program, on standard input and output. */
#include <pwd.h>
#include <stdio.h>

#include "lib/base/fd.h"
#include "lib/base/log_sink.h"
#include "sftp-server/start.h"

static int
usage(FILE *out)
{
	fprintf(out, "usage: sftp-server [-ehR] [-d start_directory] "
	    "[-f log_facility] [-l log_level]\n"
	    "\t[-m file_mode] [-P denied_requests] [-p allowed_requests]\n"
	    "\t[-u umask]\n"
	    "       sftp-server -Q protocol_feature\n");
	return 1;
}

static int
show_requests(void)
{
	for (unsigned i = 0; i < SFTP_REQUEST_COUNT; i++)
		printf("%s\n", sftp_request_name((enum sftp_request_id)i));
	return 0;
}

/* The first word of SSH_CONNECTION, which sshd sets. */
static const char *
find_peer(char *buf, size_t len)
{
	const char *connection = getenv("SSH_CONNECTION");
	size_t word = connection == NULL ? 0 : strcspn(connection, " ");

	if (word == 0 || word >= len)
		return "UNKNOWN";
	memcpy(buf, connection, word);
	buf[word] = '\0';
	return buf;
}

static int
serve(const struct sftp_options *options)
{
	const struct passwd *pw = getpwuid(getuid());
	struct tree tree = tree_plain();
	struct sftp_account account = { .uid = getuid() };
	const struct sftp_client client = {
		.in_fd = STDIN_FILENO, .out_fd = STDOUT_FILENO,
	};
	char peer[256], user[256], home[PATH_MAX];

	log_sink_set_ident("sftp-server");
	log_sink_open(options->logs_to_stderr, STDERR_FILENO,
	    options->facility, options->level);
	if (pw == NULL) {
		log_error("No user found for uid %lu",
		    (unsigned long)getuid());
		return 1;
	}
	snprintf(user, sizeof(user), "%s", pw->pw_name);
	snprintf(home, sizeof(home), "%s", pw->pw_dir);
	account.user = user;
	account.home = home;
	account.peer = find_peer(peer, sizeof(peer));
	return sftp_start(options, &account, &tree, &client);
}

int
main(int argc, char **argv)
{
	struct sftp_options options;
	char reason[SFTP_REASON_MAX];
	struct err err;

	if (!fd_fill_standard(&err)) {
		fprintf(stderr, "sftp-server: %s: %s\n", err.what,
		    err_text(&err));
		return 1;
	}
	if (!sftp_options_parse((const char *const *)argv, (size_t)argc,
	    &options, reason)) {
		fprintf(stderr, "sftp-server: %s\n", reason);
		return usage(stderr);
	}
	switch (options.action) {
	case SFTP_SERVE:
		return serve(&options);
	case SFTP_SHOW_USAGE:
		return usage(stderr);
	case SFTP_SHOW_REQUESTS:
		return show_requests();
	}
	return 1;
}
