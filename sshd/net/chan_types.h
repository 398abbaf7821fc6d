/* SPDX-License-Identifier: ISC */
/*
 * chan_types - the channel types, one row each.
 *
 * Shapes:  a const table; the same for all types: chan_messages.c.
 * Units:   -
 * Errors:  handlers: false ends the connection; a refusal is an answer.
 * Owns:    nothing.
 * Source:  RFC 4254 5.1, 6.1, 7.2; OpenSSH PROTOCOL.
 */
#ifndef SSHD_NET_CHAN_TYPES_H
#define SSHD_NET_CHAN_TYPES_H

#include "lib/wire/connection.h"
#include "sshd/net/channels.h"
#include "sshd/net/requests.h"

struct chan_type {
	const char *name;
	const char *timeout_name;	/* in ChannelTimeout; NULL: name */
	const char *log_kind;		/* in chan_log.c; NULL: no forward */
	/* The peer opens one; NULL: only we do. The reader is at its fields. */
	bool (*open)(struct conn *, const struct channel_open *,
	    struct reader *, struct err *);
	/* We open one: the fields behind the head. NULL: none. */
	void (*offer)(const struct ipc_ACCEPTED *, struct writer *);
	/*
	 * Packets, no stream: reads one whole into p, or nothing (0), or finds
	 * that there will be no more (-1). NULL: a stream.
	 */
	ssize_t (*read_packet)(struct channel *, uint8_t *p, size_t room);
	/* Writes one of the peer's, or loses it. */
	void (*take_packet)(struct channel *, struct bytes);
	/* All output was sent: what has to follow it, before EOF. Or NULL. */
	bool (*report)(struct channel *, struct err *);
	/* All output was sent: may CLOSE follow? */
	bool (*is_over)(const struct channel *);
	/* Its descriptors are closed. Or NULL. */
	bool (*closed)(struct channel *, struct err *);
	/* The peer's CLOSE came: is there something to wait for before ours? */
	bool (*waits)(const struct channel *);
	/* The type's own channel requests, or NULL. */
	enum request_result (*request)(struct channel *,
	    const struct channel_request *, struct reader *, struct err *);
};

extern const struct chan_type chan_session, chan_direct_tcp,
    chan_direct_stream, chan_forwarded_tcp, chan_forwarded_stream, chan_x11,
    chan_agent, chan_agent_ietf, chan_tun;

/* The type that a peer may open by this name, or NULL. */
const struct chan_type *chan_type_find(struct bytes name);

#endif
