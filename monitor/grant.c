/* SPDX-License-Identifier: ISC */
#include "monitor/grant.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/host_port.h"
#include "lib/base/log.h"
#include "lib/base/pattern.h"
#include "lib/wire/connection.h"
#include "lib/wire/writer.h"
#include "monitor/tokens.h"

static uint32_t
permit_mask(const struct conf *conf, const struct key_options *options)
{
	bool forwarding = options->port_forwarding && !conf->disable_forwarding;
	/* a restricted key may have the unit that it names */
	bool key_tunnels = !options->restricted || options->tunnel != -1;
	bool tunnels = !conf->disable_forwarding && key_tunnels;
	const struct {
		enum grant_permit bit;
		bool on;
	} rows[] = {
		{ PERMIT_PTY, conf->permit_tty && options->pty },
		{ PERMIT_LOCAL_TCP, forwarding &&
		    (conf->allow_tcp_forwarding & FORWARDING_LOCAL) != 0 },
		{ PERMIT_REMOTE_TCP, forwarding &&
		    (conf->allow_tcp_forwarding & FORWARDING_REMOTE) != 0 },
		{ PERMIT_LOCAL_STREAM, forwarding &&
		    (conf->allow_stream_local_forwarding &
		    FORWARDING_LOCAL) != 0 },
		{ PERMIT_REMOTE_STREAM, forwarding &&
		    (conf->allow_stream_local_forwarding &
		    FORWARDING_REMOTE) != 0 },
		{ PERMIT_X11, conf->x11_forwarding &&
		    !conf->disable_forwarding && options->x11_forwarding },
		{ PERMIT_X11_REMOTE, !conf->x11_use_localhost },
		{ PERMIT_AGENT, conf->allow_agent_forwarding &&
		    !conf->disable_forwarding && options->agent_forwarding },
		{ PERMIT_TUN_POINT, tunnels &&
		    (conf->permit_tunnel & TUNNEL_POINT_TO_POINT) != 0 },
		{ PERMIT_TUN_ETHERNET, tunnels &&
		    (conf->permit_tunnel & TUNNEL_ETHERNET) != 0 },
		{ PERMIT_FORWARD_LINES, conf->log_forwards },
		{ FORBIDDEN_BY_CONFIG, conf->disable_forwarding },
		{ FORBIDDEN_BY_KEY, !options->port_forwarding },
		{ X11_FORBIDDEN_BY_KEY, !options->x11_forwarding },
		{ AGENT_FORBIDDEN_BY_KEY, !options->agent_forwarding },
		{ TUN_FORBIDDEN_BY_KEY, !key_tunnels },
		{ PERMIT_STREAM_UNLINK, conf->stream_local_bind_unlink },
		{ PERMIT_USER_RC, conf->permit_user_rc && options->user_rc },
		{ PERMIT_MOTD, conf->print_motd },
		{ PERMIT_LAST_LOGIN, conf->print_last_log },
		{ PERMIT_USER_ENV, conf->permit_user_environment },
	};
	uint32_t mask = 0;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (rows[i].on)
			mask |= (uint32_t)rows[i].bit;
	}
	return mask;
}

/* What was written since `from`, as a slice. */
static struct bytes
slice(const struct writer *w, size_t from)
{
	return bytes_of(w->p + from, w->len - from);
}

static struct bytes
write_list(struct writer *w, const char *const *v, size_t count)
{
	size_t from = w->len;

	for (size_t i = 0; i < count; i++)
		wr_cstring(w, v[i]);
	return slice(w, from);
}

static struct bytes
write_subsystems(struct writer *w, const struct conf_subsystems *list)
{
	size_t from = w->len;

	for (size_t i = 0; i < list->count; i++) {
		wr_cstring(w, list->v[i].name);
		wr_cstring(w, list->v[i].command);
	}
	return slice(w, from);
}

