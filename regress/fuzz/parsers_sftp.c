/* SPDX-License-Identifier: ISC */
/* SFTP: requests, options, paths. */
#include "fuzz/parsers.h"

#include <errno.h>

#include "sftp-server/resolve.h"
#include "sftp-server/server.h"
#include "sftp-server/start.h"

/* A message from its type on, as the server's dispatcher takes it apart. */
static void
run_sftp_request(struct bytes in)
{
	struct reader r = rd_init(in);
	uint8_t type = rd_u8(&r, "type");
	struct sftp_request q = { .id = rd_u32(&r, "id") };
	struct bytes extension = { 0 };
	struct err err;

	if (type == SFTP_EXTENDED)
		extension = rd_string(&r, SFTP_MESSAGE_MAX, "extension");
	if (!rd_ok(&r, &err) || !sftp_find_request(type, extension, &q.kind))
		return;
	FUZZ_CHECK(q.kind < SFTP_REQUEST_COUNT);
	if (!sftp_request_parse(&r, &q, &err))
		return;
	FUZZ_CHECK(q.peer_path.len <= in.len && q.data.len <= in.len);
	FUZZ_CHECK(q.peer_handle.len <= SFTP_HANDLE_MAX);
}

static void
run_sftp_command(struct bytes in)
{
	static struct sftp_command command;
	struct sftp_options options;
	char reason[SFTP_REASON_MAX], *line = parsers_cstring(in);
	const struct sftp_account account = {
		.user = "fuzz", .home = "/home/fuzz", .peer = "UNKNOWN",
	};
	char dir[PATH_MAX];

	(void)sftp_command_is_internal(line);
	if (sftp_command_parse(line, &command, &options, reason)) {
		FUZZ_CHECK(command.word_count <= SFTP_COMMAND_WORDS);
		FUZZ_CHECK(options.action == SFTP_SERVE);
		if (options.start_dir != NULL && sftp_start_dir(
		    options.start_dir, &account, dir))
			FUZZ_CHECK(strlen(dir) < sizeof(dir));
	} else
		FUZZ_CHECK(strlen(reason) < sizeof(reason));
	free(line);
}

/* Links everywhere: "lX" leads to what stands behind the second "l". */
static int
fuzz_read_link(struct tree *tree, const char *path,
    char target[static PATH_MAX])
{
	const char *name = strrchr(path, '/') + 1;
	size_t len;

	(void)tree;
	if (*name == 'n')
		return -ENOENT;
	if (*name != 'l')
		return -EINVAL;
	len = strlen(name + 1);
	memcpy(target, name + 1, len + 1);
	for (size_t i = 0; i < len; i++) {
		if (target[i] == ':')
			target[i] = '/';
	}
	return (int)len;
}

static void
run_sftp_path(struct bytes in)
{
	static const struct tree_ops ops = { .read_link = fuzz_read_link };
	struct tree tree = { .ops = &ops };
	char *path = parsers_cstring(in), out[PATH_MAX];

	if (resolve_path(&tree, "/base/dir", path, out) == 0) {
		FUZZ_CHECK(out[0] == '/');
		FUZZ_CHECK(strlen(out) < PATH_MAX);
		FUZZ_CHECK(strstr(out, "//") == NULL);
		FUZZ_CHECK(strstr(out, "/../") == NULL);
	}
	free(path);
}

static const struct parser_row rows[] = {
	ROW(120, sftp_request),
	ROW(121, sftp_command),
	ROW(122, sftp_path),
};

const struct parser_rows parsers_sftp = { rows, ARRAY_LEN(rows) };
