/* SPDX-License-Identifier: ISC */
/*
 * messages - the one table of what processes may say to each other.
 *
 * Shapes:  IPC_MESSAGES lists name, direction, the receiver's legal states,
 *          how often in a connection, and how many descriptors; X_FIELDS lists
 *          a message's payload. Structs, encoders, decoders and the permission
 *          check are all made from these lines.
 * Units:   strings carry their greatest length in bytes.
 * Errors:  see ipc.h.
 * Owns:    nothing; decoded strings borrow from the received datagram.
 * Source:  DESIGN.md section 2.
 *
 * A field list inside a string ("list of ...") is a run of SSH strings.
 */
#ifndef LIB_IPC_MESSAGES_H
#define LIB_IPC_MESSAGES_H

#include "lib/base/bytes.h"
#include "lib/base/limits.h"
#include "lib/base/log.h"

enum ipc_edge {
	LISTENER_TO_MONITOR, MONITOR_TO_LISTENER,
	MONITOR_TO_NET, NET_TO_MONITOR,
	MONITOR_TO_SESSION, SESSION_TO_MONITOR,
	NET_TO_SESSION, SESSION_TO_NET,
	SFTP_TO_SESSION,	/* internal-sftp: a fork of the session */
	LISTENER_TO_SIGNER, SIGNER_TO_LISTENER,
	MONITOR_TO_SIGNER, SIGNER_TO_MONITOR,	/* see signer/signer.h */
	FORK_TO_SIGNER,				/* see signer/fork_log.h */
	SIGNER_TO_DEVICE, DEVICE_TO_SIGNER,	/* see signer/device.h */
	IPC_EDGE_COUNT
};

/* States of the receiver of a message, as a mask. */
enum {
	/* monitor */
	MON_START	= 1 << 0,	/* no configuration yet */
	MON_WARM	= 1 << 1,	/* configured, waiting for a connection */
	MON_KEX		= 1 << 2,	/* connection given, no session id yet */
	MON_FRESH	= 1 << 3,	/* first key exchange signed, no user */
	MON_NAMED	= 1 << 4,	/* user looked up, not authenticated */
	MON_AUTHED	= 1 << 5,	/* login granted */
	MON_DIALOGUE	= 1 << 6,	/* named; waits for answers */
	MON_ASKING	= 1 << 7,	/* of its questions to a signer */
	/* net */
	NET_START	= 1 << 8,	/* not set up: not in the sandbox yet */
	NET_WARM	= 1 << 9,	/* in the sandbox, no connection */
	NET_ASKING	= 1 << 10,	/* before login, an answer is due */
	NET_OPEN	= 1 << 11,	/* after login */
	/* signer */
	SIG_START	= 1 << 12,	/* no host keys yet */
	SIG_READY	= 1 << 13,	/* starts a process for each monitor */
	SIG_SERVING	= 1 << 14,	/* that process: answers its monitor */
	SIG_DEVICE	= 1 << 15,	/* of the one question to a device */
	/* session */
	SES_START	= 1 << 16,	/* no grant yet */
	SES_OPEN	= 1 << 17,
	/* the process that asks a security key */
	DEV_ASKED	= 1 << 20,
	/* listener, about one monitor */
	LIS_STARTING	= 1 << 24,
	LIS_WARM	= 1 << 25,
	LIS_SERVING	= 1 << 26,
	LIS_KEYS	= 1 << 27,	/* about a signer that loads keys */
	LIS_SIGNER	= 1 << 28,	/* ... that has them */

	MON_ANY_CONNECTION = MON_KEX | MON_FRESH | MON_NAMED |
	    MON_DIALOGUE | MON_AUTHED,
	MON_ANY_NET	= MON_WARM | MON_ANY_CONNECTION,
};

enum { MANY = 0, ONCE = 1 };

#define LOG_LINE_BYTES	1024	/* a log line of a peer process */
#define LOG_LINES_BYTES	4000	/* several; see ENCODE_ON_STACK of ipc.c */
#define HOST_KEYS_MAX	256	/* HostKey and HostCertificate lines */

/* ---- listener -> monitor ------------------------------------------------ */

/*
 * First message. Descriptors: snapshot of the configuration, public host keys,
 * where the signer takes SERVE, sshd-net, sshd-session, where log lines go.
 */
#define IPC_SETUP_FIELDS(U8, U32, U64, STR)				\
	U32(flags)		/* enum setup_flags */			\
	U32(debug_level)	/* number of -d */			\
	STR(net_filter, 65536)	/* struct sock_filter[], compiled */
/*
 * Descriptors: one socket, or input and output. The address is that of
 * accept(2): the socket forgets it when the client resets the connection.
 */
#define IPC_CONNECTION_FIELDS(U8, U32, U64, STR)			\
	U64(number)		/* counts accepted connections */	\
	U32(window_growth)	/* its share of the host's memory */	\
	STR(peer_address, 64)	/* numeric; empty: not accepted by us */ \
	U32(peer_port)

/* ---- monitor -> listener ------------------------------------------------ */

/* The pair is warm. */
#define IPC_READY_FIELDS(U8, U32, U64, STR)
/*
 * Modules of PAM are going to be asked, and while they run nobody is heard.
 * Descriptor: of net's process, which goes when the client does.
 */
#define IPC_CHECKING_FIELDS(U8, U32, U64, STR)
/* Login is complete: no longer a startup. */
#define IPC_AUTHENTICATED_FIELDS(U8, U32, U64, STR)			\
	STR(user, USER_NAME_MAX)

/* ---- listener <-> signer ------------------------------------------------ */