/* environment= of the key, as far as PermitUserEnvironment wants it. */
static struct bytes
write_key_env(struct writer *w, const struct conf *conf,
    const struct key_options *options)
{
	const char *names = conf->permit_user_environment_names;
	size_t from = w->len;

	for (size_t i = 0; i < options->environment.count &&
	    conf->permit_user_environment; i++) {
		const char *pair = options->environment.v[i];
		struct bytes name = bytes_of(pair, strcspn(pair, "="));

		if (names == NULL || pattern_list_match(bytes_str(names),
		    name) == PATTERN_YES)
			wr_cstring(w, pair);
	}
	return slice(w, from);
}

typedef bool split_fn(struct bytes text, struct bytes *host, uint16_t *port);

/*
 * "host:port" each; what can't be understood, as the word `none`, becomes
 * the entry that fits nothing: a list never gets shorter than it was, so a
 * typing error does not open it.
 */
static struct bytes
write_ports(struct writer *w, const char *const *v, size_t count,
    split_fn *split)
{
	size_t from = w->len;

	for (size_t i = 0; i < count; i++) {
		struct bytes host;
		uint16_t port;
		char digits[8] = "*";

		if (!split(bytes_str(v[i]), &host, &port)) {
			wr_cstring(w, "");
			wr_cstring(w, "");
			continue;
		}
		if (port != 0)
			snprintf(digits, sizeof(digits), "%u", port);
		wr_string(w, host);
		wr_cstring(w, digits);
	}
	return slice(w, from);
}

static void
choose_command(const struct grant_input *in, struct ipc_GRANT *m)
{
	m->forced_by = FORCED_BY_NONE;
	if (in->conf->force_command != NULL) {
		m->forced_command = bytes_str(in->conf->force_command);
		m->forced_by = FORCED_BY_CONFIG;
	} else if (in->options->command != NULL) {
		m->forced_command = bytes_str(in->options->command);
		m->forced_by = FORCED_BY_KEY;
	}
}

/* A path with its tokens; a leading ~ is the home directory. */
static MUST_CHECK bool
write_dir(const struct grant_input *in, const char *dir, struct writer *w,
    struct bytes *out, struct err *err)
{
	char uid[16], path[PATH_MAX];
	const struct token tokens[] = {
		{ 'h', in->user->home }, { 'u', in->user->name }, { 'U', uid },
	};
	size_t from = w->len;

	snprintf(uid, sizeof(uid), "%u", (unsigned)in->user->uid);
	if (dir[0] == '~' && (dir[1] == '/' || dir[1] == '\0')) {
		wr_bytes(w, in->user->home, strlen(in->user->home));
		dir++;
	}
	if (!tokens_expand(dir, tokens, ARRAY_LEN(tokens), path, sizeof(path),
	    err))
		return false;
	wr_bytes(w, path, strlen(path));
	*out = slice(w, from);
	return true;
}

static MUST_CHECK bool
write_chroot(const struct grant_input *in, struct writer *w,
    struct bytes *out, struct err *err)
{
	if (in->conf->chroot_directory == NULL)
		return true;
	if (!in->is_root) {
		log_error("server lacks privileges to chroot to "
		    "ChrootDirectory");
		return err_set(err, ERR_DENIED, "ChrootDirectory");
	}
	return write_dir(in, in->conf->chroot_directory, w, out, err);
}

/*
 * The configuration's root goes before the key's. A relative one would
 * depend on where we are.
 */
static MUST_CHECK bool
write_sftp(const struct grant_input *in, struct writer *w,
    struct ipc_GRANT *m, struct err *err)
{
	const struct conf *conf = in->conf;
	const char *root = conf->sftp_root != NULL ? conf->sftp_root :
	    in->options->sftp_root;

