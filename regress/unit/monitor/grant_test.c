/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/wire/reader.h"
#include "monitor/grant.h"

/* Everything permitted, nothing configured; tests change what they need. */
struct fixture {
	struct conf conf;
	struct key_options options;
	struct user user;
	struct peer peer;
	enum grant_account account;
	struct grant grant;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->conf = (struct conf){
		.permit_tty = true, .permit_user_rc = true,
		.allow_tcp_forwarding = FORWARDING_YES,
		.allow_stream_local_forwarding = FORWARDING_YES,
		.allow_agent_forwarding = true, .x11_forwarding = true,
		.x11_use_localhost = true, .x11_display_offset = 10,
		.x_auth_location = "/usr/bin/xauth",
		.max_sessions = 10, .stream_local_bind_mask = 0177,
	};
	key_options_init(&f->options);
	f->user = (struct user){
		.name = strdup("fred"), .home = strdup("/home/fred"),
		.shell = strdup("/bin/sh"), .uid = 1001, .gid = 1002,
		.exists = true, .valid = true,
	};
	peer_init(&f->peer);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	grant_clear(&f->grant);
	key_options_clear(&f->options);
	user_clear(&f->user);
	free(f);
	return 0;
}

static const struct ipc_GRANT *
build(struct fixture *f)
{
	const struct grant_input in = {
		.conf = &f->conf, .options = &f->options, .user = &f->user,
		.peer = &f->peer, .account = f->account, .is_root = true,
	};
	struct err err;

	grant_clear(&f->grant);
	assert_true(grant_build(&in, &f->grant, &err));
	return &f->grant.message;
}

/* A run of strings as "a|b|c". */
static const char *
joined(struct bytes run)
{
	static char out[1024];
	struct reader r = rd_init(run);
	size_t len = 0;
	bool first = true;
	struct err err;

	out[0] = '\0';
	for (; rd_left(&r) != 0; first = false) {
		struct bytes s = rd_string(&r, 512, "entry");

		len += (size_t)snprintf(out + len, sizeof(out) - len,
		    "%s%.*s", first ? "" : "|", (int)s.len,
		    (const char *)s.p);
	}
	assert_true(rd_end(&r, &err));
	return out;
}

static void
grant_build__carries_the_account(void **state)
{
	const struct ipc_GRANT *m = build(*state);

	assert_int_equal(m->uid, 1001);
	assert_int_equal(m->gid, 1002);
	assert_true(bytes_is(m->user, "fred"));
	assert_true(bytes_is(m->home, "/home/fred"));
	assert_true(bytes_is(m->shell, "/bin/sh"));
	assert_true(bytes_is(m->peer_address, "UNKNOWN"));
	assert_int_equal(m->peer_port, 65535);
	assert_int_equal(m->forced_by, FORCED_BY_NONE);
	assert_int_equal(m->chroot_dir.len, 0);
	assert_int_equal(m->permit_open.len, 0);
}

