/* SPDX-License-Identifier: ISC */
/* The line of a transfer, whatever its name and its end. */
#include "unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/compiler.h"
#include "sftp-server/audit.h"

#define WHO	"anna from 192.0.2.7 port 50123"
#define SIZE	100	/* of the file that the tree below opens */

struct fixture {
	struct tree below;	/* first */
	int open_result, close_result;
	bool was_complete;
	struct audit audit;
	struct tree *tree;	/* what is tested */
	unsigned lines;
	char line[LOG_LINE_MAX];
};

static int
fake_open(struct tree *tree, const char *path, int flags, mode_t mode,
    struct tree_file *file)
{
	struct fixture *f = (struct fixture *)tree;
	char name[] = "/tmp/audit_test.XXXXXX";

	(void)path;
	(void)flags;
	(void)mode;
	*file = (struct tree_file){ .fd = -1 };
	if (f->open_result < 0)
		return f->open_result;
	file->fd = mkstemp(name);
	assert_int_not_equal(file->fd, -1);
	assert_int_equal(unlink(name), 0);
	assert_int_equal(ftruncate(file->fd, SIZE), 0);
	return 0;
}

static int
fake_close(struct tree *tree, struct tree_file *file, bool is_complete)
{
	struct fixture *f = (struct fixture *)tree;

	f->was_complete = is_complete;
	close(file->fd);
	return f->close_result;
}

static const struct tree_ops fake_ops = {
	.open = fake_open, .close = fake_close,
};

static void
take_line(void *arg, enum log_level level, const char *line)
{
	struct fixture *f = arg;

	assert_int_equal(level, LOG_LEVEL_INFO);
	f->lines++;
	snprintf(f->line, sizeof(f->line), "%s", line);
}

/* The other lines of the server have a level of their own. */
static void
fixture_init(struct fixture *f, enum log_level level)
{
	*f = (struct fixture){ .below = { .ops = &fake_ops } };
	log_open(take_line, f, LOG_LEVEL_ERROR);
	audit_init(&f->audit, &f->below, WHO, level);
	f->tree = &f->audit.layer.tree;
}

struct transfer {
	const char *path;
	int flags;
	uint64_t bytes_read, bytes_written;
	int error;		/* of a write */
	bool is_complete;
};

static int
run(struct fixture *f, const struct transfer *t)
{
	struct tree_file file;

	assert_int_equal(f->tree->ops->open(f->tree, t->path, t->flags, 0600,
	    &file), 0);
	assert_int_not_equal(file.fd, -1);
	tree_file_note_read(&file, 0, t->bytes_read);
	file.bytes_written = t->bytes_written;
	file.error = t->error;
	return f->tree->ops->close(f->tree, &file, t->is_complete);
}

/* The line as expected, up to how long it took; the path after that. */
static void
assert_line(const struct fixture *f, const char *head, const char *tail)
{
	const char *seconds = strstr(f->line, " in ");
	char *end;

	assert_int_equal(f->lines, 1);
	assert_non_null(seconds);
	assert_int_equal(strlen(head), (size_t)(seconds - f->line));
	assert_memory_equal(f->line, head, strlen(head));
	assert_true(strtod(seconds + 4, &end) < 10);
	assert_string_equal(end, tail);
}

