/* SPDX-License-Identifier: ISC */
/*
 * conf - the value of every sshd_config keyword, for one connection.
 *
 * Shapes:  one field for each keyword, named as the keyword in snake_case.
 * Units:   times in seconds; sizes in bytes.
 * Errors:  none: a struct conf holds only values that passed their checks.
 * Owns:    its strings and lists, by the arena; freed by conf_clear().
 * Source:  sshd_config(5).
 *
 * A string is NULL when the keyword is unset or `none`.
 */
#ifndef SSHD_CONFIG_CONF_H
#define SSHD_CONFIG_CONF_H

#include <sys/socket.h>

#include "lib/base/bytes.h"
#include "lib/base/log.h"
#include "lib/ipc/messages.h"		/* enum gateway_ports */

struct arena;
struct groups;

struct conf_list {
	const char **v;
	size_t count;
};

struct conf_ports {
	uint32_t *v;
	size_t count;
};

/* An address to listen on, resolved when the configuration was loaded. */
struct conf_listen {
	struct sockaddr_storage address;
	socklen_t address_len;
	const char *rdomain;		/* NULL: none */
	uint32_t file, line;		/* where it is configured */
};

struct conf_listens {
	struct conf_listen *v;
	size_t count;
};

struct conf_subsystem {
	const char *name;
	const char *command;		/* words re-quoted where needed */
};

struct conf_subsystems {
	struct conf_subsystem *v;
	size_t count;
};

enum conf_root_login {
	ROOT_LOGIN_NO,
	ROOT_LOGIN_FORCED_COMMANDS_ONLY,
	ROOT_LOGIN_PROHIBIT_PASSWORD,
	ROOT_LOGIN_YES,
};

/* Directions of forwarding, as a mask. */
enum conf_forwarding {
	FORWARDING_NO	  = 0,
	FORWARDING_LOCAL  = 1 << 0,	/* -L: the client opens */
	FORWARDING_REMOTE = 1 << 1,	/* -R: we listen */
	FORWARDING_YES	  = FORWARDING_LOCAL | FORWARDING_REMOTE,
};

enum conf_tunnel {
	TUNNEL_NO		= 0,
	TUNNEL_POINT_TO_POINT	= 1 << 0,
	TUNNEL_ETHERNET		= 1 << 1,
	TUNNEL_YES		= TUNNEL_POINT_TO_POINT | TUNNEL_ETHERNET,
};

enum conf_rhosts {
	IGNORE_RHOSTS_NO,
	IGNORE_RHOSTS_YES,
	IGNORE_RHOSTS_SHOSTS_ONLY,
};

/* PubkeyAuthOptions, as a mask. */
enum conf_pubkey_auth {
	PUBKEY_TOUCH_REQUIRED	= 1 << 0,
	PUBKEY_VERIFY_REQUIRED	= 1 << 1,
};

#define CONF_UNLIMITED		UINT32_MAX	/* PerSourceMaxStartups none */

struct conf_penalties {
	bool enabled;
	double crash_s, authfail_s, noauth_s, invaliduser_s,
	    grace_exceeded_s, refuseconnection_s;
	double max_s, min_s;
	uint32_t max_sources4, max_sources6;
	bool overflow_deny, overflow6_deny;
};

/* What SftpUpload asks for. */
enum conf_sftp_upload {
	SFTP_UPLOAD_DIRECT,
	SFTP_UPLOAD_ATOMIC,
	SFTP_UPLOAD_SYNCED,		/* atomic, and on the disk */
};

#define SFTP_NO_MODE	UINT32_MAX	/* what the client asks for */

struct conf_sftp_modes {
	uint32_t file, directory, umask;
};

struct conf {
	/* listening */
	struct conf_ports port;
	int address_family;			/* AF_UNSPEC, AF_INET[6] */
	struct conf_listens listen_address;
	const char *pid_file;
	uint32_t login_grace_time;		/* 0: none */
	uint32_t max_startups_begin, max_startups_rate, max_startups_full;
	uint32_t per_source_max_startups;	/* CONF_UNLIMITED: none */
	uint32_t per_source_net_block_size_v4, per_source_net_block_size_v6;
	struct conf_penalties per_source_penalties;
	const char *per_source_penalty_exempt_list;
	bool tcp_keep_alive;
	bool use_dns;
	const char *sshd_session_path, *sshd_auth_path;

