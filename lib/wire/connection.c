/* SPDX-License-Identifier: ISC */
#include "lib/wire/connection.h"

/*
 * Names longer than RFC 4251 6 allows are read whole: they are names that we
 * don't know, not a reason to hang up.
 */
#define NAME_MAX_READ	1024
#define DESCRIPTION_MAX	4096	/* of a failed open; only logged */

/* ---- global requests -------------------------------------------------- */

bool
global_request_parse(struct reader *r, struct global_request *m,
    struct err *err)
{
	m->name       = rd_string(r, NAME_MAX_READ, "global request name");
	m->want_reply = rd_bool(r, "want reply");
	return rd_ok(r, err);
}

bool
forward_tcp_parse(struct reader *r, struct forward_tcp *m, struct err *err)
{
	m->address = rd_string(r, HOST_NAME_MAX_LEN, "address to bind");
	m->port    = rd_u32(r, "port to bind");
	return rd_end(r, err);
}

bool
forward_stream_parse(struct reader *r, struct bytes *path, struct err *err)
{
	*path = rd_string(r, SOCKET_PATH_MAX, "socket path");
	return rd_end(r, err);
}

void
global_request_build(const char *name, bool want_reply, struct writer *w)
{
	wr_cstring(w, name);
	wr_bool(w, want_reply);
}

/* ---- opening ---------------------------------------------------------- */

bool
channel_open_parse(struct reader *r, struct channel_open *m, struct err *err)
{
	m->type                = rd_string(r, NAME_MAX_READ, "channel type");
	m->sender_channel      = rd_u32(r, "sender channel");
	m->initial_window_size = rd_u32(r, "initial window size");
	m->maximum_packet_size = rd_u32(r, "maximum packet size");
	if (m->maximum_packet_size == 0)
		rd_reject(r, ERR_RANGE, "maximum packet size");
	return rd_ok(r, err);
}

bool
open_tcp_parse(struct reader *r, struct open_tcp *m, struct err *err)
{
	m->host            = rd_string(r, HOST_NAME_MAX_LEN, "host");
	m->port            = rd_u32(r, "port");
	m->originator      = rd_string(r, HOST_NAME_MAX_LEN, "originator");
	m->originator_port = rd_u32(r, "originator port");
	return rd_end(r, err);
}

bool
open_stream_parse(struct reader *r, struct bytes *path, struct err *err)
{
	*path = rd_string(r, SOCKET_PATH_MAX, "socket path");
	(void)rd_string(r, HOST_NAME_MAX_LEN, "reserved string");
	(void)rd_u32(r, "reserved number");
	return rd_end(r, err);
}

bool
open_tun_parse(struct reader *r, struct open_tun *m, struct err *err)
{
	m->mode = rd_u32(r, "tunnel mode");
	m->unit = rd_u32(r, "tunnel unit");
	return rd_end(r, err);
}

bool
open_confirmation_parse(struct reader *r, struct open_confirmation *m,
    struct err *err)
{
	m->recipient_channel   = rd_u32(r, "recipient channel");
	m->sender_channel      = rd_u32(r, "sender channel");
	m->initial_window_size = rd_u32(r, "initial window size");
	m->maximum_packet_size = rd_u32(r, "maximum packet size");
	if (m->maximum_packet_size == 0)
		rd_reject(r, ERR_RANGE, "maximum packet size");
	return rd_end(r, err);
}

bool
open_failure_parse(struct reader *r, struct open_failure_message *m,
    struct err *err)
{
	m->recipient_channel = rd_u32(r, "recipient channel");
	m->reason            = rd_u32(r, "reason");
	m->description       = rd_string(r, DESCRIPTION_MAX, "description");
	(void)rd_string(r, NAME_MAX_READ, "language tag");
	return rd_end(r, err);
}

void
channel_open_build(const struct channel_open *m, struct writer *w)
{
	wr_string(w, m->type);
	wr_u32(w, m->sender_channel);
	wr_u32(w, m->initial_window_size);
	wr_u32(w, m->maximum_packet_size);
}

void
open_tcp_build(const struct open_tcp *m, struct writer *w)
{
	wr_string(w, m->host);
	wr_u32(w, m->port);
	wr_string(w, m->originator);
	wr_u32(w, m->originator_port);
}

void
open_stream_build(struct bytes path, struct writer *w)
{
	wr_string(w, path);
	wr_cstring(w, "");
}

void
open_x11_build(struct bytes originator, uint32_t originator_port,
    struct writer *w)
{
	wr_string(w, originator);
	wr_u32(w, originator_port);
}

void
open_confirmation_build(const struct open_confirmation *m, struct writer *w)
{
	wr_u32(w, m->recipient_channel);
	wr_u32(w, m->sender_channel);
	wr_u32(w, m->initial_window_size);
	wr_u32(w, m->maximum_packet_size);
}

