/* SPDX-License-Identifier: ISC */
/*
 * Fuzz target: a whole SFTP session on a scratch directory. An input is a
 * byte that picks options and whether input is in shared memory, then
 * requests: u16 length and that many bytes.
 * Every message is answered once, in its order, with a well-formed reply.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "fuzz/fuzz.h"
#include "lib/base/log.h"
#include "sftp-server/server.h"

#define FILE_LIMIT	262144	/* bytes; sparse files would be read for long */
#define IN_MAX		65536

static char scratch[] = "/tmp/sftp_fuzz.XXXXXX";
static struct tree plain;
static int old_dir;		/* paths of the corpus start there */
static int memory;		/* of shared input */

/* Whatever is outside of the scratch directory stays out of reach. */
static bool
is_inside(const char *path)
{
	return path[0] != '/' && strstr(path, "..") == NULL;
}

static int
guarded_open(struct tree *tree, const char *path, int flags, mode_t mode,
    struct tree_file *file)
{
	return !is_inside(path) ? -EACCES :
	    plain.ops->open(tree, path, flags, mode, file);
}

static int
guarded_open_dir(struct tree *tree, const char *path)
{
	return !is_inside(path) ? -EACCES : plain.ops->open_dir(tree, path);
}

static int
guarded_set_size(struct tree *tree, const struct tree_target *target,
    off_t size)
{
	return !is_inside(target->path) ? -EACCES :
	    plain.ops->set_size(tree, target, size);
}

static int
guarded_set_mode(struct tree *tree, const struct tree_target *target,
    mode_t mode)
{
	return !is_inside(target->path) ? -EACCES :
	    plain.ops->set_mode(tree, target, mode | 0700);
}

static int
guarded_set_owner(struct tree *tree, const struct tree_target *target,
    uid_t uid, gid_t gid)
{
	return !is_inside(target->path) ? -EACCES :
	    plain.ops->set_owner(tree, target, uid, gid);
}

static int
guarded_set_times(struct tree *tree, const struct tree_target *target,
    const struct timespec times[static 2])
{
	return !is_inside(target->path) ? -EACCES :
	    plain.ops->set_times(tree, target, times);
}

static int
guarded_remove(struct tree *tree, const char *path)
{
	return !is_inside(path) ? -EACCES : plain.ops->remove(tree, path);
}

static int
guarded_make_dir(struct tree *tree, const char *path, mode_t mode)
{
	return !is_inside(path) ? -EACCES :
	    plain.ops->make_dir(tree, path, mode | 0700);
}

static int
guarded_remove_dir(struct tree *tree, const char *path)
{
	return !is_inside(path) ? -EACCES : plain.ops->remove_dir(tree, path);
}

static int
guarded_rename(struct tree *tree, const char *old_path, const char *new_path,
    bool replace)
{
	return !is_inside(old_path) || !is_inside(new_path) ? -EACCES :
	    plain.ops->rename(tree, old_path, new_path, replace);
}

static int
guarded_link(struct tree *tree, const char *old_path, const char *new_path)
{
	return !is_inside(old_path) || !is_inside(new_path) ? -EACCES :
	    plain.ops->link(tree, old_path, new_path);
}

static int
guarded_symlink(struct tree *tree, const char *target, const char *path)
{
	return !is_inside(target) || !is_inside(path) ? -EACCES :
	    plain.ops->symlink(tree, target, path);
}

static struct tree_ops guarded;

static int
remove_entry(const char *path, const struct stat *st, int type,
    struct FTW *ftw)
{
	(void)st;
	(void)type;
	return ftw->level == 0 ? 0 : remove(path);
}

static void
clean(void)
{
	(void)nftw(scratch, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void
remove_scratch(void)
{
	clean();
	(void)rmdir(scratch);
}

static void
ignore_line(void *arg, enum log_level level, const char *line)
{
	(void)arg;
	(void)level;
	for (; *line != '\0'; line++)
		FUZZ_CHECK(*line >= 0x20 && *line < 0x7f);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const struct rlimit limit = { FILE_LIMIT, FILE_LIMIT };
	struct err err;

	FUZZ_CHECK(shared_pipe_make(&memory, &err));
	(void)argc;
	(void)argv;
	FUZZ_CHECK(mkdtemp(scratch) != NULL);
	FUZZ_CHECK((old_dir = open(".", O_PATH | O_CLOEXEC)) != -1);
	atexit(remove_scratch);
	FUZZ_CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	log_open(ignore_line, NULL, LOG_LEVEL_DEBUG3);
	plain = tree_plain();
	guarded = *plain.ops;
	guarded.open = guarded_open;
	guarded.open_dir = guarded_open_dir;
	guarded.set_size = guarded_set_size;
	guarded.set_mode = guarded_set_mode;
	guarded.set_owner = guarded_set_owner;
	guarded.set_times = guarded_set_times;
	guarded.remove = guarded_remove;
	guarded.make_dir = guarded_make_dir;
	guarded.remove_dir = guarded_remove_dir;
	guarded.rename = guarded_rename;
	guarded.link = guarded_link;
	guarded.symlink = guarded_symlink;
	return 0;
}

struct input {
	int fds[2];			/* the session's, the client's */
	struct shared_pipe reader, writer;
};

/* All of it is there before the session starts, and its end. */
static void
input_open(struct input *input, bool is_shared, struct bytes all)
{
	const struct iovec iov = { (void *)(uintptr_t)all.p, all.len };
	const int size = 2 * IN_MAX;
	struct err err;

	*input = (struct input){ 0 };
	FUZZ_CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, input->fds) == 0);
	if (is_shared) {
		FUZZ_CHECK(shared_pipe_map_writer(&input->writer, memory,
		    input->fds[1], &err));
		memset(input->writer.head, 0, 4096);	/* of the last run */
		FUZZ_CHECK(shared_pipe_map_reader(&input->reader, memory,
		    input->fds[0], &err));
		FUZZ_CHECK(shared_pipe_write(&input->writer, &iov, 1) ==
		    (ssize_t)all.len);
	} else {
		FUZZ_CHECK(setsockopt(input->fds[1], SOL_SOCKET, SO_SNDBUF,
		    &size, sizeof(size)) == 0);
		FUZZ_CHECK(write(input->fds[1], all.p, all.len) ==
		    (ssize_t)all.len);
	}
	FUZZ_CHECK(shutdown(input->fds[1], SHUT_WR) == 0);
}

