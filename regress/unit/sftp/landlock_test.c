/* SPDX-License-Identifier: ISC */
/* A process under the rules of SftpRoot tries what a hijacked one would. */
#include "unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sftp-server/landlock.h"
#include "unit/sftp/test_tree.h"

#define SKIPPED		77	/* this kernel has no Landlock */

static char top[] = "/tmp/landlock_test.XXXXXX";

static int
setup(void **state)
{
	(void)state;
	test_tree_make(top);
	test_tree_file("jail/file");
	assert_int_equal(symlink("../secret", "jail/way"), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	return test_tree_remove(top);
}

/* fn in a process that is locked into the directory jail. */
static void
in_jail(int (*fn)(void))
{
	int status;
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		struct err err;
		int root = open("jail", O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (!landlock_enter(root, &err))
			_exit(err.code == ERR_NOT_FOUND ? SKIPPED : 99);
		_exit(fn());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == SKIPPED)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* The number of the step that did what it must not do, or 0. */
#define MUST_FAIL(step, call)						\
	do {								\
		if ((call) != -1)					\
			return step;					\
	} while (0)
#define MUST_WORK(step, call)						\
	do {								\
		if ((call) == -1)					\
			return step;					\
	} while (0)

static int
try_files_outside(void)
{
	MUST_FAIL(1, open("secret", O_RDONLY | O_CLOEXEC));
	MUST_FAIL(2, open("jail/way", O_RDONLY | O_CLOEXEC));
	MUST_FAIL(3, open("/etc/passwd", O_RDONLY | O_CLOEXEC));
	MUST_FAIL(4, open("secret", O_WRONLY | O_CLOEXEC));
	MUST_FAIL(5, open("made", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	MUST_FAIL(6, unlink("secret"));
	MUST_FAIL(7, mkdir("dir", 0700));
	MUST_FAIL(8, rename("secret", "jail/secret"));
	MUST_FAIL(9, rename("jail/file", "file"));
	MUST_FAIL(10, link("secret", "jail/secret"));
	MUST_FAIL(11, symlink("x", "link"));
	MUST_FAIL(12, open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	MUST_FAIL(13, open("/proc/self/mem", O_RDWR | O_CLOEXEC));
	return 0;
}

static int
try_programs_and_devices(void)
{
	char *const argv[] = { NULL }, *const envp[] = { NULL };
	int fd;

	MUST_FAIL(1, execve("/bin/true", argv, envp));
	MUST_WORK(2, fd = open("jail/program", O_WRONLY | O_CREAT | O_CLOEXEC,
	    0700));
	MUST_WORK(3, (int)write(fd, "#!/bin/true\n", 12));
	close(fd);
	MUST_FAIL(4, execve("jail/program", argv, envp));
	MUST_FAIL(5, mknod("jail/null", S_IFCHR | 0600, 0x103));
	MUST_FAIL(6, mkfifo("jail/fifo", 0600));
	MUST_FAIL(7, open("/dev/null", O_RDWR | O_CLOEXEC));
	return 0;
}

static int
try_what_is_permitted(void)
{
	int fd;

	MUST_WORK(1, fd = open("jail/new", O_RDWR | O_CREAT | O_CLOEXEC,
	    0600));
	MUST_WORK(2, (int)write(fd, "text", 4));
	MUST_WORK(3, ftruncate(fd, 1));
	close(fd);
	MUST_WORK(4, rename("jail/new", "jail/d/new"));
	MUST_WORK(5, link("jail/d/new", "jail/twin"));
	MUST_WORK(6, open("jail/twin", O_RDWR | O_TRUNC | O_CLOEXEC));
	MUST_WORK(7, symlink("twin", "jail/link"));
	MUST_WORK(8, open("jail", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	MUST_WORK(9, unlink("jail/link"));
	MUST_WORK(10, unlink("jail/d/new"));
	MUST_WORK(11, rmdir("jail/d"));
	MUST_WORK(12, mkdir("jail/d", 0755));
	return 0;
}

static void
landlock_enter__hides_all_that_is_outside(void **state)
{
	(void)state;
	in_jail(try_files_outside);
}

static void
landlock_enter__executes_nothing_and_makes_no_device(void **state)
{
	(void)state;
	in_jail(try_programs_and_devices);
}

static void
landlock_enter__leaves_what_sftp_needs(void **state)
{
	(void)state;
	in_jail(try_what_is_permitted);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(landlock_enter__hides_all_that_is_outside),
		TEST(landlock_enter__executes_nothing_and_makes_no_device),
		TEST(landlock_enter__leaves_what_sftp_needs),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