/*
 * First and only message. Descriptors: snapshot of the configuration, where
 * SERVE comes from monitors, where log lines go.
 */
#define IPC_SIGNER_SETUP_FIELDS(U8, U32, U64, STR)			\
	U32(flags)		/* enum setup_flags */			\
	U32(debug_level)	/* number of -d */			\
	STR(filter, 65536)	/* of its forks, as net_filter */
/* Descriptor: a sealed file made by host_keys_pack(). */
#define IPC_HOST_KEYS_FIELDS(U8, U32, U64, STR)				\
	U32(count)
/*
 * One of its processes died by a signal; the next has the same layout of
 * memory, so somebody could go on guessing.
 */
#define IPC_SIGNER_HURT_FIELDS(U8, U32, U64, STR)			\
	U32(signal)

/* ---- monitor <-> signer -------------------------------------------------- */

/* Descriptor: the socket over which the monitor will ask. */
#define IPC_SERVE_FIELDS(U8, U32, U64, STR)
/*
 * KEX_SIGN, and what the monitor does not let net say. The signer hashes and
 * signs that.
 */
#define IPC_SIGN_EXCHANGE_FIELDS(U8, U32, U64, STR)			\
	STR(kex_name, ALG_NAME_MAX)					\
	STR(host_key_algorithm, ALG_NAME_MAX)				\
	STR(client_version, VERSION_LINE_MAX)				\
	STR(server_version, VERSION_LINE_MAX)				\
	STR(client_kexinit, PAYLOAD_MAX_PREAUTH)			\
	STR(server_kexinit, PAYLOAD_MAX_PREAUTH)			\
	STR(host_key, KEY_BLOB_MAX)		/* K_S */		\
	STR(gex_request, 12)						\
	STR(gex_p, 1024)						\
	STR(gex_g, 1024)						\
	STR(client_public, KEX_PUBLIC_MAX)				\
	STR(server_public, KEX_PUBLIC_MAX)				\
	STR(shared_secret, KEX_SECRET_MAX)
/* For hostkeys-prove-00; one of our plain keys. */
#define IPC_SIGN_PROOF_FIELDS(U8, U32, U64, STR)			\
	STR(session_id, DIGEST_MAX)					\
	STR(key, KEY_BLOB_MAX)						\
	STR(algorithm, ALG_NAME_MAX)
#define IPC_VERIFY_FIELDS(U8, U32, U64, STR)				\
	STR(key, KEY_BLOB_MAX)						\
	STR(algorithm, ALG_NAME_MAX)					\
	STR(signature, SIGNATURE_MAX)					\
	STR(data, SIGNED_DATA_MAX)
/* Is the certificate signed, by one of these algorithms? */
#define IPC_CHECK_CERT_FIELDS(U8, U32, U64, STR)			\
	STR(cert, KEY_BLOB_MAX)						\
	STR(ca_algorithms, NAME_LIST_MAX)
/* A struct err; code ERR_NONE: it went well, and the rest is of use. */
#define IPC_OUTCOME(U8, U32, STR)					\
	U8(code)							\
	U32(sys)							\
	STR(what, OUTCOME_TEXT_MAX)
#define IPC_EXCHANGE_SIGNED_FIELDS(U8, U32, U64, STR)			\
	IPC_OUTCOME(U8, U32, STR)					\
	STR(hash, DIGEST_MAX)						\
	STR(signature, SIGNATURE_MAX)
#define IPC_PROOF_SIGNED_FIELDS(U8, U32, U64, STR)			\
	IPC_OUTCOME(U8, U32, STR)					\
	STR(signature, SIGNATURE_MAX)
/* Answers VERIFY and CHECK_CERT; of security keys: */
#define IPC_VERIFIED_FIELDS(U8, U32, U64, STR)				\
	IPC_OUTCOME(U8, U32, STR)					\
	U8(flags)							\
	U32(counter)

/* ---- monitor -> net ----------------------------------------------------- */

#define IPC_NET_SETUP_FIELDS(U8, U32, U64, STR)				\
	STR(filter, 65536)	/* struct sock_filter[]; empty: none */	\
	STR(chroot_dir, 4096)	/* empty: stay (not root) */		\
	U32(uid)							\
	U32(gid)							\
	U32(log_level)							\
	STR(log_verbose, LOG_VERBOSE_MAX)	/* see log.h */		\
	STR(version, VERSION_LINE_MAX)	/* V_S without CR LF */		\
	STR(kex_algorithms, NAME_LIST_MAX)				\
	STR(host_keys, 65536)	/* list of algorithm name, K_S */	\
	STR(ciphers, NAME_LIST_MAX)					\
	STR(macs, NAME_LIST_MAX)					\
	STR(compression, NAME_LIST_MAX)					\
	STR(server_sig_algs, NAME_LIST_MAX)				\
	STR(prove_keys, 65536)	/* list of plain K_S, for hostkeys-00 */
/*
 * The client's connection. Descriptors as IPC_CONNECTION. Limits that depend
 * on Match blocks over the connection.
 */
#define IPC_NET_CONNECTION_FIELDS(U8, U32, U64, STR)			\
	STR(peer_address, 64)	/* numeric, or UNKNOWN */		\
	U32(peer_port)							\
	U64(rekey_bytes)	/* 0 = the cipher's own limit */	\
	U32(rekey_seconds)	/* 0 = none */
#define IPC_KEX_SIGNED_FIELDS(U8, U32, U64, STR)			\
	STR(signature, SIGNATURE_MAX)
/* Empty p: no group fits. */
#define IPC_GEX_GROUP_REPLY_FIELDS(U8, U32, U64, STR)			\
	STR(p, 1024)							\
	STR(g, 1024)