static void
audit__the_end_of_a_transfer_is_told(void **state)
{
	static const struct {
		struct transfer transfer;
		int close_result;
		const char *head;
	} rows[] = {
		{ { "/f", O_WRONLY | O_CREAT, 0, 7, 0, true }, 0,
		    "SFTP upload complete: " WHO ", 7 bytes" },
		{ { "/f", O_WRONLY, 0, 7, 0, false }, 0,
		    "SFTP upload partial: " WHO ", 7 bytes" },
		{ { "/f", O_RDWR, 0, 7, 0, true }, 0,
		    "SFTP upload complete: " WHO ", 7 bytes" },
		{ { "/f", O_RDWR, 0, 0, 0, true }, 0,
		    "SFTP upload complete: " WHO ", 0 bytes" },
		{ { "/f", O_RDWR, 99, 0, 0, true }, 0,
		    "SFTP download partial: " WHO ", 99 bytes" },
		{ { "/f", O_RDWR, SIZE, 0, 0, true }, 0,
		    "SFTP download complete: " WHO ", 100 bytes" },
		{ { "/f", O_WRONLY, 0, 7, -ENOSPC, false }, 0,
		    "SFTP upload failed (No space left on device): " WHO
		    ", 7 bytes" },
		{ { "/f", O_WRONLY, 0, 7, -EDQUOT, false }, -EIO,
		    "SFTP upload failed (Disk quota exceeded): " WHO
		    ", 7 bytes" },
		{ { "/f", O_WRONLY, 0, 7, 0, true }, -EEXIST,
		    "SFTP upload failed (File exists): " WHO ", 7 bytes" },
		{ { "/f", O_WRONLY, 0, UINT64_MAX, 0, true }, 0,
		    "SFTP upload complete: " WHO
		    ", 18446744073709551615 bytes" },
		{ { "/f", O_RDONLY, SIZE, 0, 0, true }, 0,
		    "SFTP download complete: " WHO ", 100 bytes" },
		{ { "/f", O_RDONLY, SIZE - 1, 0, 0, true }, 0,
		    "SFTP download partial: " WHO ", 99 bytes" },
		{ { "/f", O_RDONLY, SIZE, 0, 0, false }, 0,
		    "SFTP download partial: " WHO ", 100 bytes" },
		{ { "/f", O_RDONLY, 0, 0, 0, true }, 0,
		    "SFTP download partial: " WHO ", 0 bytes" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fixture f;

		fixture_init(&f, LOG_LEVEL_INFO);
		f.close_result = rows[i].close_result;
		assert_int_equal(run(&f, &rows[i].transfer), f.close_result);
		assert_int_equal(f.was_complete,
		    rows[i].transfer.is_complete);
		assert_line(&f, rows[i].head, " s, \"/f\"");
	}
}

/* Opened for both, and used for both. */
static void
audit__both_directions_have_their_line(void **state)
{
	const struct transfer both = {
		.path = "/f", .flags = O_RDWR, .bytes_read = SIZE,
		.bytes_written = 7, .error = -ENOSPC,
	};
	const struct transfer made = {
		.path = "/f", .flags = O_RDWR | O_CREAT, .bytes_read = SIZE,
		.is_complete = true,
	};
	struct fixture f;

	(void)state;
	fixture_init(&f, LOG_LEVEL_INFO);
	assert_int_equal(run(&f, &both), 0);
	assert_int_equal(f.lines, 2);
	assert_non_null(strstr(f.line, "upload failed (No space left"));
	fixture_init(&f, LOG_LEVEL_INFO);
	assert_int_equal(run(&f, &made), 0);
	assert_int_equal(f.lines, 2);
	assert_non_null(strstr(f.line, "upload complete"));
}

static void
audit__bytes_read_twice_are_no_whole_file(void **state)
{
	struct tree_file file;
	struct fixture f;

	(void)state;
	fixture_init(&f, LOG_LEVEL_INFO);
	assert_int_equal(f.tree->ops->open(f.tree, "/f", O_RDONLY, 0, &file),
	    0);
	for (int i = 0; i < 5; i++)
		tree_file_note_read(&file, 0, SIZE / 2);
	assert_int_equal(f.tree->ops->close(f.tree, &file, true), 0);
	assert_line(&f, "SFTP download partial: " WHO ", 250 bytes",
	    " s, \"/f\"");
}

static void
audit__a_look_of_the_server_is_no_transfer(void **state)
{
	struct tree_file file;
	struct fixture f;

	(void)state;
	fixture_init(&f, LOG_LEVEL_INFO);
	assert_int_equal(f.tree->ops->open(f.tree, "/f",
	    O_RDONLY | TREE_O_NO_TRANSFER, 0, &file), 0);
	assert_int_equal(f.tree->ops->close(f.tree, &file, true), 0);
	assert_int_equal(f.lines, 0);
}

static void
audit__no_name_makes_another_line(void **state)
{
	static const struct {
		const char *path, *tail;
	} rows[] = {
		{ "/a\nSFTP upload complete: root", " s, "
		    "\"/a\\nSFTP upload complete: root\"" },
		{ "/a\r\033[2K\t\177", " s, \"/a\\r\\033[2K\\t\\177\"" },
		{ "/gr\303\274n", " s, \"/gr\\303\\274n\"" },
		{ "/\377\376\200", " s, \"/\\377\\376\\200\"" },
		{ "/%s%n%100000d", " s, \"/%s%n%100000d\"" },
		{ "/a\", 5 bytes in 0.000 s, \"/b",
		    " s, \"/a\", 5 bytes in 0.000 s, \"/b\"" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct transfer transfer = {
			.path = rows[i].path, .flags = O_WRONLY,
			.is_complete = true,
		};
		struct fixture f;

		fixture_init(&f, LOG_LEVEL_INFO);
		assert_int_equal(run(&f, &transfer), 0);
		assert_line(&f, "SFTP upload complete: " WHO ", 0 bytes",
		    rows[i].tail);
	}
}

/* What matters comes before the path, which may not fit. */
static void
audit__a_long_path_is_cut_and_nothing_else(void **state)
{
	char path[PATH_MAX];
	const struct transfer transfer = {
		.path = path, .flags = O_RDONLY, .bytes_read = 1,
		.is_complete = true,
	};
	static const char head[] =
	    "SFTP download partial: " WHO ", 1 bytes in ";
	struct fixture f;

	(void)state;
	for (int byte = 'x'; byte != 0; byte = byte == 'x' ? 0377 : 0) {
		memset(path, byte, sizeof(path) - 1);
		path[0] = '/';
		path[sizeof(path) - 1] = '\0';
		fixture_init(&f, LOG_LEVEL_INFO);
		assert_int_equal(run(&f, &transfer), 0);
		assert_int_equal(f.lines, 1);
		assert_memory_equal(f.line, head, sizeof(head) - 1);
		assert_true(strlen(f.line) > LOG_LINE_MAX - 10);
	}
}

static void
audit__lines_have_a_level_of_their_own(void **state)
{
	const struct transfer transfer = {
		.path = "/f", .flags = O_WRONLY, .is_complete = true,
	};
	struct fixture f;

	(void)state;
	for (enum log_level level = LOG_LEVEL_QUIET;
	    level <= LOG_LEVEL_DEBUG3; level++) {
		fixture_init(&f, level);
		assert_int_equal(run(&f, &transfer), 0);
		assert_int_equal(f.lines, level >= LOG_LEVEL_INFO);
		assert_int_equal(log_get_level(), LOG_LEVEL_ERROR);
	}
}

static void
audit__a_file_that_is_not_opened_is_no_transfer(void **state)
{
	struct tree_file file;
	struct fixture f;

	(void)state;
	fixture_init(&f, LOG_LEVEL_INFO);
	f.open_result = -EACCES;
	assert_int_equal(f.tree->ops->open(f.tree, "/f", O_RDONLY, 0, &file),
	    -EACCES);
	assert_int_equal(file.fd, -1);
	assert_int_equal(f.lines, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(audit__the_end_of_a_transfer_is_told),
		TEST(audit__both_directions_have_their_line),
		TEST(audit__bytes_read_twice_are_no_whole_file),
		TEST(audit__a_look_of_the_server_is_no_transfer),
		TEST(audit__no_name_makes_another_line),
		TEST(audit__a_long_path_is_cut_and_nothing_else),
		TEST(audit__lines_have_a_level_of_their_own),
		TEST(audit__a_file_that_is_not_opened_is_no_transfer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
