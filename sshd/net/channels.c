/* SPDX-License-Identifier: ISC */
#include "sshd/net/channels.h"

#include <stdlib.h>

#include "lib/wire/connection.h"
#include "sshd/net/chan_ends.h"
#include "sshd/net/chan_log.h"
#include "sshd/net/chan_ride.h"
#include "sshd/net/chan_settle.h"
#include "sshd/net/chan_timeout.h"
#include "sshd/net/chan_types.h"
#include "sshd/net/chan_window.h"
#include "sshd/net/conn.h"
#include "sshd/net/qos.h"

#define SLOTS_FIRST	4	/* grows by doubling to CHANNELS_MAX */

/* ---- the table -------------------------------------------------------- */

/* Lowest numbers first; free_slot and next_free are index + 1, 0 is none. */
static bool
grow_slots(struct channels *channels)
{
	uint32_t count = channels->slot_count == 0 ? SLOTS_FIRST :
	    channels->slot_count * 2;
	struct channel_slot *slots;

	if (count > CHANNELS_MAX)
		return false;
	slots = reallocarray(channels->slots, count, sizeof(*slots));
	if (slots == NULL)
		return false;
	for (uint32_t i = channels->slot_count; i < count; i++) {
		slots[i] = (struct channel_slot){
			.next_free = i + 1 < count ? i + 2 : 0,
		};
	}
	channels->free_slot = channels->slot_count + 1;
	channels->slots = slots;
	channels->slot_count = count;
	return true;
}

struct channel *
channel_new(struct conn *conn, const struct chan_type *type)
{
	struct channels *channels = &conn->channels;
	struct channel *ch;

	if ((channels->free_slot == 0 && !grow_slots(channels)) ||
	    (ch = calloc(1, sizeof(*ch))) == NULL)
		return NULL;
	ch->conn = conn;
	ch->type = type;
	ch->id = channels->free_slot - 1;
	for (int i = 0; i < END_COUNT; i++)
		ch->ends[i] = (struct chan_end){
			.channel = ch, .fd = -1, .ended = true,
		};
	channels->free_slot = channels->slots[ch->id].next_free;
	channels->slots[ch->id].channel = ch;
	channels->channel_count++;
	qos_channels(conn);
	chan_timeout_count(conn);
	return ch;
}

void
channel_free(struct channel *ch)
{
	struct channels *channels = &ch->conn->channels;

	chan_close(ch);
	chan_log_closed(ch);
	requests_forget(ch);
	chan_settle_forget(ch);
	chan_window_forget(ch);
	chan_ride_forget(ch);
	channels->slots[ch->id].channel = NULL;
	channels->slots[ch->id].next_free = channels->free_slot;
	channels->free_slot = ch->id + 1;
	channels->channel_count--;
	qos_channels(ch->conn);
	chan_timeout_count(ch->conn);
	free(ch);
}

struct channel *
channel_find_any(const struct conn *conn, uint32_t id)
{
	return id < conn->channels.slot_count ?
	    conn->channels.slots[id].channel : NULL;
}

struct channel *
channel_find(const struct conn *conn, uint32_t id)
{
	struct channel *ch = channel_find_any(conn, id);

	return ch != NULL && (ch->flags & CHANNEL_CONFIRMED) != 0 ? ch : NULL;
}

void
channels_clear(struct conn *conn)
{
	struct channels *channels = &conn->channels;

	for (uint32_t i = 0; i < channels->slot_count; i++) {
		if (channels->slots[i].channel != NULL)
			channel_free(channels->slots[i].channel);
	}
	log_gather_flush(conn);
	requests_clear(conn);
	chan_timeout_clear(conn);
	loop_timer_stop(&conn->loop, &channels->round_timer);
	loop_timer_stop(&conn->loop, &channels->held_timer);
	loop_timer_stop(&conn->loop, &channels->input_timer);
	free(channels->slots);
	*channels = (struct channels){ 0 };
}

bool
channels_login(struct conn *conn, uint32_t max_sessions, struct err *err)
{
	conn->channels.max_sessions = max_sessions;
	return requests_start(conn, err);
}

/* ---- messages of ours ------------------------------------------------- */

bool
channel_send_number(struct channel *ch, uint8_t message, struct err *err)
{
	struct writer *w = packet_begin(ch->conn, message);

	wr_u32(w, ch->peer_id);
	return packet_send(ch->conn, err);
}

void
channel_known(struct channel *ch)
{
	ch->flags |= CHANNEL_CONFIRMED;
	chan_log_opened(ch);
	chan_timeout_open(ch, ch->type->timeout_name != NULL ?
	    ch->type->timeout_name : ch->type->name);
}

bool
channel_confirm(struct channel *ch, uint32_t window, struct err *err)
{
	struct open_confirmation m = {
		.recipient_channel = ch->peer_id,
		.sender_channel = ch->id,
		.initial_window_size = window,
		.maximum_packet_size = CHANNEL_PACKET_MAX,
	};
	struct writer *w = packet_begin(ch->conn,
	    SSH_MSG_CHANNEL_OPEN_CONFIRMATION);

	open_confirmation_build(&m, w);
	chan_window_offer(ch, window);
	chan_window_asked(ch);
	channel_known(ch);
	return packet_send(ch->conn, err);
}

bool
channel_refuse(struct conn *conn, uint32_t peer_id, uint32_t reason,
    const char *text, struct err *err)
{
	struct open_failure_message m = {
		.recipient_channel = peer_id,
		.reason = reason,
		.description = bytes_str(text),
	};

	open_failure_build(&m, packet_begin(conn,
	    SSH_MSG_CHANNEL_OPEN_FAILURE));
	return packet_send(conn, err);
}

void
channel_set_peer(struct channel *ch, uint32_t peer_id, uint32_t window,
    uint32_t packet_max)
{
	ch->peer_id = peer_id;
	ch->send_window = window;
	ch->send_packet_max = packet_max;
}