#define IPC_USER_REPLY_FIELDS(U8, U32, U64, STR)			\
	STR(methods, METHOD_LIST_MAX)	/* that can continue */		\
	STR(banner, BANNER_MAX)		/* empty: none */		\
	STR(server_sig_algs, NAME_LIST_MAX)				\
	U32(log_level)							\
	STR(log_verbose, LOG_VERBOSE_MAX)
/*
 * Answer to any authentication request. On AUTH_SUCCESS one descriptor: the
 * socket to the session process, and the limits that hold from then on.
 */
#define IPC_AUTH_REPLY_FIELDS(U8, U32, U64, STR)			\
	U8(result)			/* enum auth_result */		\
	STR(methods, METHOD_LIST_MAX)					\
	STR(message, BANNER_MAX)	/* banner before the answer */	\
	U32(log_level)							\
	U32(alive_interval_s)						\
	U32(alive_count_max)						\
	U32(max_sessions)						\
	U64(rekey_bytes)						\
	U32(rekey_seconds)						\
	U32(qos_interactive)	/* TOS byte, or QOS_NONE */		\
	U32(qos_bulk)							\
	U32(window_growth)	/* see chan_window.h */			\
	U8(log_forwards)						\
	U32(idle_s)		/* SessionIdleTimeout; 0: none */	\
	U32(duration_s)		/* SessionMaxDuration */		\
	U32(unused_timeout_s)	/* 0: none */				\
	STR(channel_timeouts, CHANNEL_TIMEOUTS_MAX) /* run
				 * of pattern, u32 seconds */
/* Instead of AUTH_REPLY: the client is to answer first. */
#define IPC_KBDINT_QUESTION_FIELDS(U8, U32, U64, STR)			\
	STR(instruction, PAM_TEXT_MAX)					\
	STR(prompts, KBDINT_PROMPTS_MAX)	/* list of texts */	\
	U32(echo)		/* bit i: prompt i may be seen */
#define IPC_HOSTKEY_PROOF_REPLY_FIELDS(U8, U32, U64, STR)		\
	STR(signature, SIGNATURE_MAX)	/* empty: not one of ours */

/* ---- net -> monitor ----------------------------------------------------- */

/* In the sandbox, waiting for a connection. */
#define IPC_NET_READY_FIELDS(U8, U32, U64, STR)
#define IPC_LOG_FIELDS(U8, U32, U64, STR)				\
	U8(level)			/* enum log_level */		\
	STR(line, LOG_LINE_BYTES)
/* At INFO; a run of string. */
#define IPC_NET_LOG_LINES_FIELDS(U8, U32, U64, STR)			\
	STR(lines, LOG_LINES_BYTES)
/*
 * The parts of the exchange hash, RFC 4253 section 8 and RFC 5656 section 4.
 * The monitor has the signer hash them, with its own version and host key.
 */
#define IPC_KEX_SIGN_FIELDS(U8, U32, U64, STR)				\
	STR(kex_name, ALG_NAME_MAX)					\
	STR(host_key_algorithm, ALG_NAME_MAX)				\
	STR(client_version, VERSION_LINE_MAX)				\
	STR(client_kexinit, PAYLOAD_MAX_PREAUTH)			\
	STR(server_kexinit, PAYLOAD_MAX_PREAUTH)			\
	STR(gex_request, 12)	/* min, n, max as sent; empty if none */\
	STR(gex_p, 1024)						\
	STR(gex_g, 1024)						\
	STR(client_public, KEX_PUBLIC_MAX)				\
	STR(server_public, KEX_PUBLIC_MAX)				\
	STR(shared_secret, KEX_SECRET_MAX)	/* K, with its length */
#define IPC_GEX_GROUP_FIELDS(U8, U32, U64, STR)				\
	U32(min)							\
	U32(n)								\
	U32(max)
/* Who wants to log in; once in a connection. */
#define IPC_USER_FIELDS(U8, U32, U64, STR)				\
	STR(user, USER_NAME_MAX)	/* with a :style, if any */	\
	STR(service, SERVICE_NAME_MAX)
#define IPC_AUTH_NONE_FIELDS(U8, U32, U64, STR)
#define IPC_AUTH_PUBKEY_QUERY_FIELDS(U8, U32, U64, STR)			\
	STR(algorithm, ALG_NAME_MAX)					\
	STR(key, KEY_BLOB_MAX)						\
	U8(hostbound)
/* hostbound: the signature also covers the key of the first key exchange. */
#define IPC_AUTH_PUBKEY_FIELDS(U8, U32, U64, STR)			\
	STR(algorithm, ALG_NAME_MAX)					\
	STR(key, KEY_BLOB_MAX)						\
	STR(signature, SIGNATURE_MAX)					\
	U8(hostbound)
/* One byte longer than PASSWORD_MAX: too long, cut. */
#define IPC_AUTH_PASSWORD_FIELDS(U8, U32, U64, STR)			\
	STR(password, PASSWORD_MAX + 1)
#define IPC_AUTH_KBDINT_FIELDS(U8, U32, U64, STR)			\
	STR(devices, METHOD_LIST_MAX)	/* that are wanted; empty: any */
#define IPC_AUTH_KBDINT_ANSWER_FIELDS(U8, U32, U64, STR)		\
	STR(answers, PAYLOAD_MAX_PREAUTH)	/* list of one a prompt */
