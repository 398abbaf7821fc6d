/* SPDX-License-Identifier: ISC */
/*
 * channels - the table of channels, their flow control and their data.
 *
 * Shapes:  one struct channel for each channel, found by its number; up to
 *          three descriptors ("ends") that the kernel moves data through.
 * Units:   windows and packets in bytes of data.
 * Errors:  what breaks RFC 4254 is a false with text and ends the connection.
 * Owns:    channels, their descriptors, input that a program did not take yet.
 * Source:  RFC 4254 sections 5 and 6; DESIGN.md section 5.
 */
#ifndef SSHD_NET_CHANNELS_H
#define SSHD_NET_CHANNELS_H

#include <sys/uio.h>

#include "lib/base/bytes.h"
#include "lib/base/err.h"
#include "lib/base/limits.h"
#include "lib/base/loop.h"
#include "lib/base/shared_pipe.h"
#include "lib/ipc/messages.h"
#include "sshd/net/chan_ring.h"

struct channel;
struct chan_type;
struct conn;
struct request;

#define CHANNEL_STEP_PART	8	/* of it: given back at a time */
#define CHANNEL_OVERRUN_PART	10	/* tolerated: 1/10 of it, as OpenSSH */
#define CHANNEL_ROUND_BYTES	131072	/* sent, then input gets its turn */
#define CHANNEL_ROUND_SHARED	16384	/* the same beside other channels */
#define CHANNEL_GATHER_MAX	16	/* packets written by one writev(2) */
/*
 * What a pty can still hold when its program has ended (tty buffers: 64 KiB
 * and 4 KiB), with reserve: a background program may go on writing for ever.
 */
#define PTY_DRAIN_MAX		262144

enum channel_flag {
	CHANNEL_CONFIRMED	= 1 << 0,	/* both sides know it */
	CHANNEL_OURS		= 1 << 1,	/* we asked to open it */
	CHANNEL_DUPLEX		= 1 << 2,	/* END_OUT takes input too */
	CHANNEL_PTY		= 1 << 3,
	CHANNEL_ATTACHED	= 1 << 4,	/* has or had descriptors */
	CHANNEL_INPUT_ENDED	= 1 << 5,	/* nothing can be written */
	CHANNEL_SENT_EOF	= 1 << 6,
	CHANNEL_SENT_CLOSE	= 1 << 7,
	CHANNEL_GOT_EOF		= 1 << 8,
	CHANNEL_GOT_CLOSE	= 1 << 9,
	CHANNEL_DRAINING	= 1 << 10,	/* program gone, read out */
	CHANNEL_SETTLING	= 1 << 11,	/* see chan_settle.h */
	CHANNEL_EOW_DUE		= 1 << 12,	/* input ended early */
	CHANNEL_FAMILY		= 1 << 13,	/* see chan_tun.c */
	CHANNEL_HELD		= 1 << 14,	/* see chan_ahead.h */
	CHANNEL_HELD_LONG	= 1 << 15,
};

enum end_id {
	END_OUT,	/* read: stdout, pty or socket */
	END_ERR,	/* read: stderr */
	END_IN,		/* written: stdin, when not CHANNEL_DUPLEX */
	END_COUNT
};

/* One descriptor of a channel. */
struct chan_end {
	struct channel *channel;
	struct chan_turn turn;
	struct watch watch;
	int fd;				/* -1: none, or closed */
	bool ended;			/* nothing more can be read */
	bool widened;			/* see chan_end_widen() */
};

/*
 * Input that the descriptor did not take: at most the window and overrun. A
 * ring: what is behind the end of p goes on at its start.
 */
struct chan_backlog {
	uint8_t *p;
	size_t cap, off, len;
};

/* Replies leave in the order of the requests: RFC 4254 4 and 5.4. */
struct reply_queue {
	struct request *first, *last;
};

enum session_phase {
	SESSION_OPEN,		/* pty-req, env, ... */
	SESSION_STARTING,	/* shell, exec or subsystem was asked */
	SESSION_RUNNING,
	SESSION_EXITED,		/* status is known, not yet sent */
	SESSION_REPORTED,	/* status is sent */
};

/* What only a session channel has. */
struct chan_session {
	uint8_t phase;			/* enum session_phase */
	bool has_pty;			/* asked for, and not refused so far */
	bool by_signal, core_dumped;
	bool known;			/* to the session process */
	uint16_t env_count;
	uint32_t status;
	char signal[SIGNAL_NAME_MAX + 1];
};

