/* SPDX-License-Identifier: ISC */
/*
 * config_util - configurations from text, with their log lines.
 *
 * Shapes:  each test has a folder of its own under /tmp.
 * Units:   -
 * Errors:  a set-up that fails fails the test.
 * Owns:    struct fixture its folder and what it loaded.
 * Source:  -
 */
#ifndef REGRESS_UNIT_CONFIG_UTIL_H
#define REGRESS_UNIT_CONFIG_UTIL_H

#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "sshd/config/config.h"

struct fixture {
	char dir[64];
	char path[128];			/* the main file */
	char log[16384];
	struct config *config;
	struct err err;
};

static inline void
fixture_log(void *arg, enum log_level level, const char *line)
{
	struct fixture *f = arg;
	size_t len = strlen(f->log);

	(void)level;
	snprintf(f->log + len, sizeof(f->log) - len, "%s\n", line);
}

static inline int
fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	snprintf(f->dir, sizeof(f->dir), "/tmp/config_test.XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/sshd_config", f->dir);
	log_open(fixture_log, f, LOG_LEVEL_INFO);
	*state = f;
	return 0;
}

static inline int
fixture_teardown(void **state)
{
	struct fixture *f = *state;
	char command[128];

	config_free(f->config);
	log_open(NULL, NULL, LOG_LEVEL_INFO);
	snprintf(command, sizeof(command), "rm -rf %s", f->dir);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

#define TEST_IN_DIR(t)							\
	cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)

static inline void
fixture_write_bytes(struct fixture *f, const char *name, struct bytes text)
{
	char path[256];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	assert_non_null(out = fopen(path, "w"));
	assert_int_equal(fwrite(text.p, 1, text.len, out), text.len);
	assert_int_equal(fclose(out), 0);
}

static inline void
fixture_write(struct fixture *f, const char *name, const char *text)
{
	fixture_write_bytes(f, name, bytes_str(text));
}

static inline bool
fixture_load_args(struct fixture *f, struct config_args args)
{
	config_free(f->config);
	f->config = NULL;
	f->log[0] = '\0';
	args.include_dir = f->dir;
	return config_load(&args, &f->config, &f->err);
}

/* The text as main file. */
static inline bool
fixture_load(struct fixture *f, const char *text)
{
	fixture_write(f, "sshd_config", text);
	return fixture_load_args(f, (struct config_args){ .file = f->path });
}

/* Loaded and evaluated; the test fails with the log when it can't be. */
static inline struct conf
fixture_conf(struct fixture *f, const char *text, const struct conf_spec *spec)
{
	struct conf conf;

	if (!fixture_load(f, text))
		fail_msg("not loaded: %s\n%s", text, f->log);
	if (!config_evaluate(f->config, spec, &conf, &f->err))
		fail_msg("not evaluated: %s", f->err.what);
	return conf;
}

/* What -T prints, malloc'ed. */
static inline char *
conf_text(const struct conf *conf)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	conf_print(conf, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* Is line, with its newline, one of the lines of text? */
static inline bool
has_line(const char *text, const char *line)
{
	for (const char *at = text; (at = strstr(at, line)) != NULL; at++) {
		if (at == text || at[-1] == '\n')
			return true;
	}
	return false;
}

/* Text gives these lines of -T; fails with all of them otherwise. */
static inline void
assert_prints(struct fixture *f, const char *text,
    const struct conf_spec *spec, const char *lines)
{
	struct conf conf = fixture_conf(f, text, spec);
	char *got = conf_text(&conf);

	if (!has_line(got, lines))
		fail_msg("%s\nwant: %s\ngot:\n%s", text, lines, got);
	free(got);
	conf_clear(&conf);
}

/* Text is refused, and the log has the words. */
static inline void
assert_refused(struct fixture *f, const char *text, const char *words)
{
	if (fixture_load(f, text))
		fail_msg("accepted: %s", text);
	if (strstr(f->log, words) == NULL)
		fail_msg("%s\nwant: %s\ngot:\n%s", text, words, f->log);
}

#endif