/* client_host and client_user as the client says them: signed, not proved. */
#define IPC_AUTH_HOSTBASED_FIELDS(U8, U32, U64, STR)			\
	STR(algorithm, ALG_NAME_MAX)					\
	STR(key, KEY_BLOB_MAX)						\
	STR(client_host, HOST_NAME_MAX_LEN + 1)	/* with a final dot */	\
	STR(client_user, USER_NAME_MAX)					\
	STR(signature, SIGNATURE_MAX)
/* A method that we do not offer, or a request that made no sense. */
#define IPC_AUTH_UNKNOWN_FIELDS(U8, U32, U64, STR)			\
	STR(method, METHOD_LIST_MAX)
#define IPC_HOSTKEY_PROOF_FIELDS(U8, U32, U64, STR)			\
	STR(key, KEY_BLOB_MAX)						\
	STR(rsa_algorithm, ALG_NAME_MAX)

/* ---- monitor -> session ------------------------------------------------- */

/*
 * What this login may do. Descriptor: the socket to net. Sent once, first.
 */
#define IPC_GRANT_FIELDS(U8, U32, U64, STR)				\
	U32(uid)							\
	U32(gid)							\
	STR(user, USER_NAME_MAX)					\
	STR(home, 4096)							\
	STR(shell, 4096)						\
	STR(chroot_dir, 4096)						\
	STR(peer_address, 64)						\
	U32(peer_port)							\
	STR(local_address, 64)						\
	U32(local_port)							\
	U32(log_level)							\
	STR(log_verbose, LOG_VERBOSE_MAX)				\
	U32(permit)		/* mask of enum grant_permit */		\
	U32(max_sessions)						\
	U8(account)		/* enum grant_account */		\
	U8(pam)			/* mail and nologin are its modules' */ \
	STR(pam_env, PAM_ENV_MAX)	/* list of NAME=VALUE */	\
	STR(login_text, PAM_TEXT_MAX)	/* for a terminal */		\
	STR(auth_info, AUTH_INFO_MAX)	/* for a file; empty: none */	\
	STR(forced_command, COMMAND_MAX)				\
	U8(forced_by)		/* enum forced_by */			\
	STR(accept_env, 65536)	/* list of patterns */			\
	STR(set_env, 65536)	/* list of NAME=VALUE, last word */	\
	STR(key_env, 65536)	/* list of NAME=VALUE, from the key */	\
	STR(user_env_names, 4096) /* patterns for ~/.ssh/environment */	\
	STR(subsystems, 65536)	/* list of name, command */		\
	STR(permit_open, PERMIT_LIST_MAX)	/* see grant lists below */ \
	STR(permit_listen, PERMIT_LIST_MAX)	/* both must allow */	\
	STR(key_permit_open, PERMIT_LIST_MAX)				\
	STR(key_permit_listen, PERMIT_LIST_MAX)				\
	U32(gateway_ports)	/* enum gateway_ports */		\
	U32(address_family)	/* of forwards: AF_UNSPEC, ... */	\
	U32(stream_bind_mask)						\
	U32(x11_display_offset)						\
	STR(xauth_path, 4096)						\
	U8(tun_forced)		/* the key says which unit: */		\
	U32(tun_unit)						\
	STR(sftp_root, 4096)						\
	STR(sftp_rights, 65536)	/* list of rules, path_rights.h */	\
	U32(sftp_flags)		/* mask of enum grant_sftp */		\
	U32(sftp_file_mode)	/* GRANT_NO_MODE: the client's */	\
	U32(sftp_dir_mode)						\
	U32(sftp_umask)
/*
 * Answer to PTY_OPEN. Descriptor: the master; there is none, and tty is empty,
 * when no terminal can be had. It may be lost: see IPC_MESSAGES.
 */
#define IPC_PTY_OPENED_FIELDS(U8, U32, U64, STR)			\
	U32(channel)							\
	STR(tty, 64)		/* /dev/pts/N */			\
	STR(last_login, 1024)	/* to show before the motd, or empty */

/* ---- session -> monitor ------------------------------------------------- */

/*
 * A terminal, owned by the user, and its login record: both need root, and
 * there may be no /dev/ptmx in a chroot.
 */
#define IPC_PTY_OPEN_FIELDS(U8, U32, U64, STR)				\
	U32(channel)
#define IPC_PTY_CLOSED_FIELDS(U8, U32, U64, STR)			\
	STR(tty, 64)

/*
 * A socket that listens at a path, or the file of ExposeAuthInfo: the monitor
 * removes it when the session can't. device and inode as of stat(2).
 */
#define IPC_FILE_MADE_FIELDS(U8, U32, U64, STR)				\
	STR(path, SOCKET_PATH_MAX)					\
	U64(device)							\
	U64(inode)
#define IPC_FILE_GONE_FIELDS(U8, U32, U64, STR)				\
	STR(path, SOCKET_PATH_MAX)

/*
 * Lines of internal-sftp, whose options say where and whether they go: a
 * string for each. A session that moves many files has as many lines.
 */
#define IPC_SFTP_LOG_FIELDS(U8, U32, U64, STR)				\
	U8(level)			/* enum log_level, of each */	\
	STR(lines, LOG_LINES_BYTES)
#define IPC_SES_SFTP_LOG_FIELDS(U8, U32, U64, STR)			\
	U32(pid)							\
	U32(facility)		/* of <syslog.h> */			\
	U8(level)							\
	STR(lines, LOG_LINES_BYTES)

/* ---- signer <-> the process that asks a security key --------------------- */

/* Without data: is the provider of use? */
#define IPC_DEVICE_SIGN_FIELDS(U8, U32, U64, STR)			\
	STR(provider, 4095)	/* path of a library */			\
	U8(is_ecdsa)		/* or Ed25519 */			\
	STR(application, SK_APPLICATION_MAX)				\
	U8(flags)		/* of the private key */		\
	STR(handle, DEVICE_HANDLE_MAX)					\
	STR(data, PAYLOAD_MAX_PREAUTH)