struct channel {
	struct conn *conn;
	const struct chan_type *type;
	uint32_t id, peer_id;
	uint32_t flags;			/* enum channel_flag */
	uint32_t send_window, send_packet_max;	/* the peer's */
	uint32_t ahead;			/* sent, and no window came for it */
	uint32_t ahead_step, ahead_path, ahead_mistakes; /* chan_ahead.c */
	uint32_t recv_window;		/* what the peer may still send */
	uint32_t recv_window_max;	/* 0 until a session starts */
	uint32_t recv_consumed;		/* not yet given back */
	uint32_t overrun;		/* taken in beyond the window */
	uint32_t recv_grown;		/* of recv_window_max */
	uint32_t recv_withheld;		/* grown, and to be taken back */
	uint32_t round_bytes;		/* arrived since round_ms */
	uint32_t adjusted_left;		/* before what adjusted_ms added */
	int64_t round_ms, asked_ms, adjusted_ms;	/* see chan_window.c */
	int64_t waiting_ms;		/* since when there is a backlog */
	int64_t judged_ms;		/* the same, or when it shrank last */
	uint32_t drained;		/* while CHANNEL_DRAINING */
	uint32_t probe_count;		/* keepalives without an answer */
	uint32_t timeout_s;		/* 0: none; see chan_timeout.c */
	int64_t used_ms;		/* when data passed; 0 without rules */
	int64_t input_ms;		/* see session_limits.c */
	bool idle_notice;		/* was shown */
	char *log_text;			/* see chan_log.c; NULL: none */
	int64_t opened_ms;		/* 0: no line was written yet */
	uint64_t sent_bytes, received_bytes;
	struct chan_end ends[END_COUNT];
	struct shared_pipe shared_input;	/* END_IN is its bell */
	struct chan_backlog backlog;
	struct reply_queue replies;
	struct channel *settle_next;
	struct chan_session session;
};

struct channel_slot {
	struct channel *channel;	/* NULL: free */
	uint32_t next_free;
};

/* chan_timeout.c */
struct chan_timeouts {
	uint8_t *rules;			/* run of pattern, u32 seconds */
	size_t rules_len;
	uint32_t global_s, unused_s;
	int64_t used_ms;		/* when any channel was used */
	struct timer timer, unused_timer;
};

struct channels {
	struct channel_slot *slots;
	uint32_t slot_count, free_slot, channel_count;
	uint32_t session_count, max_sessions;
	bool no_more_sessions;
	uint64_t windows_total;		/* of all recv_window_max, less: */
	uint32_t growth_total, growth_max;	/* of all recv_grown */
	int64_t round_trip_ms;		/* the shortest */
	struct chan_ring ring;
	bool blocked;			/* no output: the ring sleeps */
	struct timer held_timer;	/* see chan_ahead.c */
	struct channel *riding;		/* see chan_ride.h */
	struct timer input_timer;	/* see chan_input.c */
	struct timer round_timer;	/* delay 0: after this round's events */
	struct channel *settle_first;
	/* consecutive data packets for one channel */
	struct channel *gather_channel;
	struct iovec gather[CHANNEL_GATHER_MAX];
	unsigned gather_count;
	/* requests.c */
	struct request *sent_first, *sent_last;
	uint32_t request_count, connect_count, last_request_id;
	struct reply_queue global_replies;
	uint32_t global_probe_count;
	struct chan_timeouts timeouts;
	/* alive.c */
	uint64_t alive_received, alive_taken;	/* when the timer was set */
	uint64_t probe_bytes;		/* taken by the peer or to be */
	/* hostkeys-prove: which of our keys were proved already, by bit */
	uint8_t proved[HOST_KEYS_MAX / 8];
};

/* Zeroes are a fresh struct channels. */
void channels_clear(struct conn *conn);
/*
 * NET: after login: the session process may be asked, through conn->session,
 * which this starts to watch.
 */
MUST_CHECK bool channels_login(struct conn *conn, uint32_t max_sessions,
    struct err *err);

/* A new channel with the lowest numbers in use first; NULL: limit, memory. */
struct channel *channel_new(struct conn *conn, const struct chan_type *type);
/* Closes what it holds; its unanswered requests belong to nobody then. */
void channel_free(struct channel *ch);
/* A channel that both sides know, or NULL. */
struct channel *channel_find(const struct conn *conn, uint32_t id);
/* The same, or one that only we know. */
struct channel *channel_find_any(const struct conn *conn, uint32_t id);

/*
 * NET: answers the peer's CHANNEL_OPEN; the type's window is offered from
 * now on (a session's: once its program runs).
 */
MUST_CHECK bool channel_confirm(struct channel *ch, uint32_t window,
    struct err *err);
/* Both sides know it now. */
void channel_known(struct channel *ch);
MUST_CHECK bool channel_refuse(struct conn *conn, uint32_t peer_id,
    uint32_t reason, const char *text, struct err *err);
/* NET: takes over the peer's numbers from its CHANNEL_OPEN. */
void channel_set_peer(struct channel *ch, uint32_t peer_id, uint32_t window,
    uint32_t packet_max);
/* NET: a message that is a channel's number and nothing else. */
MUST_CHECK bool channel_send_number(struct channel *ch, uint8_t message,
    struct err *err);

#endif
