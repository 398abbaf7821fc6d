/* SPDX-License-Identifier: ISC */
/*
 * test_tree - a directory of a test's own, with a jail in it.
 *
 * Shapes:  /tmp/NAME.XXXXXX, where the test runs: "secret", "jail", "jail/d".
 * Units:   -
 * Errors:  asserted.
 * Owns:    the directory, until test_tree_remove().
 * Source:  mkdtemp(3).
 */
#ifndef REGRESS_UNIT_SFTP_TEST_TREE_H
#define REGRESS_UNIT_SFTP_TEST_TREE_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* It holds "text". */
static inline void
test_tree_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	assert_int_not_equal(fd, -1);
	assert_int_equal(fchmod(fd, 0644), 0);
	assert_int_equal(write(fd, "text", 4), 4);
	close(fd);
}

static inline void
test_tree_make(char *top)
{
	assert_non_null(mkdtemp(top));
	assert_int_equal(chmod(top, 0755), 0);
	assert_int_equal(chdir(top), 0);
	assert_int_equal(mkdir("jail", 0755), 0);
	assert_int_equal(mkdir("jail/d", 0755), 0);
	test_tree_file("secret");
}

static inline int
test_tree_remove(const char *top)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", top);
	return system(command);
}

#endif