#define IPC_DEVICE_SIGNED_FIELDS(U8, U32, U64, STR)			\
	STR(reason, 512)	/* empty: it went well */		\
	U8(flags)							\
	U32(counter)							\
	STR(r, DEVICE_NUMBER_MAX)	/* Ed25519: the signature */	\
	STR(s, DEVICE_NUMBER_MAX)

/* ---- net -> session ----------------------------------------------------- */

/* A session channel exists (RFC 4254 6.1); at most max_sessions at a time. */
#define IPC_SES_OPEN_FIELDS(U8, U32, U64, STR)				\
	U32(channel)
#define IPC_SES_PTY_FIELDS(U8, U32, U64, STR)				\
	U32(request)							\
	U32(channel)							\
	STR(term, TERM_MAX)						\
	U32(columns)							\
	U32(rows)							\
	U32(x_pixels)							\
	U32(y_pixels)							\
	STR(modes, TTY_MODES_MAX)	/* RFC 4254 section 8 */
#define IPC_SES_ENV_FIELDS(U8, U32, U64, STR)				\
	U32(request)							\
	U32(channel)							\
	STR(name, ENV_NAME_MAX)						\
	STR(value, ENV_VALUE_MAX)
/* RFC 4254 6.3.1 */
#define IPC_SES_X11_FIELDS(U8, U32, U64, STR)				\
	U32(request)							\
	U32(channel)							\
	U8(single)			/* one connection, then no more */ \
	STR(protocol, X11_PROTOCOL_MAX)					\
	STR(cookie, X11_COOKIE_MAX)					\
	U32(screen)
/* The client's agent may be reached from this connection's programs. */
#define IPC_SES_AGENT_FIELDS(U8, U32, U64, STR)				\
	U32(request)							\
	U32(channel)							\
	U8(is_ietf)			/* which name its channels have */
#define IPC_SES_START_FIELDS(U8, U32, U64, STR)				\
	U32(request)							\
	U32(channel)							\
	U8(kind)			/* enum start_kind */		\
	STR(command, COMMAND_MAX)	/* or subsystem name */
#define IPC_SES_WINDOW_FIELDS(U8, U32, U64, STR)			\
	U32(channel)							\
	U32(columns)							\
	U32(rows)							\
	U32(x_pixels)							\
	U32(y_pixels)
#define IPC_SES_SIGNAL_FIELDS(U8, U32, U64, STR)			\
	U32(request)							\
	U32(channel)							\
	STR(name, SIGNAL_NAME_MAX)	/* without SIG, RFC 4254 6.10 */
#define IPC_SES_BREAK_FIELDS(U8, U32, U64, STR)				\
	U32(request)							\
	U32(channel)
/* The channel is closed: hang up what still runs in it. */
#define IPC_SES_CLOSE_FIELDS(U8, U32, U64, STR)				\
	U32(channel)
#define IPC_CONNECT_TCP_FIELDS(U8, U32, U64, STR)			\
	U32(request)							\
	STR(host, HOST_NAME_MAX_LEN)					\
	U32(port)							\
	STR(originator, HOST_NAME_MAX_LEN)				\
	U32(originator_port)
#define IPC_CONNECT_STREAM_FIELDS(U8, U32, U64, STR)			\
	U32(request)							\
	STR(path, SOCKET_PATH_MAX)
/* Answered CONNECTED with the device. */
#define IPC_OPEN_TUN_FIELDS(U8, U32, U64, STR)				\
	U32(request)							\
	U32(mode)			/* enum tun_mode */		\
	U32(unit)			/* or TUN_UNIT_ANY */
#define IPC_LISTEN_TCP_FIELDS(U8, U32, U64, STR)			\
	U32(request)							\
	STR(address, HOST_NAME_MAX_LEN)					\
	U32(port)			/* 0: any */
#define IPC_LISTEN_STREAM_FIELDS(U8, U32, U64, STR)			\
	U32(request)							\
	STR(path, SOCKET_PATH_MAX)
#define IPC_CANCEL_TCP_FIELDS(U8, U32, U64, STR)			\
	U32(request)							\
	STR(address, HOST_NAME_MAX_LEN)					\
	U32(port)
#define IPC_CANCEL_STREAM_FIELDS(U8, U32, U64, STR)			\
	U32(request)							\
	STR(path, SOCKET_PATH_MAX)

/* ---- session -> net ----------------------------------------------------- */

/* Answer to a request that yields no descriptor. */
#define IPC_SES_DONE_FIELDS(U8, U32, U64, STR)				\
	U32(request)							\
	U8(ok)								\
	U32(port)			/* LISTEN_TCP: the one bound */
/* Before the answer: the client is told more than that it is "no". */
#define IPC_SES_REMARK_FIELDS(U8, U32, U64, STR)			\
	U8(remark)			/* enum remark */
/*
 * The program runs. Descriptors: the pty's master; or stdin (write), stdout
 * (read), stderr (read, absent for a subsystem). Where input is shared, stdin
 * is the bell of a shared_pipe.h, and its memory comes last.
 */
#define IPC_SES_STARTED_FIELDS(U8, U32, U64, STR)			\
	U32(request)							\
	U32(channel)							\
	U8(is_pty)							\
	U8(input_is_shared)
#define IPC_SES_EXITED_FIELDS(U8, U32, U64, STR)			\
	U32(channel)							\
	U8(by_signal)							\
	U8(core_dumped)							\
	U32(status)			/* exit code, or signal number */ \
	STR(signal, SIGNAL_NAME_MAX)	/* without SIG */
