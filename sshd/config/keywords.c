/* SPDX-License-Identifier: ISC */
#include "sshd/config/keywords.h"

#include <limits.h>
#include <netinet/in.h>
#include <strings.h>
#include <syslog.h>

#include "sshd/config/suggest.h"
#include "sshd/config/value.h"

#ifndef XAUTH_PATH
#define XAUTH_PATH	"/usr/bin/xauth"
#endif

#define NAMES(rows)	{ rows, ARRAY_LEN(rows) }
#define DEFINE_NAMES(id, ...)						\
static const struct value_name id##_rows[] = { __VA_ARGS__ };		\
static const struct value_names id = NAMES(id##_rows)

DEFINE_NAMES(yes_no, { "yes", 1 }, { "no", 0 });
DEFINE_NAMES(compression, { "yes", 1 }, { "delayed", 1 }, { "no", 0 });
DEFINE_NAMES(families, { "any", AF_UNSPEC }, { "inet", AF_INET },
    { "inet6", AF_INET6 });
DEFINE_NAMES(forwarding, { "yes", FORWARDING_YES }, { "all", FORWARDING_YES },
    { "no", FORWARDING_NO }, { "local", FORWARDING_LOCAL },
    { "remote", FORWARDING_REMOTE });
DEFINE_NAMES(gateway, { "yes", GATEWAY_YES }, { "no", GATEWAY_NO },
    { "clientspecified", GATEWAY_CLIENT });
DEFINE_NAMES(rhosts, { "yes", IGNORE_RHOSTS_YES }, { "no", IGNORE_RHOSTS_NO },
    { "shosts-only", IGNORE_RHOSTS_SHOSTS_ONLY });
DEFINE_NAMES(root_login, { "yes", ROOT_LOGIN_YES }, { "no", ROOT_LOGIN_NO },
    { "prohibit-password", ROOT_LOGIN_PROHIBIT_PASSWORD },
    { "without-password", ROOT_LOGIN_PROHIBIT_PASSWORD },
    { "forced-commands-only", ROOT_LOGIN_FORCED_COMMANDS_ONLY });
DEFINE_NAMES(tunnel, { "yes", TUNNEL_YES }, { "no", TUNNEL_NO },
    { "point-to-point", TUNNEL_POINT_TO_POINT },
    { "ethernet", TUNNEL_ETHERNET });
DEFINE_NAMES(auth_options, { "none", 0 },
    { "touch-required", PUBKEY_TOUCH_REQUIRED },
    { "verify-required", PUBKEY_VERIFY_REQUIRED });
DEFINE_NAMES(log_levels, { "QUIET", LOG_LEVEL_QUIET },
    { "SILENT", LOG_LEVEL_QUIET },
    { "FATAL", LOG_LEVEL_FATAL }, { "ERROR", LOG_LEVEL_ERROR },
    { "INFO", LOG_LEVEL_INFO }, { "VERBOSE", LOG_LEVEL_VERBOSE },
    { "DEBUG", LOG_LEVEL_DEBUG1 }, { "DEBUG1", LOG_LEVEL_DEBUG1 },
    { "DEBUG2", LOG_LEVEL_DEBUG2 }, { "DEBUG3", LOG_LEVEL_DEBUG3 });
DEFINE_NAMES(facilities, { "DAEMON", LOG_DAEMON }, { "USER", LOG_USER },
    { "AUTH", LOG_AUTH }, { "AUTHPRIV", LOG_AUTHPRIV },
    { "LOCAL0", LOG_LOCAL0 }, { "LOCAL1", LOG_LOCAL1 },
    { "LOCAL2", LOG_LOCAL2 }, { "LOCAL3", LOG_LOCAL3 },
    { "LOCAL4", LOG_LOCAL4 }, { "LOCAL5", LOG_LOCAL5 },
    { "LOCAL6", LOG_LOCAL6 }, { "LOCAL7", LOG_LOCAL7 });
DEFINE_NAMES(digests, { "SHA256", 0 }, { "MD5", 0 }, { "SHA1", 0 },
    { "SHA384", 0 }, { "SHA512", 0 });
/* TOS bytes; RFC 2474, 2597, 3246, 5865, 8622. The last three are of the
 * time before and mean nothing today. */
DEFINE_NAMES(qos, { "af11", 0x28 }, { "af12", 0x30 }, { "af13", 0x38 },
    { "af21", 0x48 }, { "af22", 0x50 }, { "af23", 0x58 }, { "af31", 0x68 },
    { "af32", 0x70 }, { "af33", 0x78 }, { "af41", 0x88 }, { "af42", 0x90 },
    { "af43", 0x98 }, { "cs0", 0x00 }, { "cs1", 0x20 }, { "cs2", 0x40 },
    { "cs3", 0x60 }, { "cs4", 0x80 }, { "cs5", 0xa0 }, { "cs6", 0xc0 },
    { "cs7", 0xe0 }, { "ef", 0xb8 }, { "le", 0x04 }, { "va", 0xb0 },
    { "none", (int)QOS_NONE }, { "lowdelay", (int)QOS_NONE },
    { "throughput", (int)QOS_NONE },
    { "reliability", (int)QOS_NONE });

#define PENALTIES							\
	"crash:90 authfail:5 noauth:1 invaliduser:5 grace-exceeded:10 "	\
	"refuseconnection:10 max:600 min:15 max-sources4:65536 "	\
	"max-sources6:65536 overflow:permissive"
#define HOST_KEYS							\
	SYSCONFDIR "/ssh_host_rsa_key " SYSCONFDIR "/ssh_host_ecdsa_key " \
	SYSCONFDIR "/ssh_host_ed25519_key "				\
	SYSCONFDIR "/ssh_host_mldsa44_ed25519_key"

/* The head of a row: name, type, field, scope, rule, default. */
#define ROW(kw, ty, f, sc, ru, df)					\
	.name = kw, .type = &type_##ty, .offset = offsetof(struct conf, f), \
	.size = sizeof(((struct conf *)0)->f), .scope = sc,		\
	.rule = RULE_##ru, .dflt = df
#define FLAG(kw, f, sc, df)						\
	ROW(kw, flag, f, sc, FIRST, df), .names = &yes_no
#define CHOICE(kw, f, sc, df, na)					\
	ROW(kw, choice, f, sc, FIRST, df), .names = &na
#define NUMBER(kw, f, sc, df)						\
	ROW(kw, number, f, sc, FIRST, df), .min = 0, .max = INT_MAX
#define TEXT(kw, ty, f, sc, df)						\
	ROW(kw, ty, f, sc, FIRST, df)
#define ALGORITHMS(kw, f, sc, kind)					\
	ROW(kw, algorithms, f, sc, FIRST, ""), .algs = kind

const struct keyword keywords[] = {	/* in the order of sshd -T */
	{ ROW("Port", ports, port, GLOBAL_ONLY, APPEND, "22"),
	    .help = "Port to listen on; several lines add up." },
	{ CHOICE("AddressFamily", address_family, GLOBAL_ONLY, "any",
	    families),
	    .help = "IPv4, IPv6 or both." },
	{ ROW("ListenAddress", listen, listen_address, GLOBAL_ONLY, APPEND,
	    NULL),
	    .help = "Local address to listen on, with an optional port." },
#ifdef WITH_PAM
	{ FLAG("UsePAM", use_pam, GLOBAL_ONLY, "no"),
	    .help = "Whether PAM decides on accounts and opens sessions." },
	{ TEXT("PAMServiceName", text, pam_service_name, IN_MATCH, "sshd"),
	    .help = "Service name under which PAM is called." },
#endif
	{ ROW("LoginGraceTime", seconds, login_grace_time, GLOBAL_ONLY, FIRST,
	    "120"),
	    .help = "Time that a client has to log in; 0: no limit." },
	{ NUMBER("X11DisplayOffset", x11_display_offset, IN_MATCH, "10"),
	    .help = "First display number for forwarded X11." },
	{ NUMBER("MaxAuthTries", max_auth_tries, IN_MATCH, "6"),
	    .help = "Failed attempts before the connection is closed." },
	{ NUMBER("MaxSessions", max_sessions, IN_MATCH, "10"),
	    .help = "Sessions at a time in one connection; 0: forwarding "
	    "only." },
	{ ROW("ClientAliveInterval", seconds, client_alive_interval, IN_MATCH,
	    FIRST, "0"),
	    .help = "Silence before the client is asked for a sign of life." },
	{ NUMBER("ClientAliveCountMax", client_alive_count_max, IN_MATCH, "3"),
	    .help = "Unanswered questions before the connection is closed; "
	    "0: never." },
	{ NUMBER("RequiredRSASize", required_rsa_size, IN_MATCH, "2048"),
	    .help = "Shortest RSA key that is accepted, in bits." },
	{ ROW("StreamLocalBindMask", octal, stream_local_bind_mask, IN_MATCH,
	    LAST, "0177"), .max = 0777,
	    .help = "File mode bits taken from forwarded Unix sockets." },
	{ ROW("UnusedConnectionTimeout", seconds_or_none,
	    unused_connection_timeout, IN_MATCH, BY_PART, "none"),
	    .help = "Time after which a connection without channels is "
	    "closed." },

	{ CHOICE("PermitRootLogin", permit_root_login, IN_MATCH,
	    "prohibit-password", root_login),
	    .help = "Whether and how root may log in." },
	{ CHOICE("IgnoreRhosts", ignore_rhosts, IN_MATCH, "yes", rhosts),
	    .help = "Whether hostbased login ignores the users' own files." },
	{ FLAG("IgnoreUserKnownHosts", ignore_user_known_hosts, GLOBAL_ONLY,
	    "no"),
	    .help = "Whether hostbased login ignores the users' "
	    "known_hosts." },
	{ FLAG("HostbasedAuthentication", hostbased_authentication, IN_MATCH,
	    "no"),
	    .help = "Whether trusted hosts may vouch for their users." },
	{ FLAG("HostbasedUsesNameFromPacketOnly",
	    hostbased_uses_name_from_packet_only, IN_MATCH, "no"),
	    .help = "Whether hostbased login trusts the name that the client "
	    "sends." },
	{ FLAG("PubkeyAuthentication", pubkey_authentication, IN_MATCH, "yes"),
	    .help = "Whether users log in by public key." },
	{ FLAG("PasswordAuthentication", password_authentication, IN_MATCH,
	    "yes"),
	    .help = "Whether users log in by password." },
	{ FLAG("KbdInteractiveAuthentication", kbd_interactive_authentication,
	    IN_MATCH, "yes"),
	    .help = "Whether users log in by a dialogue of questions." },
	{ FLAG("PrintMotd", print_motd, GLOBAL_ONLY, "yes"),
	    .help = "Whether the message of the day is shown." },
	{ FLAG("PrintLastLog", print_last_log, GLOBAL_ONLY, "yes"),
	    .help = "Whether the last login is shown." },
	{ FLAG("X11Forwarding", x11_forwarding, IN_MATCH, "no"),
	    .help = "Whether X11 connections are forwarded." },
	{ FLAG("X11UseLocalhost", x11_use_localhost, IN_MATCH, "yes"),
	    .help = "Whether forwarded X11 displays listen on loopback "
	    "only." },
	{ FLAG("PermitTTY", permit_tty, IN_MATCH, "yes"),
	    .help = "Whether terminals are allocated." },
	{ FLAG("PermitUserRC", permit_user_rc, IN_MATCH, "yes"),
	    .help = "Whether ~/.ssh/rc is run." },
	{ FLAG("StrictModes", strict_modes, GLOBAL_ONLY, "yes"),
	    .help = "Whether the owner and mode of users' files are "
	    "checked." },
	{ FLAG("TCPKeepAlive", tcp_keep_alive, GLOBAL_ONLY, "yes"),
	    .help = "Whether TCP looks for dead connections." },
	{ FLAG("PermitEmptyPasswords", permit_empty_passwords, IN_MATCH, "no"),
	    .help = "Whether accounts with an empty password may log in." },
	{ ROW("Compression", flag, compression, GLOBAL_ONLY, FIRST, "yes"),
	    .names = &compression,
	    .help = "Whether zlib is offered after login." },
	{ CHOICE("GatewayPorts", gateway_ports, IN_MATCH, "no", gateway),
	    .help = "Whether other hosts may use remotely forwarded ports." },
	{ FLAG("UseDNS", use_dns, GLOBAL_ONLY, "no"),
	    .help = "Whether the client's name is looked up." },
	{ CHOICE("AllowTcpForwarding", allow_tcp_forwarding, IN_MATCH, "yes",
	    forwarding),
	    .help = "Directions in which TCP is forwarded." },
	{ FLAG("AllowAgentForwarding", allow_agent_forwarding, IN_MATCH,
	    "yes"),
	    .help = "Whether the client's agent is forwarded." },
	{ FLAG("DisableForwarding", disable_forwarding, IN_MATCH, "no"),
	    .help = "Switches off all kinds of forwarding." },
	{ CHOICE("AllowStreamLocalForwarding", allow_stream_local_forwarding,
	    IN_MATCH, "yes", forwarding),
	    .help = "Directions in which Unix sockets are forwarded." },
	{ FLAG("StreamLocalBindUnlink", stream_local_bind_unlink, IN_MATCH,
	    "no"),
	    .help = "Whether an old socket file is removed before a new one "
	    "is made." },
	{ ROW("FingerprintHash", digest, fingerprint_hash, GLOBAL_ONLY, LAST,
	    "SHA256"), .names = &digests,
	    .help = "Hash of key fingerprints in log lines." },
	{ FLAG("ExposeAuthInfo", expose_auth_info, IN_MATCH, "no"),
	    .help = "Whether sessions can read how they were "
	    "authenticated." },
	{ FLAG("RefuseConnection", refuse_connection, IN_MATCH, "no"),
	    .help = "Ends the connection at its first login attempt." },

	{ TEXT("PidFile", path, pid_file, GLOBAL_ONLY, RUNDIR "/sshd.pid"),
	    .help = "Where the listener writes its process id." },
	{ TEXT("ModuliFile", path, moduli_file, GLOBAL_ONLY,
	    SYSCONFDIR "/moduli"),
	    .help = "Groups for Diffie-Hellman group exchange." },
	{ TEXT("XAuthLocation", path, x_auth_location, GLOBAL_ONLY,
	    XAUTH_PATH),
	    .help = "The xauth program." },
	{ ALGORITHMS("Ciphers", ciphers, GLOBAL_ONLY, ALG_CIPHER),
	    .help = "Ciphers, the most wanted first." },
	{ ALGORITHMS("MACs", macs, GLOBAL_ONLY, ALG_MAC),
	    .help = "Message authentication codes, the most wanted first." },
	{ TEXT("Banner", path, banner, IN_MATCH, "none"),
	    .help = "File that is shown before login." },
	{ TEXT("ForceCommand", raw_program, force_command, IN_MATCH, "none"),
	    .help = "Command that runs in place of any other." },
	{ TEXT("ChrootDirectory", text, chroot_directory, IN_MATCH, "none"),
	    .tokens = "%hUu",
	    .help = "Directory that becomes the root of a session." },
	{ TEXT("TrustedUserCAKeys", path, trusted_user_ca_keys, IN_MATCH,
	    "none"),
	    .help = "Keys that may sign user certificates." },
	{ TEXT("SecurityKeyProvider", path, security_key_provider, GLOBAL_ONLY,
	    "internal"), .keeps = "internal",
	    .help = "Library that speaks to FIDO devices holding host keys." },
	{ TEXT("AuthorizedPrincipalsFile", home_path,
	    authorized_principals_file, IN_MATCH, "none"),
	    .tokens = "%hUu",
	    .help = "Names that are accepted in a user certificate." },
	{ TEXT("VersionAddendum", raw, version_addendum, GLOBAL_ONLY, "none"),
	    .help = "Text behind the version in the first line sent." },
	{ TEXT("AuthorizedKeysCommand", raw_command, authorized_keys_command,
	    IN_MATCH, "none"), .tokens = "%CDfhktUu",
	    .help = "Program that prints authorized keys." },
	{ TEXT("AuthorizedKeysCommandUser", text,
	    authorized_keys_command_user, IN_MATCH, NULL),
	    .tokens = "u",
	    .help = "Account that runs AuthorizedKeysCommand." },
	{ TEXT("AuthorizedPrincipalsCommand", raw_command,
	    authorized_principals_command, IN_MATCH, "none"),
	    .tokens = "%CDFfhiKksTtUu",
	    .help = "Program that prints accepted principals." },
	{ TEXT("AuthorizedPrincipalsCommandUser", text,
	    authorized_principals_command_user, IN_MATCH, NULL),
	    .tokens = "u",
	    .help = "Account that runs AuthorizedPrincipalsCommand." },
	{ TEXT("HostKeyAgent", path, host_key_agent, GLOBAL_ONLY, "none"),
	    .keeps = "SSH_AUTH_SOCK",
	    .help = "Agent that signs with the host keys." },
	{ ALGORITHMS("KexAlgorithms", kex_algorithms, GLOBAL_ONLY, ALG_KEX),
	    .help = "Key exchange methods, the most wanted first." },
	{ ALGORITHMS("CASignatureAlgorithms", ca_signature_algorithms,
	    IN_MATCH, ALG_CA_SIGNATURE),
	    .help = "Signature algorithms that are accepted in "
	    "certificates." },
	{ ALGORITHMS("HostbasedAcceptedAlgorithms",
	    hostbased_accepted_algorithms, IN_MATCH, ALG_SIGNATURE),
	    .help = "Signature algorithms that are accepted from hosts." },
	{ ALGORITHMS("HostKeyAlgorithms", host_key_algorithms, GLOBAL_ONLY,
	    ALG_SIGNATURE),
	    .help = "Host key algorithms that are offered." },
	{ ALGORITHMS("PubkeyAcceptedAlgorithms", pubkey_accepted_algorithms,
	    IN_MATCH, ALG_SIGNATURE),
	    .help = "Signature algorithms that are accepted from users." },
	{ ROW("RDomain", text, rdomain, IN_MATCH, FIRST, NULL),
	    .use = USE_NO_PLATFORM, .tokens = "D",
	    .help = "Routing domain of sessions; not on Linux." },
	{ TEXT("SshdSessionPath", path, sshd_session_path, GLOBAL_ONLY,
	    LIBEXECDIR "/sshd-session"), .use = USE_NO_EFFECT,
	    .help = "OpenSSH's program for a connection." },
	{ TEXT("SshdAuthPath", path, sshd_auth_path, GLOBAL_ONLY,
	    LIBEXECDIR "/sshd-auth"), .use = USE_NO_EFFECT,
	    .help = "OpenSSH's program for the time before login." },
	{ TEXT("PerSourcePenaltyExemptList", addresses,
	    per_source_penalty_exempt_list, GLOBAL_ONLY, "none"),
	    .help = "Addresses that get no penalties." },
	{ CHOICE("LogLevel", log_level, IN_MATCH, "INFO", log_levels),
	    .help = "How much is logged." },
	{ CHOICE("SyslogFacility", syslog_facility, GLOBAL_ONLY, "AUTH",
	    facilities),
	    .help = "Facility of syslog lines." },

	{ ROW("AuthorizedKeysFile", words_on_line, authorized_keys_file,
	    IN_MATCH, FIRST, ".ssh/authorized_keys .ssh/authorized_keys2"),
	    .tokens = "%hUu",
	    .help = "Files with the keys of a user." },
	{ ROW("RevokedKeys", paths_if_any, revoked_keys, IN_MATCH, FIRST,
	    "none"),
	    .help = "Files with keys that are never accepted." },
	{ ROW("HostKey", host_keys, host_key, GLOBAL_ONLY, APPEND, HOST_KEYS),
	    .help = "File with a host key." },
	{ ROW("HostCertificate", paths, host_certificate, GLOBAL_ONLY, APPEND,
	    NULL),
	    .help = "File with the certificate of a host key." },
	{ ROW("AllowUsers", user_patterns, allow_users, IN_MATCH, APPEND,
	    NULL),
	    .help = "Only these users may log in." },
	{ ROW("DenyUsers", user_patterns, deny_users, IN_MATCH, APPEND, NULL),
	    .help = "These users may not log in." },
	{ ROW("AllowGroups", words, allow_groups, IN_MATCH, APPEND, NULL),
	    .help = "Only members of these groups may log in." },
	{ ROW("DenyGroups", words, deny_groups, IN_MATCH, APPEND, NULL),
	    .help = "Members of these groups may not log in." },
	{ ROW("AcceptEnv", env_names, accept_env, IN_MATCH, APPEND, NULL),
	    .help = "Variables that a client may set." },
	{ ROW("SetEnv", set_env, set_env, IN_MATCH, FIRST, NULL),
	    .help = "Variables that are set in sessions." },
	{ ROW("AuthenticationMethods", auth_methods, authentication_methods,
	    IN_MATCH, FIRST, "any"),
	    .help = "Methods that must all succeed; several lists are "
	    "alternatives." },
	{ ROW("LogVerbose", log_places, log_verbose, IN_MATCH, FIRST,
	    "none"),
	    .help = "Places in the code whose lines are always logged." },
	{ ROW("ChannelTimeout", timeouts, channel_timeout, IN_MATCH, FIRST,
	    "none"),
	    .help = "Time after which an idle channel of a type is closed." },

	{ ROW("Subsystem", subsystem, subsystem, IN_MATCH, BY_NAME, NULL),
	    .help = "Command behind a subsystem's name." },
	{ ROW("MaxStartups", startups, max_startups_begin, GLOBAL_ONLY, FIRST,
	    "10:30:100"),
	    .help = "Connections that may be in login at a time." },
	{ ROW("PerSourceMaxStartups", number_or_none, per_source_max_startups,
	    GLOBAL_ONLY, FIRST, "none"), .max = INT_MAX,
	    .help = "The same for the connections of one source." },
	{ ROW("PerSourceNetBlockSize", net_block,
	    per_source_net_block_size_v4, GLOBAL_ONLY, FIRST, "32:128"),
	    .help = "Bits of an address that make a source." },
	{ ROW("PermitTunnel", choice_exact, permit_tunnel, IN_MATCH, FIRST,
	    "no"), .names = &tunnel,
	    .help = "Kinds of tunnel devices that may be forwarded." },
	{ ROW("IPQoS", ip_qos, ip_qos_interactive, IN_MATCH, FIRST, "ef cs0"),
	    .names = &qos,
	    .help = "Class of packets: interactive, and bulk." },
	{ ROW("RekeyLimit", rekey, rekey_limit_bytes, IN_MATCH, BY_PART,
	    "default none"),
	    .help = "Volume and time after which keys change." },
	{ ROW("PermitOpen", permit_open, permit_open, IN_MATCH, FIRST, "any"),
	    .help = "Destinations of local forwarding." },
	{ ROW("PermitListen", permit_listen, permit_listen, IN_MATCH, FIRST,
	    "any"),
	    .help = "Ports of remote forwarding." },
	{ ROW("PermitUserEnvironment", user_environment,
	    permit_user_environment, GLOBAL_ONLY, FIRST, "no"),
	    .help = "Whether users' files may set variables." },
	{ ROW("PubkeyAuthOptions", auth_options, pubkey_auth_options, IN_MATCH,
	    FIRST, "none"), .names = &auth_options,
	    .help = "What a FIDO key must prove." },
	{ ROW("PerSourcePenalties", penalties, per_source_penalties,
	    GLOBAL_ONLY, BY_PART, PENALTIES),
	    .help = "Time for which misbehaving sources are refused." },
	{ FLAG("LogForwards", log_forwards, IN_MATCH, "yes"),
	    .help = "Whether a line is logged for every forward." },
	{ ROW("SessionIdleTimeout", seconds_or_none, session_idle_timeout,
	    IN_MATCH, FIRST, "none"),
	    .help = "Time without input after which a terminal is closed." },
	{ ROW("SessionMaxDuration", seconds_or_none, session_max_duration,
	    IN_MATCH, FIRST, "none"),
	    .help = "Time after login at which a connection is ended." },
	{ TEXT("SftpRoot", sftp_root, sftp_root, IN_MATCH, "none"),
	    .tokens = "%hUu",
	    .help = "Directory that SFTP sessions are locked into." },
	{ ROW("SftpRights", sftp_rights, sftp_rights, IN_MATCH, APPEND,
	    "none"),
	    .help = "What SFTP sessions may do where." },
	{ ROW("SftpUpload", sftp_upload, sftp_upload, IN_MATCH, FIRST,
	    "direct"),
	    .help = "Whether uploads appear only when they are complete." },
	{ ROW("SftpModes", sftp_modes, sftp_modes, IN_MATCH, FIRST, "none"),
	    .help = "Modes of what SFTP sessions make." },
	{ FLAG("SftpAudit", sftp_audit, IN_MATCH, "yes"),
	    .help = "Whether SFTP transfers are logged." },
};
const size_t keyword_count = ARRAY_LEN(keywords);

const struct keyword_alias keyword_aliases[] = {
	{ "HostDSAKey", "HostKey", GLOBAL_ONLY },
	{ "HostBasedAcceptedKeyTypes", "HostbasedAcceptedAlgorithms",
	    IN_MATCH },
	{ "PubkeyAcceptedKeyTypes", "PubkeyAcceptedAlgorithms", IN_MATCH },
	{ "DSAAuthentication", "PubkeyAuthentication", GLOBAL_ONLY },
	{ "ChallengeResponseAuthentication", "KbdInteractiveAuthentication",
	    IN_MATCH },
	{ "SKeyAuthentication", "KbdInteractiveAuthentication", IN_MATCH },
	{ "KeepAlive", "TCPKeepAlive", GLOBAL_ONLY },
	/* of Red Hat, before the others had it */
	{ "RSAMinSize", "RequiredRSASize", IN_MATCH },
};
const size_t keyword_alias_count = ARRAY_LEN(keyword_aliases);

const struct keyword_gone keywords_gone[] = {
	{ "ServerKeyBits", FATE_DEPRECATED, GLOBAL_ONLY },
	{ "KeyRegenerationInterval", FATE_DEPRECATED, GLOBAL_ONLY },
	{ "RHostsAuthentication", FATE_DEPRECATED, GLOBAL_ONLY },
	{ "RhostsRSAAuthentication", FATE_DEPRECATED, IN_MATCH },
	{ "RSAAuthentication", FATE_DEPRECATED, IN_MATCH },
	{ "CheckMail", FATE_DEPRECATED, GLOBAL_ONLY },
	{ "UseLogin", FATE_DEPRECATED, GLOBAL_ONLY },
	{ "VerifyReverseMapping", FATE_DEPRECATED, GLOBAL_ONLY },
	{ "ReverseMappingCheck", FATE_DEPRECATED, GLOBAL_ONLY },
	{ "AuthorizedKeysFile2", FATE_DEPRECATED, IN_MATCH },
	{ "UsePrivilegeSeparation", FATE_DEPRECATED, GLOBAL_ONLY },
	{ "KerberosTgtPassing", FATE_DEPRECATED, GLOBAL_ONLY },
	{ "AFSTokenPassing", FATE_DEPRECATED, GLOBAL_ONLY },
	{ "Protocol", FATE_SILENT, GLOBAL_ONLY },
	/* of builds with GSSAPI or Kerberos */
	{ "GSSAPIAuthentication", FATE_UNSUPPORTED, IN_MATCH },
	{ "GSSAPICleanupCredentials", FATE_UNSUPPORTED, GLOBAL_ONLY },
	{ "GSSAPIDelegateCredentials", FATE_UNSUPPORTED, GLOBAL_ONLY },
	{ "GSSAPIStrictAcceptorCheck", FATE_UNSUPPORTED, GLOBAL_ONLY },
	{ "KerberosAuthentication", FATE_UNSUPPORTED, IN_MATCH },
	{ "KerberosGetAFSToken", FATE_UNSUPPORTED, GLOBAL_ONLY },
	{ "KerberosOrLocalPasswd", FATE_UNSUPPORTED, GLOBAL_ONLY },
	{ "KerberosTicketCleanup", FATE_UNSUPPORTED, GLOBAL_ONLY },
#ifndef WITH_PAM
	{ "PAMServiceName", FATE_UNSUPPORTED, IN_MATCH },
	{ "UsePAM", FATE_UNSUPPORTED, GLOBAL_ONLY },
#endif
	/* of the sshd of Debian, Red Hat and others */
	{ "DebianBanner", FATE_UNSUPPORTED, GLOBAL_ONLY },
	{ "GSSAPIEnablek5users", FATE_UNSUPPORTED, IN_MATCH },
	{ "GSSAPIKeyExchange", FATE_UNSUPPORTED, GLOBAL_ONLY },
	{ "GSSAPIKexAlgorithms", FATE_UNSUPPORTED, GLOBAL_ONLY },
	{ "GSSAPIStoreCredentialsOnRekey", FATE_UNSUPPORTED, GLOBAL_ONLY },
	{ "KerberosUniqueCCache", FATE_UNSUPPORTED, GLOBAL_ONLY },
	{ "KerberosUseKuserok", FATE_UNSUPPORTED, IN_MATCH },
	{ "ShowPatchLevel", FATE_UNSUPPORTED, GLOBAL_ONLY },
};
const size_t keyword_gone_count = ARRAY_LEN(keywords_gone);

static size_t
find_row(const char *name)
{
	for (size_t i = 0; i < keyword_count; i++) {
		if (strcasecmp(keywords[i].name, name) == 0)
			return i;
	}
	return KEYWORD_NONE;
}

size_t
keyword_find(const char *name, uint8_t *scope)
{
	size_t row;

	for (size_t i = 0; i < keyword_alias_count; i++) {
		if (strcasecmp(keyword_aliases[i].name, name) == 0) {
			*scope = keyword_aliases[i].scope;
			return find_row(keyword_aliases[i].target);
		}
	}
	row = find_row(name);
	if (row != KEYWORD_NONE)
		*scope = keywords[row].scope;
	return row;
}

const struct keyword_gone *
keyword_gone_find(const char *name)
{
	for (size_t i = 0; i < keyword_gone_count; i++) {
		if (strcasecmp(keywords_gone[i].name, name) == 0)
			return &keywords_gone[i];
	}
	return NULL;
}

const char *
keyword_suggest(const char *name)
{
	struct suggest suggest = suggest_init(name);

	suggest_offer(&suggest, "Match");
	suggest_offer(&suggest, "Include");
	for (size_t i = 0; i < keyword_count; i++)
		suggest_offer(&suggest, keywords[i].name);
	return suggest.best;
}

uint32_t
keyword_table_id(void)
{
	uint32_t hash = 2166136261u;	/* FNV-1a */

	for (size_t i = 0; i < keyword_count; i++) {
		for (const char *p = keywords[i].name; *p != '\0'; p++)
			hash = (hash ^ (uint8_t)*p) * 16777619u;
		hash = (hash ^ keywords[i].offset) * 16777619u;
	}
	return hash;
}
