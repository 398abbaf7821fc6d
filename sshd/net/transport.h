/* SPDX-License-Identifier: ISC */
/*
 * transport - the packet stream of the one connection, and who uses it.
 *
 * Shapes:  input and output descriptor (a socket, or two pipes), packets in
 *          and out, key exchange; upper layers use packet_out.h and the hooks
 *          named at the end.
 * Units:   bytes, milliseconds.
 * Errors:  a handler's false ends the connection (conn_reason()).
 * Owns:    both descriptors, buffers and keys.
 * Source:  RFC 4253; DESIGN.md section 5.
 */
#ifndef SSHD_NET_TRANSPORT_H
#define SSHD_NET_TRANSPORT_H

#include "lib/base/loop.h"
#include "lib/wire/reader.h"
#include "sshd/net/kex.h"
#include "sshd/net/packet_in.h"
#include "sshd/net/packet_out.h"
#include "sshd/net/rekey.h"
#include "sshd/net/version.h"
#include "sshd/net/wakeups.h"

struct conn;

struct transport {
	int in_fd, out_fd;		/* may be the same */
	struct watch in_watch, out_watch; /* out: only for two pipes */
	struct packet_in in;
	struct packet_out out;
	struct kex kex;
	struct rekey rekey;
	struct peer_version peer;	/* quirks, identification line */
	bool quick_ack;			/* re-armed after every read */
	bool lost;			/* the peer is gone: no lingering */
	bool stopped;			/* packets wait: OUT_STOP_READING */
	bool in_always;			/* a file (-i): epoll can't watch it */
	struct wakeups wakeups;
	struct timer trim_timer;
	uint64_t trim_mark;		/* traffic when the timer was set */
};

void transport_init(struct transport *transport);
void transport_clear(struct conn *conn);
/*
 * NET: takes the descriptors and queues identification and KEXINIT, which
 * leave in one write before the peer has said anything.
 */
MUST_CHECK bool transport_start(struct conn *conn, int in_fd, int out_fd,
    struct err *err);
/* NET: end of a round of the loop: starts a rekey that is due, writes. */
void transport_round(struct conn *conn);

/*
 * NET: to be called after USERAUTH_SUCCESS was sent: state becomes CONN_OPEN,
 * delayed compression starts, packets may be large, rekeying is possible.
 */
MUST_CHECK bool transport_login(struct conn *conn, uint64_t rekey_bytes,
    uint32_t rekey_seconds, struct err *err);
/*
 * NET: second EXT_INFO, when the client said ext-info-in-auth; to be called
 * with the list of IPC USER_REPLY before the first answer to the client.
 * Sends nothing otherwise, and nothing for an empty list.
 */
MUST_CHECK bool transport_send_ext_info(struct conn *conn,
    struct bytes server_sig_algs, struct err *err);
/* NET: the first EXT_INFO, RFC 8308 section 2.4. */
MUST_CHECK bool transport_send_first_ext_info(struct conn *conn,
    struct err *err);
/* NET: does the peer's software have this quirk (enum peer_quirk)? */
bool transport_peer_is(const struct conn *conn, unsigned quirk);

/*
 * Hooks of the upper layers (auth.c, chan_*.c), called by the transport.
 *
 * auth_start: SERVICE_ACCEPT is queued; state is CONN_AUTH.
 * channels_output_ready: packet_data_room() is worth asking again.
 * channels_input_end: every packet of one read(2) was handled. Until this
 *	call the payloads of these packets stay where they are, so that data
 *	of several packets can leave by one writev(2); afterwards their memory
 *	is read into again. (Comes after every packet when compressed.)
 */
MUST_CHECK bool auth_start(struct conn *conn, struct err *err);
void channels_output_ready(struct conn *conn);
MUST_CHECK bool channels_input_end(struct conn *conn, struct err *err);

#endif
