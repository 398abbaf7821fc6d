/* SPDX-License-Identifier: ISC */
#include "unit/config/config_util.h"

#include <sys/mman.h>

#include "lib/base/compiler.h"
#include "lib/base/fd.h"
#include "lib/ipc/ipc.h"

/* Something of every shape. */
static const char full[] =
    "# a comment\r\n"
    "Port 22\nPort=2222\nAddressFamily inet\n"
    "ListenAddress 127.0.0.1:99\n"
    "LoginGraceTime 1m30s\nMaxStartups 5:20:50\n"
    "Ciphers -aes192-ctr\nMACs ^hmac-sha2-512\n"
    "PubkeyAcceptedAlgorithms rsa-sha2-*," "ssh-ed25519\n"
    "RekeyLimit 1G 1h\nIPQoS af21 17\nStreamLocalBindMask 0077\n"
    "AcceptEnv LANG LC_*\nSetEnv A=b \"C=d e\" 'E=f\"g' H=\\\\i\n"
    "Subsystem sftp /usr/lib/sftp-server -l \"IN FO\"\n"
    "Subsystem \"a b\" /bin/true\n"
    "PidFile \"/run/with blank.pid\"\nBanner '/etc/#issue'\n"
    "VersionAddendum = =odd \"text\" # here\n"
    "HostKey /a\nHostKey \"/b c\"\nPermitUserEnvironment A*,B\n"
    "PermitOpen h:1 [::1]:*\nPermitListen 8080\n"
    "ChannelTimeout session=5m x11-connection=1h\n"
    "Match user fred,root address 192.0.2.0/24\n"
    "\tForceCommand echo \"it's\" # kept\n"
    "\tMaxSessions 3\n\tPermitTTY no\n"
    "Match group nosuch*,!root\n\tAuthorizedKeysFile none\n"
    "Match all\n\tLogLevel VERBOSE\n\tUnusedConnectionTimeout 90\n";

static const struct conf_spec root = {
	.user = "root", .address = "192.0.2.1", .local_port = 22,
};

static char *
text_for(struct fixture *f, const char *text, const struct conf_spec *spec)
{
	struct conf conf = fixture_conf(f, text, spec);
	char *printed = conf_text(&conf);

	conf_clear(&conf);
	return printed;
}

static void
config__what_is_printed_reads_back_as_itself(void **state)
{
	static const struct conf_spec *const specs[] = { NULL, &root };

	for (size_t i = 0; i < ARRAY_LEN(specs); i++) {
		char *first = text_for(*state, full, specs[i]);
		char *second = text_for(*state, first, NULL);

		assert_string_equal(first, second);
		free(first);
		free(second);
	}
}

static void
config__the_defaults_read_back_as_themselves(void **state)
{
	char *first = text_for(*state, "", NULL);
	char *second = text_for(*state, first, NULL);

	assert_string_equal(first, second);
	free(first);
	free(second);
}

static void
config__a_snapshot_means_the_same_as_what_was_packed(void **state)
{
	struct fixture *f = *state;
	char *before = text_for(f, full, &root), *after;
	struct config *unpacked = NULL;
	struct conf conf;
	uint8_t *packed;
	size_t len;

	assert_true(config_pack(f->config, &packed, &len, &f->err));
	assert_true(config_unpack(bytes_of(packed, len), &unpacked, &f->err));
	assert_true(config_evaluate(unpacked, &root, &conf, &f->err));
	after = conf_text(&conf);
	assert_string_equal(before, after);
	conf_clear(&conf);
	config_free(unpacked);
	free(after);
	free(before);
	free(packed);
}

static void
config__a_sealed_snapshot_is_mapped_or_nothing_is_left(void **state)
{
	struct fixture *f = *state;
	struct config *config = NULL;
	struct bytes map = { 0 };
	struct conf conf;
	char *before = text_for(f, full, NULL), *after;
	uint8_t *packed;
	size_t len;
	int fd;

	assert_true(config_pack(f->config, &packed, &len, &f->err));
	assert_true(fd_seal_bytes("whole", bytes_of(packed, len), &fd,
	    &f->err));
	assert_true(config_map(fd, &map, &config, &conf, &f->err));
	close(fd);
	after = conf_text(&conf);
	assert_string_equal(before, after);
	conf_clear(&conf);
	config_free(config);
	assert_int_equal(munmap((void *)map.p, map.len), 0);

	assert_true(fd_seal_bytes("cut", bytes_of(packed, len - 1), &fd,
	    &f->err));
	config = NULL;
	map = (struct bytes){ 0 };
	assert_false(config_map(fd, &map, &config, &conf, &f->err));
	assert_null(config);
	assert_null(map.p);
	close(fd);
	free(after);
	free(before);
	free(packed);
}

static void
config__a_log_has_the_level_of_debugging_at_least(void **state)
{
	static const struct {
		uint32_t flags, debug_count;
		enum log_level least, level;
	} rows[] = {
		{ 0, 0, LOG_LEVEL_QUIET, LOG_LEVEL_VERBOSE },
		{ 0, 2, LOG_LEVEL_DEBUG2, LOG_LEVEL_DEBUG2 },
		{ 0, UINT32_MAX, LOG_LEVEL_DEBUG3, LOG_LEVEL_DEBUG3 },
		{ SETUP_QUIET, 0, LOG_LEVEL_QUIET, LOG_LEVEL_QUIET },
		{ SETUP_QUIET, 1, LOG_LEVEL_DEBUG1, LOG_LEVEL_DEBUG1 },
	};
	struct conf conf = fixture_conf(*state, "LogLevel VERBOSE\n", NULL);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(conf_open_log(&conf,
		    SETUP_STDERR | rows[i].flags, rows[i].debug_count, -1),
		    rows[i].least);
		assert_int_equal(log_get_level(), rows[i].level);
	}
	log_open(NULL, NULL, LOG_LEVEL_QUIET);
	conf_clear(&conf);
}