void
open_failure_build(const struct open_failure_message *m, struct writer *w)
{
	wr_u32(w, m->recipient_channel);
	wr_u32(w, m->reason);
	wr_string(w, m->description);
	wr_cstring(w, "");
}

/* ---- data and the end ------------------------------------------------- */

bool
channel_data_parse(struct reader *r, struct channel_data *m, struct err *err)
{
	m->recipient_channel = rd_u32(r, "recipient channel");
	m->data_type         = 0;
	m->data              = rd_string(r, PAYLOAD_MAX, "data");
	return rd_end(r, err);
}

bool
channel_extended_data_parse(struct reader *r, struct channel_data *m,
    struct err *err)
{
	m->recipient_channel = rd_u32(r, "recipient channel");
	m->data_type         = rd_u32(r, "data type");
	m->data              = rd_string(r, PAYLOAD_MAX, "data");
	return rd_end(r, err);
}

bool
window_adjust_parse(struct reader *r, uint32_t *recipient_channel,
    uint32_t *bytes_to_add, struct err *err)
{
	*recipient_channel = rd_u32(r, "recipient channel");
	*bytes_to_add      = rd_u32(r, "bytes to add");
	return rd_end(r, err);
}

bool
channel_number_parse(struct reader *r, uint32_t *recipient_channel,
    struct err *err)
{
	*recipient_channel = rd_u32(r, "recipient channel");
	return rd_end(r, err);
}

void
window_adjust_build(uint32_t recipient_channel, uint32_t bytes_to_add,
    struct writer *w)
{
	wr_u32(w, recipient_channel);
	wr_u32(w, bytes_to_add);
}

/* ---- channel requests ------------------------------------------------- */

bool
channel_request_parse(struct reader *r, struct channel_request *m,
    struct err *err)
{
	m->recipient_channel = rd_u32(r, "recipient channel");
	m->name              = rd_string(r, NAME_MAX_READ, "request name");
	m->want_reply        = rd_bool(r, "want reply");
	return rd_ok(r, err);
}

static void
read_size(struct reader *r, struct window_size *m)
{
	m->columns  = rd_u32(r, "columns");
	m->rows     = rd_u32(r, "rows");
	m->x_pixels = rd_u32(r, "width in pixels");
	m->y_pixels = rd_u32(r, "height in pixels");
}

bool
pty_request_parse(struct reader *r, struct pty_request *m, struct err *err)
{
	m->term = rd_string(r, TERM_MAX, "TERM");
	read_size(r, &m->size);
	m->modes = rd_string(r, TTY_MODES_MAX, "terminal modes");
	return rd_end(r, err);
}

bool
env_request_parse(struct reader *r, struct env_request *m, struct err *err)
{
	m->name  = rd_string(r, ENV_NAME_MAX, "variable name");
	m->value = rd_string(r, ENV_VALUE_MAX, "variable value");
	return rd_end(r, err);
}

bool
x11_request_parse(struct reader *r, struct x11_request *m, struct err *err)
{
	m->single_connection = rd_bool(r, "single connection");
	m->protocol          = rd_string(r, X11_PROTOCOL_MAX, "X11 protocol");
	m->cookie            = rd_string(r, X11_COOKIE_MAX, "X11 cookie");
	m->screen            = rd_u32(r, "X11 screen");
	return rd_end(r, err);
}

bool
exec_request_parse(struct reader *r, struct bytes *command, struct err *err)
{
	*command = rd_string(r, COMMAND_MAX, "command");
	return rd_end(r, err);
}

bool
subsystem_request_parse(struct reader *r, struct bytes *name, struct err *err)
{
	*name = rd_string(r, SUBSYSTEM_NAME_MAX, "subsystem name");
	return rd_end(r, err);
}

bool
window_change_parse(struct reader *r, struct window_size *m, struct err *err)
{
	read_size(r, m);
	return rd_end(r, err);
}

bool
signal_request_parse(struct reader *r, struct bytes *name, struct err *err)
{
	*name = rd_string(r, SIGNAL_NAME_MAX, "signal name");
	return rd_end(r, err);
}

bool
break_request_parse(struct reader *r, uint32_t *length_ms, struct err *err)
{
	*length_ms = rd_u32(r, "break length");
	return rd_end(r, err);
}

void
channel_request_build(uint32_t recipient_channel, const char *name,
    bool want_reply, struct writer *w)
{
	wr_u32(w, recipient_channel);
	wr_cstring(w, name);
	wr_bool(w, want_reply);
}

void
exit_signal_build(const struct exit_signal *m, struct writer *w)
{
	wr_string(w, m->name);
	wr_bool(w, m->core_dumped);
	wr_cstring(w, "");	/* message */
	wr_cstring(w, "");	/* language */
}
