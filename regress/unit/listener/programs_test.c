/* SPDX-License-Identifier: ISC */
#include "regress/unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sshd/listener/privsep.h"
#include "sshd/listener/programs.h"

/* A directory of its own, with files that the cases ask for. */
struct place {
	char dir[64];
};

static void
make_place(struct place *place)
{
	strcpy(place->dir, "/tmp/postern-programs-XXXXXX");
	assert_non_null(mkdtemp(place->dir));
}

static const char *
inside(const struct place *place, const char *name, char buf[static 256])
{
	snprintf(buf, 256, "%s/%s", place->dir, name);
	return buf;
}

static void
add_dir(const struct place *place, const char *name)
{
	char path[256];

	assert_int_equal(mkdir(inside(place, name, path), 0700), 0);
}

static void
add_file(const struct place *place, const char *name, mode_t mode)
{
	char path[256];
	int fd = open(inside(place, name, path), O_WRONLY | O_CREAT, mode);

	assert_int_not_equal(fd, -1);
	close(fd);
}

static void
remove_place(const struct place *place)
{
	static const char *const names[] = {
		"config.status", "monitor/sshd-monitor", "sshd/sshd-net",
		"sshd/sshd-session", "sshd-monitor", "sshd-signer",
		"sshd-net", "sshd-session",
	};
	char path[256];

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		(void)unlink(inside(place, names[i], path));
	(void)rmdir(inside(place, "monitor", path));
	(void)rmdir(inside(place, "sshd", path));
	assert_int_equal(rmdir(place->dir), 0);
}

static void
programs__of_a_build_tree_are_the_ones_just_built(void **state)
{
	struct program_paths paths;
	struct place place;
	char binary[256], want[256];

	(void)state;
	make_place(&place);
	add_dir(&place, "sshd");
	add_file(&place, "config.status", 0600);
	programs_find(inside(&place, "sshd/sshd", binary), &paths);
	assert_string_equal(paths.path[PROGRAM_MONITOR],
	    inside(&place, "monitor/sshd-monitor", want));
	assert_string_equal(paths.path[PROGRAM_SIGNER],
	    inside(&place, "signer/sshd-signer", want));
	assert_string_equal(paths.path[PROGRAM_NET],
	    inside(&place, "sshd/sshd-net", want));
	assert_string_equal(paths.path[PROGRAM_SESSION],
	    inside(&place, "sshd/sshd-session", want));
	remove_place(&place);
}

static void
programs__beside_the_binary_are_used_when_all_are_there(void **state)
{
	struct program_paths paths;
	struct place place;
	char binary[256], want[256];

	(void)state;
	make_place(&place);
	inside(&place, "sshd", binary);
	add_file(&place, "sshd-monitor", 0700);
	add_file(&place, "sshd-signer", 0700);
	add_file(&place, "sshd-net", 0700);
	programs_find(binary, &paths);
	assert_string_equal(paths.path[PROGRAM_NET], LIBEXECDIR "/sshd-net");
	add_file(&place, "sshd-session", 0700);
	programs_find(binary, &paths);
	assert_string_equal(paths.path[PROGRAM_NET],
	    inside(&place, "sshd-net", want));
	remove_place(&place);
}

static void
programs__of_an_installed_binary_lie_in_libexec(void **state)
{
	struct program_paths paths;

	(void)state;
	programs_find("/nonexistent/sbin/sshd", &paths);
	assert_string_equal(paths.path[PROGRAM_MONITOR],
	    LIBEXECDIR "/sshd-monitor");
	assert_string_equal(paths.path[PROGRAM_NET], LIBEXECDIR "/sshd-net");
	assert_string_equal(paths.path[PROGRAM_SESSION],
	    LIBEXECDIR "/sshd-session");
}

static void
programs__one_that_is_not_executable_is_named(void **state)
{
	struct programs programs = PROGRAMS_NONE;
	struct program_paths paths;
	struct place place;
	const char *failed = NULL;
	char binary[256];
	struct err err;

	(void)state;
	make_place(&place);
	add_file(&place, "sshd-monitor", 0700);
	add_file(&place, "sshd-signer", 0700);
	add_file(&place, "sshd-net", 0600);
	add_file(&place, "sshd-session", 0700);
	programs_find(inside(&place, "sshd", binary), &paths);
	assert_false(programs_open(&paths, &programs, &failed, &err));
	assert_string_equal(failed, paths.path[PROGRAM_NET]);
	assert_int_equal(err.sys, EACCES);
	assert_int_equal(programs.fd[PROGRAM_MONITOR], -1);
	assert_int_equal(chmod(paths.path[PROGRAM_NET], 0700), 0);
	assert_true(programs_open(&paths, &programs, &failed, &err));
	for (size_t i = 0; i < PROGRAM_COUNT; i++)
		assert_int_equal(fcntl(programs.fd[i], F_GETFD), FD_CLOEXEC);
	programs_close(&programs);
	remove_place(&place);
}

struct jail_case {
	mode_t mode;
	uid_t uid;
	bool safe;
};

static void
privsep__the_empty_directory_must_be_roots_alone(void **state)
{
	static const struct jail_case cases[] = {
		{ S_IFDIR | 0755, 0, true },
		{ S_IFDIR | 0700, 0, true },
		{ S_IFDIR | 0775, 0, false },
		{ S_IFDIR | 0757, 0, false },
		{ S_IFDIR | 0755, 1000, false },
		{ S_IFREG | 0644, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct stat st = { .st_mode = cases[i].mode,
		    .st_uid = cases[i].uid };

		assert_int_equal(privsep_directory_safe(&st), cases[i].safe);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(programs__of_a_build_tree_are_the_ones_just_built),
		TEST(programs__beside_the_binary_are_used_when_all_are_there),
		TEST(programs__of_an_installed_binary_lie_in_libexec),
		TEST(programs__one_that_is_not_executable_is_named),
		TEST(privsep__the_empty_directory_must_be_roots_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