static void
config__values_outlive_the_configuration(void **state)
{
	struct fixture *f = *state;
	struct conf conf = fixture_conf(f, full, &root);

	config_free(f->config);
	f->config = NULL;
	assert_string_equal(conf.force_command, "echo \"it's\" # kept");
	assert_string_equal(conf.subsystem.v[1].name, "a b");
	assert_string_equal(conf.banner, "/etc/#issue");
	conf_clear(&conf);
	conf_clear(&conf);
}

static void
config__every_truncation_of_a_snapshot_is_refused(void **state)
{
	struct fixture *f = *state;
	struct config *unpacked = NULL;
	uint8_t *packed;
	size_t len;

	assert_true(fixture_load(f, full));
	assert_true(config_pack(f->config, &packed, &len, &f->err));
	for (size_t n = 0; n < len; n++) {
		uint8_t *copy = malloc(n + 1);	/* exact: for valgrind */

		assert_non_null(copy);
		memcpy(copy, packed, n);
		assert_false(config_unpack(bytes_of(copy, n), &unpacked,
		    &f->err));
		free(copy);
	}
	packed = realloc(packed, len + 1);
	assert_non_null(packed);
	packed[len] = 0;
	assert_false(config_unpack(bytes_of(packed, len + 1), &unpacked,
	    &f->err));
	assert_int_equal(f->err.code, ERR_TRAILING);
	free(packed);
}

/* The listener wrote it, so this is about accidents: no crash, no hang. */
static void
config__a_changed_byte_of_a_snapshot_does_no_harm(void **state)
{
	struct fixture *f = *state;
	uint8_t *packed;
	size_t len;

	assert_true(fixture_load(f, full));
	assert_true(config_pack(f->config, &packed, &len, &f->err));
	for (size_t i = 0; i < len; i++) {
		static const uint8_t changes[] = { 0x01, 0x80, 0xff };

		for (size_t c = 0; c < ARRAY_LEN(changes); c++) {
			struct config *unpacked = NULL;
			struct conf conf;

			packed[i] ^= changes[c];
			if (config_unpack(bytes_of(packed, len), &unpacked,
			    &f->err) && config_evaluate(unpacked, &root,
			    &conf, &f->err))
				conf_clear(&conf);
			config_free(unpacked);
			packed[i] ^= changes[c];
		}
	}
	free(packed);
}

static void
config__a_snapshot_of_another_version_is_refused(void **state)
{
	struct fixture *f = *state;
	struct config *unpacked = NULL;
	uint8_t *packed;
	size_t len;

	assert_true(fixture_load(f, ""));
	assert_true(config_pack(f->config, &packed, &len, &f->err));
	packed[7] ^= 1;			/* the table's id */
	assert_false(config_unpack(bytes_of(packed, len), &unpacked,
	    &f->err));
	assert_int_equal(f->err.code, ERR_MISMATCH);
	free(packed);
}

static void
config__every_truncation_of_a_file_is_an_error_or_a_configuration(
    void **state)
{
	struct fixture *f = *state;

	for (size_t n = 0; n < sizeof(full); n++) {
		struct conf conf;

		fixture_write_bytes(f, "sshd_config", bytes_of(full, n));
		if (!fixture_load_args(f,
		    (struct config_args){ .file = f->path })) {
			assert_non_null(strstr(f->log, " line "));
			assert_non_null(strstr(f->log, ": terminating, "));
			continue;
		}
		assert_true(config_evaluate(f->config, &root, &conf,
		    &f->err));
		conf_clear(&conf);
	}
}

static void
config__ports_are_bounded_and_the_line_is_named(void **state)
{
	struct fixture *f = *state;
	char text[300 * 12] = "";

	for (int i = 1; i <= 256; i++)
		sprintf(text + strlen(text), "Port %d\n", i);
	assert_true(fixture_load(f, text));
	strcat(text, "Port 257\n");
	assert_refused(f, text, "line 257: Port too many ports, at most 256");
}

static void
config__without_a_host_key_line_the_defaults_are_marked(void **state)
{
	struct conf conf = fixture_conf(*state, "", NULL);

	assert_true(conf.host_key_is_default);
	assert_int_equal(conf.host_key.count, 4);
	conf_clear(&conf);
	conf = fixture_conf(*state, "HostKey /a", NULL);
	assert_false(conf.host_key_is_default);
	assert_int_equal(conf.host_key.count, 1);
	conf_clear(&conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_IN_DIR(config__what_is_printed_reads_back_as_itself),
		TEST_IN_DIR(config__the_defaults_read_back_as_themselves),
		TEST_IN_DIR(
		    config__a_snapshot_means_the_same_as_what_was_packed),
		TEST_IN_DIR(config__a_sealed_snapshot_is_mapped_or_nothing_is_left),
		TEST_IN_DIR(config__a_log_has_the_level_of_debugging_at_least),
		TEST_IN_DIR(config__values_outlive_the_configuration),
		TEST_IN_DIR(config__every_truncation_of_a_snapshot_is_refused),
		TEST_IN_DIR(config__a_changed_byte_of_a_snapshot_does_no_harm),
		TEST_IN_DIR(config__a_snapshot_of_another_version_is_refused),
		TEST_IN_DIR(
	config__every_truncation_of_a_file_is_an_error_or_a_configuration),
		TEST_IN_DIR(config__ports_are_bounded_and_the_line_is_named),
		TEST_IN_DIR(
		    config__without_a_host_key_line_the_defaults_are_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