/* Each switch, alone, takes exactly these rights. */
static void
grant_build__key_and_configuration_must_both_permit(void **state)
{
	struct fixture *f = *state;
	const uint32_t forwarding = PERMIT_LOCAL_TCP | PERMIT_REMOTE_TCP |
	    PERMIT_LOCAL_STREAM | PERMIT_REMOTE_STREAM;
	const uint32_t all = forwarding | PERMIT_PTY | PERMIT_USER_RC |
	    PERMIT_X11 | PERMIT_AGENT;

	assert_int_equal(build(f)->permit, all);
	f->options.pty = false;
	assert_int_equal(build(f)->permit, all & ~(uint32_t)PERMIT_PTY);
	f->options.pty = true;
	f->conf.permit_tty = false;
	assert_int_equal(build(f)->permit, all & ~(uint32_t)PERMIT_PTY);
	f->conf.permit_tty = true;
	f->options.port_forwarding = false;
	assert_int_equal(build(f)->permit, (all & ~forwarding) |
	    FORBIDDEN_BY_KEY);
	f->options.port_forwarding = true;
	f->conf.disable_forwarding = true;
	assert_int_equal(build(f)->permit, PERMIT_PTY | PERMIT_USER_RC |
	    FORBIDDEN_BY_CONFIG);
	f->conf.disable_forwarding = false;
	f->conf.allow_tcp_forwarding = FORWARDING_LOCAL;
	assert_int_equal(build(f)->permit, all & ~(uint32_t)PERMIT_REMOTE_TCP);
	f->conf.allow_tcp_forwarding = FORWARDING_REMOTE;
	assert_int_equal(build(f)->permit, all & ~(uint32_t)PERMIT_LOCAL_TCP);
	f->conf.allow_tcp_forwarding = FORWARDING_YES;
	f->conf.allow_stream_local_forwarding = FORWARDING_NO;
	assert_int_equal(build(f)->permit, all &
	    ~(uint32_t)(PERMIT_LOCAL_STREAM | PERMIT_REMOTE_STREAM));
	f->conf.allow_stream_local_forwarding = FORWARDING_YES;
	f->conf.x11_forwarding = false;
	assert_int_equal(build(f)->permit, all & ~(uint32_t)PERMIT_X11);
	f->conf.x11_forwarding = true;
	f->options.x11_forwarding = false;
	assert_int_equal(build(f)->permit, (all & ~(uint32_t)PERMIT_X11) |
	    X11_FORBIDDEN_BY_KEY);
	f->options.x11_forwarding = true;
	f->conf.x11_use_localhost = false;
	assert_int_equal(build(f)->permit, all | PERMIT_X11_REMOTE);
	f->conf.x11_use_localhost = true;
	f->conf.allow_agent_forwarding = false;
	assert_int_equal(build(f)->permit, all & ~(uint32_t)PERMIT_AGENT);
	f->conf.allow_agent_forwarding = true;
	f->options.agent_forwarding = false;
	assert_int_equal(build(f)->permit, (all & ~(uint32_t)PERMIT_AGENT) |
	    AGENT_FORBIDDEN_BY_KEY);
	f->options.agent_forwarding = true;
	f->options.user_rc = false;
	assert_int_equal(build(f)->permit, all & ~(uint32_t)PERMIT_USER_RC);
	f->options.user_rc = true;
	f->conf.log_forwards = true;
	assert_int_equal(build(f)->permit, all | PERMIT_FORWARD_LINES);
}

/* A root or rules: nothing that could get around them. */
static void
grant_build__a_login_for_sftp_only_is_permitted_nothing_else(void **state)
{
	static const char *rules[] = { "/**=read" };
	struct fixture *f = *state;

	assert_int_equal(build(f)->sftp_flags, 0);
	f->conf.sftp_root = "/srv/%u/%U/%h";
	assert_true(bytes_is(build(f)->sftp_root, "/srv/fred/1001//home/fred"));
	assert_int_equal(f->grant.message.permit, FORBIDDEN_BY_CONFIG);
	assert_int_equal(f->grant.message.sftp_flags, GRANT_SFTP_ONLY);
	f->options.sftp_root = strdup("~/key");
	assert_true(bytes_is(build(f)->sftp_root, "/srv/fred/1001//home/fred"));
	f->conf.sftp_root = NULL;
	assert_true(bytes_is(build(f)->sftp_root, "/home/fred/key"));
	free(f->options.sftp_root);
	f->options.sftp_root = NULL;
	f->conf.sftp_rights.v = rules;
	f->conf.sftp_rights.count = 1;
	assert_string_equal(joined(build(f)->sftp_rights), "/**=read");
	assert_int_equal(f->grant.message.sftp_root.len, 0);
	assert_int_equal(f->grant.message.permit, FORBIDDEN_BY_CONFIG);
	assert_int_equal(f->grant.message.sftp_flags, GRANT_SFTP_ONLY);
}

static void
grant_build__uploads_are_as_configured(void **state)
{
	struct fixture *f = *state;

	f->conf.sftp_audit = true;
	f->conf.sftp_upload = SFTP_UPLOAD_ATOMIC;
	assert_int_equal(build(f)->sftp_flags, GRANT_SFTP_AUDIT |
	    GRANT_SFTP_ATOMIC);
	f->conf.sftp_upload = SFTP_UPLOAD_SYNCED;
	assert_int_equal(build(f)->sftp_flags, GRANT_SFTP_AUDIT |
	    GRANT_SFTP_ATOMIC | GRANT_SFTP_SYNCED);
}