/* Descriptor: the connected socket. */
#define IPC_CONNECTED_FIELDS(U8, U32, U64, STR)				\
	U32(request)
#define IPC_CONNECT_FAILED_FIELDS(U8, U32, U64, STR)			\
	U32(request)							\
	U32(reason)			/* RFC 4254 5.1 */		\
	STR(text, 256)
/* Descriptor: a connection to a forwarded port, path, display or agent. */
#define IPC_ACCEPTED_FIELDS(U8, U32, U64, STR)				\
	U8(kind)			/* enum accepted_kind */	\
	STR(address, HOST_NAME_MAX_LEN)	/* as asked for; or the path */	\
	U32(port)							\
	STR(originator, HOST_NAME_MAX_LEN)				\
	U32(originator_port)

/*
 * X(name, edge, states of the receiver, limit, min fds, max fds)
 *
 * Descriptors are lost where one side has no room for more. Those that open
 * something for the client have a minimum of 0, so that only this fails.
 */
#define IPC_MESSAGES(X)							\
	X(SETUP,	LISTENER_TO_MONITOR, MON_START, ONCE, 6, 6)	\
	X(CONNECTION,	LISTENER_TO_MONITOR, MON_WARM, ONCE, 1, 2)	\
									\
	X(READY,	MONITOR_TO_LISTENER, LIS_STARTING, ONCE, 0, 0)	\
	X(CHECKING,	MONITOR_TO_LISTENER, LIS_SERVING, ONCE, 1, 1)	\
	X(AUTHENTICATED, MONITOR_TO_LISTENER, LIS_SERVING, ONCE, 0, 0)	\
									\
	X(SIGNER_SETUP,	LISTENER_TO_SIGNER, SIG_START, ONCE, 3, 3)	\
	X(HOST_KEYS,	SIGNER_TO_LISTENER, LIS_KEYS, ONCE, 1, 1)	\
	X(SIGNER_HURT,	SIGNER_TO_LISTENER, LIS_SIGNER, ONCE, 0, 0)	\
									\
	X(SERVE,	MONITOR_TO_SIGNER, SIG_READY, MANY, 1, 1)	\
	X(SIGN_EXCHANGE, MONITOR_TO_SIGNER, SIG_SERVING, MANY, 0, 0)	\
	X(SIGN_PROOF,	MONITOR_TO_SIGNER, SIG_SERVING, MANY, 0, 0)	\
	X(VERIFY,	MONITOR_TO_SIGNER, SIG_SERVING, MANY, 0, 0)	\
	X(CHECK_CERT,	MONITOR_TO_SIGNER, SIG_SERVING, MANY, 0, 0)	\
	X(EXCHANGE_SIGNED, SIGNER_TO_MONITOR, MON_ASKING, MANY, 0, 0)	\
	X(PROOF_SIGNED,	SIGNER_TO_MONITOR, MON_ASKING, MANY, 0, 0)	\
	X(VERIFIED,	SIGNER_TO_MONITOR, MON_ASKING, MANY, 0, 0)	\
									\
	X(NET_SETUP,	MONITOR_TO_NET, NET_START, ONCE, 0, 0)		\
	X(NET_CONNECTION, MONITOR_TO_NET, NET_WARM, ONCE, 1, 2)		\
	X(KEX_SIGNED,	MONITOR_TO_NET, NET_ASKING | NET_OPEN, MANY, 0, 0) \
	X(GEX_GROUP_REPLY, MONITOR_TO_NET, NET_ASKING | NET_OPEN, MANY, 0, 0) \
	X(USER_REPLY,	MONITOR_TO_NET, NET_ASKING, ONCE, 0, 0)		\
	X(AUTH_REPLY,	MONITOR_TO_NET, NET_ASKING, MANY, 0, 1)		\
	X(KBDINT_QUESTION, MONITOR_TO_NET, NET_ASKING, MANY, 0, 0)	\
	X(HOSTKEY_PROOF_REPLY, MONITOR_TO_NET, NET_OPEN, MANY, 0, 0)	\
									\
	X(NET_READY,	NET_TO_MONITOR, MON_WARM, ONCE, 0, 0)		\
	X(NET_LOG,	NET_TO_MONITOR, MON_ANY_NET, MANY, 0, 0)	\
	X(NET_LOG_LINES, NET_TO_MONITOR, MON_AUTHED, MANY, 0, 0)	\
	X(KEX_SIGN,	NET_TO_MONITOR, MON_KEX | MON_AUTHED, MANY, 0, 0) \
	X(GEX_GROUP,	NET_TO_MONITOR, MON_KEX | MON_AUTHED, MANY, 0, 0) \
	X(USER,		NET_TO_MONITOR, MON_FRESH, ONCE, 0, 0)		\
	X(AUTH_NONE,	NET_TO_MONITOR, MON_NAMED, AUTH_REQUESTS_MAX, 0, 0) \
	X(AUTH_PUBKEY_QUERY, NET_TO_MONITOR, MON_NAMED, AUTH_REQUESTS_MAX, 0, 0) \
	X(AUTH_PUBKEY,	NET_TO_MONITOR, MON_NAMED, AUTH_REQUESTS_MAX, 0, 0) \
	X(AUTH_PASSWORD, NET_TO_MONITOR, MON_NAMED, AUTH_REQUESTS_MAX, 0, 0) \
	X(AUTH_HOSTBASED, NET_TO_MONITOR, MON_NAMED, AUTH_REQUESTS_MAX, 0, 0) \
	X(AUTH_KBDINT,	NET_TO_MONITOR, MON_NAMED, AUTH_REQUESTS_MAX, 0, 0) \
	X(AUTH_KBDINT_ANSWER, NET_TO_MONITOR, MON_DIALOGUE, AUTH_REQUESTS_MAX, 0, 0) \
	X(AUTH_UNKNOWN,	NET_TO_MONITOR, MON_NAMED, AUTH_REQUESTS_MAX, 0, 0) \
	X(HOSTKEY_PROOF, NET_TO_MONITOR, MON_AUTHED, HOST_KEYS_MAX, 0, 0) \
									\
	X(GRANT,	MONITOR_TO_SESSION, SES_START, ONCE, 1, 1)	\
	X(PTY_OPENED,	MONITOR_TO_SESSION, SES_OPEN, MANY, 0, 1)	\
									\
	X(SES_LOG,	SESSION_TO_MONITOR, MON_AUTHED, MANY, 0, 0)	\
	X(PTY_OPEN,	SESSION_TO_MONITOR, MON_AUTHED, MANY, 0, 0)	\
	X(PTY_CLOSED,	SESSION_TO_MONITOR, MON_AUTHED, MANY, 0, 0)	\
	X(FILE_MADE,	SESSION_TO_MONITOR, MON_AUTHED, MANY, 0, 0)	\
	X(FILE_GONE,	SESSION_TO_MONITOR, MON_AUTHED, MANY, 0, 0)	\
	X(SES_SFTP_LOG,	SESSION_TO_MONITOR, MON_AUTHED, MANY, 0, 0)	\
									\
	X(SFTP_LOG,	SFTP_TO_SESSION, SES_OPEN, MANY, 0, 0)		\
									\
	X(FORK_LOG,	FORK_TO_SIGNER, SIG_READY, MANY, 0, 0)		\
									\
	X(DEVICE_SIGN,	SIGNER_TO_DEVICE, DEV_ASKED, ONCE, 0, 0)	\
	X(DEVICE_SIGNED, DEVICE_TO_SIGNER, SIG_DEVICE, ONCE, 0, 0)	\
									\
	X(SES_OPEN,	NET_TO_SESSION, SES_OPEN, MANY, 0, 0)		\
	X(SES_PTY,	NET_TO_SESSION, SES_OPEN, MANY, 0, 0)		\
	X(SES_ENV,	NET_TO_SESSION, SES_OPEN, MANY, 0, 0)		\
	X(SES_X11,	NET_TO_SESSION, SES_OPEN, MANY, 0, 0)		\
	X(SES_AGENT,	NET_TO_SESSION, SES_OPEN, MANY, 0, 0)		\
	X(SES_START,	NET_TO_SESSION, SES_OPEN, MANY, 0, 0)		\
	X(SES_WINDOW,	NET_TO_SESSION, SES_OPEN, MANY, 0, 0)		\
	X(SES_SIGNAL,	NET_TO_SESSION, SES_OPEN, MANY, 0, 0)		\
	X(SES_BREAK,	NET_TO_SESSION, SES_OPEN, MANY, 0, 0)		\
	X(SES_CLOSE,	NET_TO_SESSION, SES_OPEN, MANY, 0, 0)		\
	X(CONNECT_TCP,	NET_TO_SESSION, SES_OPEN, MANY, 0, 0)		\
	X(CONNECT_STREAM, NET_TO_SESSION, SES_OPEN, MANY, 0, 0)		\
	X(OPEN_TUN,	NET_TO_SESSION, SES_OPEN, MANY, 0, 0)		\
	X(LISTEN_TCP,	NET_TO_SESSION, SES_OPEN, MANY, 0, 0)		\
	X(LISTEN_STREAM, NET_TO_SESSION, SES_OPEN, MANY, 0, 0)		\
	X(CANCEL_TCP,	NET_TO_SESSION, SES_OPEN, MANY, 0, 0)		\
	X(CANCEL_STREAM, NET_TO_SESSION, SES_OPEN, MANY, 0, 0)		\
									\
	X(SES_DONE,	SESSION_TO_NET, NET_OPEN, MANY, 0, 0)		\
	X(SES_REMARK,	SESSION_TO_NET, NET_OPEN, MANY, 0, 0)		\
	X(SES_STARTED,	SESSION_TO_NET, NET_OPEN, MANY, 0, 4)		\
	X(SES_EXITED,	SESSION_TO_NET, NET_OPEN, MANY, 0, 0)		\
	X(CONNECTED,	SESSION_TO_NET, NET_OPEN, MANY, 0, 1)		\
	X(CONNECT_FAILED, SESSION_TO_NET, NET_OPEN, MANY, 0, 0)		\
	X(ACCEPTED,	SESSION_TO_NET, NET_OPEN, MANY, 0, 1)

