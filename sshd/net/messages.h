/* SPDX-License-Identifier: ISC */
/*
 * messages - what may come when, and who handles it.
 *
 * Shapes:  one const table with a row for each message number.
 * Units:   -
 * Errors:  a listed message outside of its states is ERR_UNEXPECTED; one
 *          that is only late, and an unlisted one, is answered with
 *          UNIMPLEMENTED.
 * Owns:    nothing.
 * Source:  RFC 4250 section 4.1.2, RFC 4253 section 11.4; house style, 26.
 */
#ifndef SSHD_NET_MESSAGES_H
#define SSHD_NET_MESSAGES_H

#include "lib/base/bytes.h"
#include "lib/base/err.h"
#include "lib/wire/reader.h"

struct conn;

/* The reader stands behind the message number. */
typedef MUST_CHECK bool msg_handler(struct conn *, struct reader *,
    struct err *);

/* NET: one packet. */
MUST_CHECK bool messages_dispatch(struct conn *conn, struct bytes payload,
    struct err *err);

/* NET: answers the packet that is being handled as one of no use. */
MUST_CHECK bool messages_unimplemented(struct conn *conn, struct err *err);

/* transport_messages.c */
msg_handler recv_disconnect, recv_ignore, recv_unimplemented, recv_debug,
    recv_service_request, recv_ext_info, recv_ping;
/* kex.c */
msg_handler recv_kexinit, recv_newkeys, recv_kex_30, recv_kex_32, recv_kex_34;
/* auth.c */
msg_handler recv_userauth_request;
/* auth_kbdint.c */
msg_handler recv_userauth_info_response;
/* global_requests.c and chan_messages.c */
msg_handler recv_global_request, recv_request_success, recv_request_failure,
    recv_channel_open, recv_channel_open_confirmation,
    recv_channel_open_failure, recv_channel_window_adjust, recv_channel_data,
    recv_channel_extended_data, recv_channel_eof, recv_channel_close,
    recv_channel_request, recv_channel_success, recv_channel_failure;

#endif