	m->sftp_file_mode = conf->sftp_modes.file;
	m->sftp_dir_mode = conf->sftp_modes.directory;
	m->sftp_umask = conf->sftp_modes.umask;
	m->sftp_flags = (conf->sftp_audit ? GRANT_SFTP_AUDIT : 0) |
	    (conf->sftp_upload != SFTP_UPLOAD_DIRECT ? GRANT_SFTP_ATOMIC : 0) |
	    (conf->sftp_upload == SFTP_UPLOAD_SYNCED ? GRANT_SFTP_SYNCED : 0);
	m->sftp_rights = write_list(w, conf->sftp_rights.v,
	    conf->sftp_rights.count);
	if (root == NULL && conf->sftp_rights.count == 0)
		return true;
	/* what a shell or a forwarding could get around is not permitted */
	m->sftp_flags |= GRANT_SFTP_ONLY;
	m->permit = (m->permit & PERMIT_FORWARD_LINES) | FORBIDDEN_BY_CONFIG;
	m->auth_info = bytes_str("");	/* no program could read the file */
	if (root == NULL)
		return true;
	if (!write_dir(in, root, w, &m->sftp_root, err))
		return false;
	return (m->sftp_root.len != 0 && m->sftp_root.p[0] == '/') ||
	    err_set(err, ERR_FORMAT, "SftpRoot is not absolute");
}

bool
grant_build(const struct grant_input *in, struct grant *out, struct err *err)
{
	const struct conf *conf = in->conf;
	const struct key_options *options = in->options;
	struct ipc_GRANT m = {
		.uid = in->user->uid, .gid = in->user->gid,
		.user = bytes_str(in->user->name),
		.home = bytes_str(in->user->home),
		.shell = bytes_str(in->user->shell),
		.peer_address = bytes_str(in->peer->address),
		.peer_port = in->peer->port,
		.local_address = bytes_str(in->peer->local_address),
		.local_port = in->peer->local_port,
		.log_level = in->log_level,
		.log_verbose = in->log_verbose,
		.account = (uint8_t)in->account,
		.pam = conf->use_pam,
		.pam_env = in->pam_env,
		.login_text = bytes_str(in->login_text == NULL ? "" :
		    in->login_text),
		.auth_info = bytes_str(conf->expose_auth_info &&
		    in->auth_info != NULL ? in->auth_info : ""),
		.permit = permit_mask(conf, options) &
		    (in->account == ACCOUNT_GOOD ? ~0U : PERMIT_PTY),
		.max_sessions = conf->max_sessions,
		.gateway_ports = (uint32_t)conf->gateway_ports,
		.address_family = (uint32_t)conf->address_family,
		.stream_bind_mask = conf->stream_local_bind_mask,
		.x11_display_offset = conf->x11_display_offset,
		.user_env_names = bytes_str(conf->permit_user_environment_names
		    == NULL ? "*" : conf->permit_user_environment_names),
		.xauth_path = bytes_str(conf->x_auth_location),
		.tun_forced = options->tunnel != -1,
		.tun_unit = options->tunnel == -1 ? TUN_UNIT_ANY :
		    (uint32_t)options->tunnel,
	};
	uint8_t *bytes = malloc(IPC_MESSAGE_MAX);
	struct writer w = wr_init(bytes, IPC_MESSAGE_MAX);

	if (bytes == NULL)
		return err_set(err, ERR_NOMEM, "grant");
	choose_command(in, &m);
	m.accept_env = write_list(&w, conf->accept_env.v,
	    conf->accept_env.count);
	m.set_env = write_list(&w, conf->set_env.v, conf->set_env.count);
	m.key_env = write_key_env(&w, conf, options);
	m.subsystems = write_subsystems(&w, &conf->subsystem);
	m.permit_open = write_ports(&w, conf->permit_open.v,
	    conf->permit_open.count, host_port_split);
	m.permit_listen = write_ports(&w, conf->permit_listen.v,
	    conf->permit_listen.count, listen_port_split);
	m.key_permit_open = write_ports(&w,
	    (const char *const *)options->permit_open.v,
	    options->permit_open.count, host_port_split);
	m.key_permit_listen = write_ports(&w,
	    (const char *const *)options->permit_listen.v,
	    options->permit_listen.count, listen_port_split);
	if (!write_chroot(in, &w, &m.chroot_dir, err) ||
	    !write_sftp(in, &w, &m, err) || !wr_end(&w, err)) {
		free(bytes);
		return false;
	}
	*out = (struct grant){ .message = m, .bytes = bytes };
	return true;
}

void
grant_clear(struct grant *grant)
{
	free(grant->bytes);
	*grant = (struct grant){ 0 };
}