/* The log message has one layout on all edges. */
#define IPC_NET_LOG_FIELDS	IPC_LOG_FIELDS
#define IPC_SES_LOG_FIELDS	IPC_LOG_FIELDS
#define IPC_FORK_LOG_FIELDS	IPC_LOG_FIELDS

/* ---- made from the above ------------------------------------------------ */

enum ipc_id {
#define X(name, edge, states, limit, fds_min, fds_max) IPC_##name,
	IPC_MESSAGES(X)
#undef X
	IPC_COUNT
};

#define IPC_U8_MEMBER(name)		uint8_t name;
#define IPC_U32_MEMBER(name)		uint32_t name;
#define IPC_U64_MEMBER(name)		uint64_t name;
#define IPC_STR_MEMBER(name, max)	struct bytes name;

/* struct ipc_SETUP, struct ipc_KEX_SIGN, ...; no_fields keeps C happy. */
#define X(name, edge, states, limit, fds_min, fds_max)			\
struct ipc_##name {							\
	IPC_##name##_FIELDS(IPC_U8_MEMBER, IPC_U32_MEMBER,		\
	    IPC_U64_MEMBER, IPC_STR_MEMBER)				\
	char no_fields[0];						\
};
IPC_MESSAGES(X)
#undef X

/* Any decoded message; the member is named as the message. */
union ipc_any {
#define X(name, edge, states, limit, fds_min, fds_max) struct ipc_##name name;
	IPC_MESSAGES(X)
#undef X
};