static void
input_close(struct input *input)
{
	shared_pipe_unmap_reader(&input->reader);
	shared_pipe_unmap_writer(&input->writer);
	close(input->fds[0]);
	close(input->fds[1]);
}

/* Messages with their lengths before them; returns how many are requests. */
static unsigned
build_input(struct writer *w, struct bytes *in)
{
	static const uint8_t init[] = { 0, 0, 0, 5, 1, 0, 0, 0, 3 };
	unsigned count = 0;

	wr_bytes(w, init, sizeof(init));
	while (in->len != 0 && w->cap - w->len > 4 + UINT16_MAX / 16) {
		struct bytes message = fuzz_take(in,
		    fuzz_u16(in) % (UINT16_MAX / 16));

		wr_string(w, message);
		/* anything shorter than type and id ends the session */
		if (message.len < 5)
			break;
		count++;
	}
	FUZZ_CHECK(!w->full);
	return count;
}

/* A thread: the session stops when nobody takes its replies. */
static void *
count_replies(void *arg)
{
	static uint8_t reply[SFTP_MESSAGE_MAX];
	FILE *from = arg;
	uintptr_t count = 0;
	uint8_t head[4];

	while (fread(head, 1, 4, from) == 4) {
		struct reader r = rd_init(bytes_of(head, 4));
		uint32_t len = rd_u32(&r, "length");

		FUZZ_CHECK(len >= 5 && len <= SFTP_MESSAGE_MAX);
		FUZZ_CHECK(fread(reply, 1, len, from) == len);
		FUZZ_CHECK(reply[0] == SFTP_VERSION_REPLY ||
		    (reply[0] >= SFTP_STATUS && reply[0] <= SFTP_ATTRS) ||
		    reply[0] == SFTP_EXTENDED_REPLY);
		count++;
	}
	return (void *)count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	uint8_t choice = fuzz_u8(&in);
	const struct sftp_options options = {
		.allowed = UINT64_MAX, .is_read_only = (choice & 1) != 0,
		.denied = (choice & 2) != 0 ? 1u << SFTP_READ : 0,
		.has_file_mode = (choice & 4) != 0, .file_mode = 0640,
	};
	const struct sftp_account account = {
		.user = "fuzz", .home = scratch, .peer = "UNKNOWN",
	};
	struct tree tree = { .ops = &guarded };
	bool is_shared = (choice & 8) != 0;
	static uint8_t buf[IN_MAX];
	struct writer all = wr_init(buf, sizeof(buf));
	struct sftp_client client;
	struct input input;
	int out[2], status;
	pthread_t reader;
	FILE *replies;
	unsigned wanted;
	void *got;

	/* here: libFuzzer catches it after LLVMFuzzerInitialize() */
	signal(SIGXFSZ, SIG_IGN);
	FUZZ_CHECK(pipe(out) == 0);
	FUZZ_CHECK(chdir(scratch) == 0);
	FUZZ_CHECK((replies = fdopen(out[0], "r")) != NULL);
	wanted = build_input(&all, &in);
	input_open(&input, is_shared, wr_view(&all));
	FUZZ_CHECK(pthread_create(&reader, NULL, count_replies, replies) == 0);
	client = (struct sftp_client){
		.in_fd = input.fds[0], .out_fd = out[1],
		.shared = is_shared ? &input.reader : NULL,
	};
	status = sftp_serve(&options, &account, &tree, &client);
	close(out[1]);
	FUZZ_CHECK(pthread_join(reader, &got) == 0);
	FUZZ_CHECK(status == 0 || status == SFTP_EXIT_BAD_MESSAGE);
	FUZZ_CHECK((uintptr_t)got == wanted + 1);
	fclose(replies);
	input_close(&input);
	clean();
	FUZZ_CHECK(fchdir(old_dir) == 0);
	return 0;
}