static void
grant_build__tunnels_need_the_configuration_and_a_restricted_key_its_unit(
    void **state)
{
	struct fixture *f = *state;
	const uint32_t both = PERMIT_TUN_POINT | PERMIT_TUN_ETHERNET;

	assert_int_equal(build(f)->permit & both, 0);
	f->conf.permit_tunnel = TUNNEL_POINT_TO_POINT;
	assert_int_equal(build(f)->permit & both, PERMIT_TUN_POINT);
	f->conf.permit_tunnel = TUNNEL_ETHERNET;
	assert_int_equal(build(f)->permit & both, PERMIT_TUN_ETHERNET);
	f->conf.permit_tunnel = TUNNEL_YES;
	assert_int_equal(build(f)->permit & both, both);
	assert_int_equal(build(f)->tun_forced, 0);
	f->options.restricted = true;
	assert_int_equal(build(f)->permit & both, 0);
	f->options.tunnel = 7;
	assert_int_equal(build(f)->permit & both, both);
	assert_int_equal(build(f)->tun_forced, 1);
	assert_int_equal(build(f)->tun_unit, 7);
	f->conf.disable_forwarding = true;
	assert_int_equal(build(f)->permit & both, 0);
}

static void
grant_build__the_administrators_command_beats_the_keys(void **state)
{
	struct fixture *f = *state;
	const struct ipc_GRANT *m;

	f->options.command = strdup("of key");
	m = build(f);
	assert_int_equal(m->forced_by, FORCED_BY_KEY);
	assert_true(bytes_is(m->forced_command, "of key"));
	f->conf.force_command = "of config";
	m = build(f);
	assert_int_equal(m->forced_by, FORCED_BY_CONFIG);
	assert_true(bytes_is(m->forced_command, "of config"));
}

static void
grant_build__both_lists_of_ports_go_along(void **state)
{
	struct fixture *f = *state;
	const char *open[] = { "db:5432", "[2001:db8::1]:*", "*:80" };
	const char *listen[] = { "8080", "localhost:*" };
	struct err err;
	const struct ipc_GRANT *m;

	f->conf.permit_open = (struct conf_list){ open, ARRAY_LEN(open) };
	f->conf.permit_listen = (struct conf_list){ listen,
	    ARRAY_LEN(listen) };
	assert_true(string_list_add(&f->options.permit_open,
	    BYTES_LIT("key:1"), 10, &err));
	assert_true(string_list_add(&f->options.permit_listen,
	    BYTES_LIT("*:2"), 10, &err));
	m = build(f);
	assert_string_equal(joined(m->permit_open),
	    "db|5432|2001:db8::1|*|*|80");
	assert_string_equal(joined(m->permit_listen),
	    "*|8080|localhost|*");
	assert_string_equal(joined(m->key_permit_open), "key|1");
	assert_string_equal(joined(m->key_permit_listen), "*|2");
}

/* An empty list would allow everything. */
static void
grant_build__none_and_nonsense_permit_nothing(void **state)
{
	struct fixture *f = *state;
	const char *lists[] = { "none", "host:99999", "host", ":0", "" };

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		f->conf.permit_open = (struct conf_list){ &lists[i], 1 };
		assert_string_equal(joined(build(f)->permit_open), "|");
	}
}

static void
grant_build__key_environment_needs_the_administrators_leave(void **state)
{
	struct fixture *f = *state;
	struct err err;

	assert_true(string_list_add(&f->options.environment,
	    BYTES_LIT("LANG=C"), 10, &err));
	assert_true(string_list_add(&f->options.environment,
	    BYTES_LIT("LD_PRELOAD=x"), 10, &err));
	assert_string_equal(joined(build(f)->key_env), "");
	assert_int_equal(build(f)->permit & PERMIT_USER_ENV, 0);
	f->conf.permit_user_environment = true;
	f->conf.permit_user_environment_names = "LANG,LC_*";
	assert_string_equal(joined(build(f)->key_env), "LANG=C");
	assert_true(bytes_is(build(f)->user_env_names, "LANG,LC_*"));
	f->conf.permit_user_environment_names = NULL;
	assert_string_equal(joined(build(f)->key_env),
	    "LANG=C|LD_PRELOAD=x");
	assert_int_not_equal(build(f)->permit & PERMIT_USER_ENV, 0);
	assert_true(bytes_is(build(f)->user_env_names, "*"));
}