/* ---- values of fields --------------------------------------------------- */

enum setup_flags {
	SETUP_INETD	= 1 << 0,	/* -i: no listener behind us */
	SETUP_STDERR	= 1 << 1,	/* log to the descriptor, not syslog */
	SETUP_NO_GRACE	= 1 << 2,	/* -d: no login grace timer */
	SETUP_QUIET	= 1 << 3,	/* -q */
	SETUP_STARTING	= 1 << 4,	/* the descriptor is for now only */
};

enum auth_result {
	AUTH_FAILURE,		/* USERAUTH_FAILURE with methods */
	AUTH_PARTIAL,		/* ... with partial success */
	AUTH_KEY_OK,		/* USERAUTH_PK_OK */
	AUTH_SUCCESS,
	AUTH_TOO_MANY,		/* MaxAuthTries: disconnect */
	AUTH_REFUSED,		/* no method can lead to a login: disconnect */
	AUTH_DENIED,		/* disconnect; the log says why */
};

enum start_kind { START_SHELL, START_EXEC, START_SUBSYSTEM };

enum forced_by { FORCED_BY_NONE, FORCED_BY_CONFIG, FORCED_BY_KEY };

#define GRANT_NO_MODE	UINT32_MAX

enum grant_sftp {
	GRANT_SFTP_ONLY		= 1 << 0,	/* no shell, no command */
	GRANT_SFTP_ATOMIC	= 1 << 1,	/* SftpUpload */
	GRANT_SFTP_SYNCED	= 1 << 2,
	GRANT_SFTP_AUDIT	= 1 << 3,
};

enum grant_permit {
	PERMIT_PTY		= 1 << 0,
	PERMIT_LOCAL_TCP	= 1 << 1,	/* direct-tcpip */
	PERMIT_REMOTE_TCP	= 1 << 2,	/* tcpip-forward */
	PERMIT_LOCAL_STREAM	= 1 << 3,
	PERMIT_REMOTE_STREAM	= 1 << 4,
	PERMIT_STREAM_UNLINK	= 1 << 5,
	PERMIT_USER_RC		= 1 << 6,
	PERMIT_MOTD		= 1 << 7,
	PERMIT_LAST_LOGIN	= 1 << 8,
	PERMIT_USER_ENV		= 1 << 9,	/* ~/.ssh/environment */
	PERMIT_X11		= 1 << 10,
	PERMIT_X11_REMOTE	= 1 << 11,	/* X11UseLocalhost no */
	PERMIT_AGENT		= 1 << 12,
	PERMIT_TUN_POINT	= 1 << 13,
	PERMIT_TUN_ETHERNET	= 1 << 14,
	/* LogForwards, and why no forward is permitted at all */
	PERMIT_FORWARD_LINES	= 1 << 15,
	FORBIDDEN_BY_CONFIG	= 1 << 16,	/* DisableForwarding */
	FORBIDDEN_BY_KEY	= 1 << 17,	/* ports and sockets */
	X11_FORBIDDEN_BY_KEY	= 1 << 18,
	AGENT_FORBIDDEN_BY_KEY	= 1 << 19,
	TUN_FORBIDDEN_BY_KEY	= 1 << 20,
};

/* Not ACCOUNT_GOOD: nothing is run but what this calls for. */
enum grant_account {
	ACCOUNT_GOOD,
	ACCOUNT_PASSWORD_EXPIRED,	/* passwd(1), at a terminal */
	ACCOUNT_NO_SESSION,		/* PAM opened none: nothing */
	ACCOUNT_COUNT
};

/*
 * permit_open and the like: a run of (string host, string port), "*" for any;
 * no entry at all: everything is allowed. "none" is the one entry ("", "").
 */

#define QOS_NONE	UINT32_MAX	/* leave the system's default */

/* What a connection that session accepted is for. */
enum accepted_kind {
	ACCEPTED_TCP, ACCEPTED_STREAM, ACCEPTED_X11,
	ACCEPTED_AGENT,			/* auth-agent@openssh.com */
	ACCEPTED_AGENT_IETF,		/* agent-connect */
	ACCEPTED_COUNT
};

/* Why something is refused, for SSH_MSG_DEBUG; see sshd/net/remark.h. */
enum remark {
	REMARK_X11_BY_KEY,
	REMARK_NO_XAUTH,
	REMARK_TUN_MODE,
	REMARK_TUN_FORBIDDEN,
	REMARK_TUN_FAILED,
	REMARK_PORTS_FORBIDDEN,
	REMARK_PORT_REFUSED,		/* by a list */
	REMARK_SOCKETS_FORBIDDEN,
	REMARK_COUNT
};

/* How the file of ExposeAuthInfo begins: in FILE_MADE, no other file may. */
#define AUTH_FILE_PREFIX	"/tmp/sshauth."

enum gateway_ports { GATEWAY_NO, GATEWAY_YES, GATEWAY_CLIENT };

#endif
