/* SPDX-License-Identifier: ISC */
/*
 * connection - the messages of the connection protocol.
 *
 * Shapes:  RFC 4254 and OpenSSH's extensions; an open or a request is a head,
 *          then the fields of its type.
 * Units:   bytes; ports stay 32 bits wide as sent, PORT_MAX is the caller's
 *          check.
 * Errors:  as reader.h and writer.h.
 * Owns:    nothing: parsed fields borrow.
 * Source:  RFC 4254, RFC 4335; OpenSSH PROTOCOL.
 */
#ifndef LIB_WIRE_CONNECTION_H
#define LIB_WIRE_CONNECTION_H

#include "lib/base/limits.h"
#include "lib/wire/reader.h"
#include "lib/wire/writer.h"

#define PORT_MAX		65535

enum ssh_open_reason {		/* RFC 4254 5.1 */
	SSH_OPEN_PROHIBITED = 1,
	SSH_OPEN_CONNECT_FAILED = 2,
	SSH_OPEN_UNKNOWN_TYPE = 3,
	SSH_OPEN_RESOURCE_SHORTAGE = 4,
};

enum tun_mode { TUN_MODE_POINT_TO_POINT = 1, TUN_MODE_ETHERNET = 2 };

#define TUN_UNIT_ANY		0x7fffffff
#define TUN_UNIT_MAX		0x7ffffffd	/* of one that is named */

#define SSH_EXTENDED_STDERR	1	/* RFC 4254 5.2 */

/* All parse functions start behind the message number; so do builders. */

/* ---- global requests, RFC 4254 4 and 7.1 -------------------------------- */

struct global_request {		/* the request's own fields follow */
	struct bytes name;
	bool want_reply;
};

struct forward_tcp {		/* tcpip-forward, cancel-tcpip-forward */
	struct bytes address;
	uint32_t port;
};

MUST_CHECK bool global_request_parse(struct reader *r,
    struct global_request *m, struct err *err);
MUST_CHECK bool forward_tcp_parse(struct reader *r, struct forward_tcp *m,
    struct err *err);
/* streamlocal-forward@openssh.com and its cancel. */
MUST_CHECK bool forward_stream_parse(struct reader *r, struct bytes *path,
    struct err *err);
void global_request_build(const char *name, bool want_reply,
    struct writer *w);

/* ---- opening, RFC 4254 5.1, 7.1 and 7.2 --------------------------------- */

struct channel_open {		/* the type's own fields follow */
	struct bytes type;
	uint32_t sender_channel, initial_window_size, maximum_packet_size;
};

struct open_tcp {		/* direct-tcpip and forwarded-tcpip */
	struct bytes host, originator;
	uint32_t port, originator_port;
};

struct open_tun {		/* tun@openssh.com */
	uint32_t mode, unit;
};

struct open_confirmation {
	uint32_t recipient_channel, sender_channel;
	uint32_t initial_window_size, maximum_packet_size;
};

struct open_failure_message {
	uint32_t recipient_channel, reason;
	struct bytes description;
};

MUST_CHECK bool channel_open_parse(struct reader *r, struct channel_open *m,
    struct err *err);
MUST_CHECK bool open_tcp_parse(struct reader *r, struct open_tcp *m,
    struct err *err);
/* direct-streamlocal@openssh.com */
MUST_CHECK bool open_stream_parse(struct reader *r, struct bytes *path,
    struct err *err);
MUST_CHECK bool open_tun_parse(struct reader *r, struct open_tun *m,
    struct err *err);
MUST_CHECK bool open_confirmation_parse(struct reader *r,
    struct open_confirmation *m, struct err *err);
MUST_CHECK bool open_failure_parse(struct reader *r,
    struct open_failure_message *m, struct err *err);
void channel_open_build(const struct channel_open *m, struct writer *w);
void open_tcp_build(const struct open_tcp *m, struct writer *w);
/* forwarded-streamlocal@openssh.com */
void open_stream_build(struct bytes path, struct writer *w);
/* x11, RFC 4254 6.3.2 */
void open_x11_build(struct bytes originator, uint32_t originator_port,
    struct writer *w);
void open_confirmation_build(const struct open_confirmation *m,
    struct writer *w);
void open_failure_build(const struct open_failure_message *m,
    struct writer *w);

/* ---- data and the end, RFC 4254 5.2 and 5.3 ----------------------------- */

#define CHANNEL_DATA_HEAD	9	/* number, channel, length */
#define CHANNEL_EXTENDED_HEAD	13	/* ... and the type */

struct channel_data {
	uint32_t recipient_channel;
	uint32_t data_type;		/* extended data only */
	struct bytes data;
};

MUST_CHECK bool channel_data_parse(struct reader *r, struct channel_data *m,
    struct err *err);
MUST_CHECK bool channel_extended_data_parse(struct reader *r,
    struct channel_data *m, struct err *err);
MUST_CHECK bool window_adjust_parse(struct reader *r,
    uint32_t *recipient_channel, uint32_t *bytes_to_add, struct err *err);
/* EOF, CLOSE, SUCCESS and FAILURE: a channel's number and nothing else. */
MUST_CHECK bool channel_number_parse(struct reader *r,
    uint32_t *recipient_channel, struct err *err);
void window_adjust_build(uint32_t recipient_channel, uint32_t bytes_to_add,
    struct writer *w);

/* ---- channel requests, RFC 4254 5.4 and 6 ------------------------------- */

struct channel_request {	/* the request's own fields follow */
	uint32_t recipient_channel;
	struct bytes name;
	bool want_reply;
};

struct window_size {
	uint32_t columns, rows, x_pixels, y_pixels;
};

struct pty_request {		/* RFC 4254 6.2 */
	struct bytes term, modes;
	struct window_size size;
};

struct env_request {		/* RFC 4254 6.4 */
	struct bytes name, value;
};

struct x11_request {		/* RFC 4254 6.3.1 */
	bool single_connection;
	struct bytes protocol, cookie;
	uint32_t screen;
};

struct exit_signal {		/* RFC 4254 6.10 */
	struct bytes name;		/* without SIG */
	bool core_dumped;
};

MUST_CHECK bool channel_request_parse(struct reader *r,
    struct channel_request *m, struct err *err);
MUST_CHECK bool pty_request_parse(struct reader *r, struct pty_request *m,
    struct err *err);
MUST_CHECK bool env_request_parse(struct reader *r, struct env_request *m,
    struct err *err);
MUST_CHECK bool x11_request_parse(struct reader *r, struct x11_request *m,
    struct err *err);
MUST_CHECK bool exec_request_parse(struct reader *r, struct bytes *command,
    struct err *err);
MUST_CHECK bool subsystem_request_parse(struct reader *r, struct bytes *name,
    struct err *err);
MUST_CHECK bool window_change_parse(struct reader *r, struct window_size *m,
    struct err *err);
MUST_CHECK bool signal_request_parse(struct reader *r, struct bytes *name,
    struct err *err);
/* RFC 4335; the length is a wish that nobody can fulfil. */
MUST_CHECK bool break_request_parse(struct reader *r, uint32_t *length_ms,
    struct err *err);
void channel_request_build(uint32_t recipient_channel, const char *name,
    bool want_reply, struct writer *w);
/* Behind channel_request_build() of "exit-signal". */
void exit_signal_build(const struct exit_signal *m, struct writer *w);

#endif