	/* logging */
	enum log_level log_level;
	bool log_forwards;
	int syslog_facility;			/* LOG_AUTH, ... of syslog.h */
	struct conf_list log_verbose;
	const char *fingerprint_hash;		/* "SHA256", upper case */

	/* host keys */
	struct conf_list host_key;		/* empty: `none` */
	bool host_key_is_default;		/* nobody configured one */
	struct conf_list host_certificate;
	const char *host_key_agent;
	const char *security_key_provider;
	const char *moduli_file;

	/* transport; the lists are expanded, comma separated, never empty */
	const char *kex_algorithms;
	const char *ciphers;
	const char *macs;
	const char *host_key_algorithms;
	const char *pubkey_accepted_algorithms;
	const char *hostbased_accepted_algorithms;
	const char *ca_signature_algorithms;
	bool compression;
	const char *version_addendum;
	uint64_t rekey_limit_bytes;		/* 0: the cipher's own limit */
	uint32_t rekey_limit_seconds;		/* 0: none */
	uint32_t client_alive_interval, client_alive_count_max;
	uint32_t ip_qos_interactive, ip_qos_bulk;  /* TOS byte, or none */
	struct conf_list channel_timeout;	/* "type=time" as written */
	uint32_t unused_connection_timeout;	/* 0: none */
	uint32_t session_idle_timeout, session_max_duration; /* 0: none */

	/* who may log in */
	struct conf_list allow_users, deny_users, allow_groups, deny_groups;
	enum conf_root_login permit_root_login;
	bool refuse_connection;
	uint32_t max_auth_tries;
	const char *banner;
	bool strict_modes;

	/* how */
	struct conf_list authentication_methods;   /* empty: any */
	bool pubkey_authentication;
	unsigned pubkey_auth_options;		/* enum conf_pubkey_auth */
	uint32_t required_rsa_size;
	struct conf_list authorized_keys_file;	/* empty: `none` */
	const char *authorized_keys_command, *authorized_keys_command_user;
	struct conf_list revoked_keys;
	const char *trusted_user_ca_keys;
	const char *authorized_principals_file;
	const char *authorized_principals_command,
	    *authorized_principals_command_user;
	bool password_authentication, permit_empty_passwords;
	bool kbd_interactive_authentication;
	bool use_pam;
	const char *pam_service_name;
	bool hostbased_authentication, hostbased_uses_name_from_packet_only;
	enum conf_rhosts ignore_rhosts;
	bool ignore_user_known_hosts;
	bool expose_auth_info;

	/* what a login may do */
	uint32_t max_sessions;
	const char *force_command;
	const char *chroot_directory;
	const char *rdomain;			/* never set on Linux */
	struct conf_list accept_env;
	struct conf_list set_env;		/* "NAME=VALUE" each */
	bool permit_user_environment;
	const char *permit_user_environment_names;	/* NULL: all */
	struct conf_subsystems subsystem;
	bool permit_tty, permit_user_rc;
	bool print_motd, print_last_log;
	bool disable_forwarding;
	bool allow_agent_forwarding;
	enum conf_forwarding allow_tcp_forwarding,
	    allow_stream_local_forwarding;
	/*
	 * "host:port" each, split by host_port_split(); empty: any; the one
	 * entry "none": nothing.
	 */
	struct conf_list permit_open, permit_listen;
	enum gateway_ports gateway_ports;
	uint32_t stream_local_bind_mask;
	bool stream_local_bind_unlink;
	enum conf_tunnel permit_tunnel;
	bool x11_forwarding, x11_use_localhost;
	uint32_t x11_display_offset;
	const char *x_auth_location;

	/* SFTP inside the session process */
	const char *sftp_root;
	struct conf_list sftp_rights;		/* rules; empty: none */
	enum conf_sftp_upload sftp_upload;
	struct conf_sftp_modes sftp_modes;
	bool sftp_audit;

	struct groups *groups;		/* of whom it holds for; NULL: all */
	struct arena *arena;			/* holds all of the above */
};

/* The list is the one word `none`: nothing is permitted. */
static inline bool
conf_list_is_none(const struct conf_list *list)
{
	return list->count == 1 && strcmp(list->v[0], "none") == 0;
}

#endif
