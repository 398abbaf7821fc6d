/* SPDX-License-Identifier: ISC */
/*
 * limits - every bound on what a peer can make us hold, with its reason.
 *
 * Shapes:  macros.
 * Units:   bytes unless the name says otherwise.
 * Errors:  none.
 * Owns:    nothing.
 * Source:  RFC 4253 section 6.1, DESIGN.md section 7, measured behaviour.
 */
#ifndef LIB_BASE_LIMITS_H
#define LIB_BASE_LIMITS_H

/* Transport */
#define VERSION_LINE_MAX	255	/* RFC 4253 4.2, without CR LF */
#define PACKET_MAX_IN		262144	/* packet_length, as OpenSSH */
#define PAYLOAD_MAX_PREAUTH	65536	/* KEXINIT of any known client: < 4 KiB */
#define PAYLOAD_MAX		262144	/* also the bound when inflating */
#define CHANNEL_PACKET_MAX	32768	/* data in one packet, both ways */
#define NAME_LIST_MAX		32768	/* one name-list of KEXINIT */
#define ALG_NAME_MAX		64	/* RFC 4251 6: names <= 64 */
#define KEX_PUBLIC_MAX		2048	/* sntrup761: 1190, DH group18: 1025 */
#define KEX_SECRET_MAX		1040	/* mpint of 8192 bits with its length */

/* Keys and signatures */
#define KEY_BLOB_MAX		65536	/* a certificate with many principals */
#define SIGNATURE_MAX		16384	/* RSA-16384: 2 KiB; webauthn: origin */
#define SIGNED_DATA_MAX		139264	/* two key blobs, names */
#define DIGEST_MAX		64	/* SHA-512 */
#define RSA_BITS_MIN		1024	/* as OpenSSH: no setting goes below */
#define RSA_BITS_MAX		16384	/* as OpenSSH; libcrypto's bound, too */
#define RSA_EXPONENT_BITS_MAX	256	/* FIPS 186-5 A.1.1 */
#define SK_APPLICATION_MAX	1024	/* "ssh:" and some text */
#define DEVICE_HANDLE_MAX	16384	/* of a FIDO key: mostly < 256 */
#define DEVICE_NUMBER_MAX	128	/* of its signatures: up to 64 */
#define CERT_PRINCIPALS_MAX	256	/* elements, as OpenSSH */
#define KEY_FILE_MAX		262144	/* RSA-16384 as text: 12 KiB */
#define KEY_ENVIRONMENT_MAX	1025	/* environment= of a line, as OpenSSH */
#define KEY_PERMIT_MAX		4097	/* permitopen= of a line, as OpenSSH */

/* User authentication */
#define USER_NAME_MAX		1024	/* in a request; real ones are < 256 */
#define SERVICE_NAME_MAX	64
#define METHOD_LIST_MAX		256
#define BANNER_MAX		131072	/* one packet, one message to net */
#define AUTH_REQUESTS_MAX	1024	/* requests of one connection */
#define PASSWORD_MAX		1024	/* longer ones fail, as OpenSSH */
#define KBDINT_ANSWERS_MAX	100	/* to one question, as OpenSSH */
#define KBDINT_PROMPTS_MAX	32768	/* texts of one question */
#define PAM_TEXT_MAX		16384	/* what modules tell in one step */
#define PAM_ENV_MAX		65536	/* their environment */
/*
 * How long a check goes on for a client that has left: modules delay failures
 * by 3 s or so, and nobody evades the count of a failure by leaving.
 */
#define CLIENT_LEFT_MS		10000
#define AUTH_INFO_MAX		131072	/* a large certificate in base64 */

/* Connection */
#define CHANNELS_MAX		16384	/* of one connection, as OpenSSH */
#define CHANNEL_WINDOW		2097152	/* what the peer may send ahead */
#define CHANNEL_WINDOWS_TOTAL	67108864 /* of a connection's; then: */
#define CHANNEL_WINDOW_SMALL	65536	/* two packets */
/* Windows grow beyond that to fill a long path: 640 MB/s at 100 ms. */
#define WINDOW_GROWTH_MAX	67108864 /* of a connection */
#define WINDOW_GROWTH_PART	16	/* of the RAM: while few share it */
#define WINDOW_GROWTH_ALL_PART	4	/* of the RAM: all of the host's */
#define COMMAND_MAX		131072	/* MAX_ARG_STRLEN of Linux */
#define ENV_NAME_MAX		1024
#define ENV_VALUE_MAX		32768
#define ENV_COUNT_MAX		129	/* env requests of a session */
#define TERM_MAX		256
#define TTY_MODES_MAX		1024	/* 5 bytes for each of < 200 opcodes */
#define HOST_NAME_MAX_LEN	255	/* RFC 1035 2.3.4 */
#define SOCKET_PATH_MAX		108	/* sun_path */
#define SIGNAL_NAME_MAX		64
#define SUBSYSTEM_NAME_MAX	256
#define X11_PROTOCOL_MAX	64	/* MIT-MAGIC-COOKIE-1 has 18 */
#define X11_COOKIE_MAX		1024	/* 32 hexadecimal digits, or some more */
#define PIPE_BUSY_SIZE		262144	/* 1/4 of the usual pipe-max-size */
#define CHANNEL_TIMEOUTS_MAX	16384	/* ChannelTimeout of a login */
#define PENDING_REQUESTS_MAX	1024	/* unanswered: all forwards at once */

/* Between processes */
#define IPC_MESSAGE_MAX		196608	/* fits the default socket buffer */
#define PERMIT_LIST_MAX		65536	/* entries of PermitOpen, of PermitListen */
#define OUTCOME_TEXT_MAX	128	/* of a struct err */
#define IPC_QUEUE_MAX		1048576	/* written but not yet taken */
#define IPC_FDS_MAX		8

#endif