static void
grant_build__lists_of_the_configuration_keep_their_order(void **state)
{
	struct fixture *f = *state;
	const char *accept[] = { "LANG", "LC_*" }, *set[] = { "A=1", "B=2" };
	struct conf_subsystem subsystems[] = {
		{ "sftp", "/usr/lib/sftp-server -l INFO" },
		{ "echo", "/bin/cat" },
	};
	const struct ipc_GRANT *m;

	f->conf.accept_env = (struct conf_list){ accept, 2 };
	f->conf.set_env = (struct conf_list){ set, 2 };
	f->conf.subsystem = (struct conf_subsystems){ subsystems, 2 };
	m = build(f);
	assert_string_equal(joined(m->accept_env), "LANG|LC_*");
	assert_string_equal(joined(m->set_env), "A=1|B=2");
	assert_string_equal(joined(m->subsystems),
	    "sftp|/usr/lib/sftp-server -l INFO|echo|/bin/cat");
}

static void
grant_build__the_chroot_path_is_expanded(void **state)
{
	static const struct { const char *dir, *want; } rows[] = {
		{ "/jail/%u", "/jail/fred" },
		{ "%h", "/home/fred" },
		{ "~", "/home/fred" },
		{ "~/x", "/home/fred/x" },
		{ "/j/%U", "/j/1001" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		f->conf.chroot_directory = rows[i].dir;
		assert_true(bytes_is(build(f)->chroot_dir, rows[i].want));
	}
}

static void
grant_build__a_chroot_that_cannot_be_kept_is_no_login(void **state)
{
	struct fixture *f = *state;
	struct grant_input in = {
		.conf = &f->conf, .options = &f->options, .user = &f->user,
		.peer = &f->peer, .is_root = false,
	};
	struct err err;

	f->conf.chroot_directory = "/jail";
	assert_false(grant_build(&in, &f->grant, &err));
	assert_int_equal(err.code, ERR_DENIED);
	in.is_root = true;
	f->conf.chroot_directory = "/jail/%x";
	assert_false(grant_build(&in, &f->grant, &err));
	assert_int_equal(err.code, ERR_FORMAT);
}

#define ROW(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

static void
grant_build__an_account_that_is_not_good_may_have_a_terminal_only(void **state)
{
	struct fixture *f = *state;
	const struct ipc_GRANT *m = build(f);

	assert_int_equal(m->account, ACCOUNT_GOOD);
	assert_int_not_equal(m->permit, PERMIT_PTY);
	f->account = ACCOUNT_PASSWORD_EXPIRED;
	m = build(f);
	assert_int_equal(m->account, ACCOUNT_PASSWORD_EXPIRED);
	assert_int_equal(m->permit, PERMIT_PTY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(grant_build__carries_the_account),
		ROW(grant_build__key_and_configuration_must_both_permit),
		ROW(grant_build__a_login_for_sftp_only_is_permitted_nothing_else),
		ROW(grant_build__uploads_are_as_configured),
		ROW(grant_build__tunnels_need_the_configuration_and_a_restricted_key_its_unit),
		ROW(grant_build__the_administrators_command_beats_the_keys),
		ROW(grant_build__both_lists_of_ports_go_along),
		ROW(grant_build__none_and_nonsense_permit_nothing),
		ROW(grant_build__key_environment_needs_the_administrators_leave),
		ROW(grant_build__lists_of_the_configuration_keep_their_order),
		ROW(grant_build__the_chroot_path_is_expanded),
		ROW(grant_build__a_chroot_that_cannot_be_kept_is_no_login),
		ROW(grant_build__an_account_that_is_not_good_may_have_a_terminal_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
