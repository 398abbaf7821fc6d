/* SPDX-License-Identifier: ISC */
/*
 * load - a client that costs little, on a connection that is logged in.
 *
 * Shapes:  load SOCKET COUNT IN_FLIGHT: channels to a port of its own, which
 *          closes what it accepts. load SOCKET COUNT IN_FLIGHT PREFIX: the
 *          files PREFIX0, PREFIX1, ... of 4 KiB up, then down. load SOCKET
 *          COUNT IN_FLIGHT DIRECTORY list: its COUNT entries. On its input:
 *          what packets.h says.
 * Units:   prints seconds, of all channels, of all files up and down, or of the
 *          listing.
 * Errors:  whatever is not expected: a line, and exit status 1.
 * Owns:    nothing that outlives it.
 * Source:  RFC 4254, draft-ietf-secsh-filexfer version 02.
 */
#include <err.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "packets.h"

#define IN_FLIGHT_MAX	128
#define FILE_LEN	4096		/* all in flight fit in a buffer */
#define OPEN_WINDOW	(1u << 31)	/* never adjusted */

enum { FX_INIT = 1, FX_VERSION, FX_OPEN, FX_CLOSE, FX_READ = 5, FX_WRITE,
	FX_OPENDIR = 11, FX_READDIR, FX_STATUS = 101, FX_HANDLE, FX_DATA,
	FX_NAME };
enum { FX_EOF = 1 };
enum { FXF_READ = 1, FXF_WRITE = 2, FXF_CREAT = 8 };

/* A channel, or a file. */
struct slot {
	uint32_t recipient_channel;
	bool closed;
	int awaited;			/* replies */
};

static int listener;
static uint16_t port;
static struct slot slots[IN_FLIGHT_MAX];
static unsigned count, in_flight, begun, done;

/* of the channel for files */
static const char *prefix;
static handler *of_reply;
static uint8_t directory[256];		/* its handle */
static uint32_t directory_len;
static struct buffer requests, replies;
static uint32_t channel, window, packet_max;
static bool ready, upwards;
static uint64_t received;

/* ---- channels to a port */

static void
open_channel(uint32_t number)
{
	uint8_t *p;

	if (begun == count)
		return;
	begun++;
	slots[number].closed = false;
	p = put_string(packet_begin(OPEN, 0) - 4, "direct-tcpip", 12);
	p = put_u32(p, number);
	p = put_u32(p, 1u << 21);
	p = put_u32(p, DATA_MAX);
	p = put_string(p, "127.0.0.1", 9);
	p = put_u32(p, port);
	p = put_string(p, "127.0.0.1", 9);
	packet_end(put_u32(p, 1));
}

static void
close_channel(struct slot *slot)
{
	if (!slot->closed)
		packet_end(packet_begin(CLOSE, slot->recipient_channel));
	slot->closed = true;
}

/* What is confirmed waits at the port by now. */
static void
accept_and_close(void)
{
	int s = accept(listener, NULL, NULL);

	if (s == -1)
		err(1, "accept");
	close(s);
}

/* The port closed: the channel goes, and the next takes its place. */
static void
of_opened(const uint8_t *message, size_t len)
{
	uint32_t number = len < 5 ? UINT32_MAX : u32(message + 1);
	struct slot *slot = &slots[number % IN_FLIGHT_MAX];

	if (number >= in_flight)
		errx(1, "message %d of no channel", message[0]);
	if (message[0] == CONFIRMATION && len >= 17) {
		slot->recipient_channel = u32(message + 5);
		accept_and_close();
	} else if (message[0] == END) {
		close_channel(slot);
	} else if (message[0] == CLOSE) {
		close_channel(slot);
		done++;
		open_channel(number);
	} else {
		errx(1, "message %d", message[0]);
	}
}

static void
listen_here(void)
{
	struct sockaddr_in sa = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(sa);

	listener = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listener, (struct sockaddr *)&sa, len) == -1 ||
	    listen(listener, IN_FLIGHT_MAX) == -1 ||
	    getsockname(listener, (struct sockaddr *)&sa, &len) == -1)
		err(1, "listen");
	port = ntohs(sa.sin_port);
}

/* ---- files */

static uint8_t *
begin_request(uint8_t type, uint32_t id)
{
	uint8_t *request = requests.bytes + requests.len;

	request[4] = type;
	return put_u32(request + 5, id);
}

static void
end_request(uint8_t *end)
{
	uint8_t *request = requests.bytes + requests.len;

	put_u32(request, (uint32_t)(end - request) - 4);
	requests.len = (size_t)(end - requests.bytes);
}

static void
open_file(uint32_t id)
{
	char path[128];
	int len = snprintf(path, sizeof(path), "%s%u", prefix, begun);
	uint8_t *p;

	if (begun == count)
		return;
	begun++;
	slots[id].awaited = 3;
	p = put_string(begin_request(FX_OPEN, id), path, (size_t)len);
	p = put_u32(p, upwards ? FXF_WRITE | FXF_CREAT : FXF_READ);
	end_request(put_u32(p, 0));
}

static void
move_and_close(uint32_t id, const uint8_t *handle, size_t len)
{
	static const uint8_t content[FILE_LEN];
	uint8_t *p = begin_request(upwards ? FX_WRITE : FX_READ, id);

	p = put_string(p, handle, len);
	p = put_u32(put_u32(p, 0), 0);
	end_request(upwards ? put_string(p, content, FILE_LEN) :
	    put_u32(p, DATA_MAX));
	end_request(put_string(begin_request(FX_CLOSE, id), handle, len));
}

static void
of_file(const uint8_t *reply, size_t len)
{
	uint32_t id = len < 9 ? UINT32_MAX : u32(reply + 1);
	struct slot *slot = &slots[id % IN_FLIGHT_MAX];
	uint32_t value;

	if (id >= in_flight)
		errx(1, "reply %d to no request", reply[0]);
	value = u32(reply + 5);
	slot->awaited--;
	if (reply[0] == FX_HANDLE && slot->awaited == 2 && value <= len - 9)
		move_and_close(id, reply + 9, value);
	else if (reply[0] == FX_DATA && slot->awaited == 1 && !upwards)
		received += value;
	else if (reply[0] != FX_STATUS || value != 0 || slot->awaited == 2)
		errx(1, "reply %d, %u", reply[0], value);
	if (slot->awaited == 0) {
		done++;
		open_file(id);
	}
}

/* ---- a directory */

static void
ask_names(uint32_t id)
{
	end_request(put_string(begin_request(FX_READDIR, id), directory,
	    directory_len));
}

static void
of_names(const uint8_t *reply, size_t len)
{
	uint32_t value = len < 9 ? 0 : u32(reply + 5);

	if (reply[0] == FX_HANDLE && value <= len - 9 &&
	    value <= sizeof(directory)) {
		memcpy(directory, reply + 9, value);
		directory_len = value;
	} else if (reply[0] == FX_NAME && value > 0) {
		done += value;
		ask_names(u32(reply + 1));
	} else if (reply[0] != FX_STATUS || value != FX_EOF || done < count) {
		errx(1, "reply %d, %u, behind %u names", reply[0], value,
		    done);
	}
}

/* ---- the channel of both */

static void
of_stream(const uint8_t *data, size_t len)
{
	size_t at = 0;

	if (len > BUFFER_SIZE - replies.len)
		errx(1, "a long reply");
	memcpy(replies.bytes + replies.len, data, len);
	replies.len += len;
	while (replies.len - at >= 4) {
		const uint8_t *reply = replies.bytes + at;
		uint32_t reply_len = u32(reply);

		if (replies.len - at - 4 < reply_len)
			break;
		at += 4 + reply_len;
		if (reply_len > 0 && reply[4] == FX_VERSION)
			ready = true;
		else
			of_reply(reply + 4, reply_len);
	}
	drop(&replies, at);
}

static void
send_requests(void)
{
	while (requests.len > 0 && window > 0) {
		size_t len = requests.len;
		uint8_t *p = packet_begin(DATA, channel);

		len = len < window ? len : window;
		len = len < packet_max ? len : packet_max;
		packet_end(put_string(p, requests.bytes, len));
		drop(&requests, len);
		window -= (uint32_t)len;
	}
}

static void
of_session(const uint8_t *message, size_t len)
{
	uint8_t *p;

	if (message[0] == CONFIRMATION && len >= 17) {
		channel = u32(message + 5);
		window = u32(message + 9);
		packet_max = u32(message + 13);
		if (packet_max > DATA_MAX)
			packet_max = DATA_MAX;
		p = put_string(packet_begin(REQUEST, channel), "subsystem", 9);
		*p++ = false;			/* no reply */
		packet_end(put_string(p, "sftp", 4));
		end_request(begin_request(FX_INIT, 3));
	} else if (message[0] == WINDOW_ADJUST && len >= 9) {
		window += u32(message + 5);
	} else if (message[0] == DATA && len >= 9) {
		of_stream(message + 9, len - 9);
	} else {
		errx(1, "message %d", message[0]);
	}
}

static void
open_session(void)
{
	uint8_t *p = put_string(packet_begin(OPEN, 0) - 4, "session", 7);

	p = put_u32(p, 0);
	p = put_u32(p, OPEN_WINDOW);
	packet_end(put_u32(p, DATA_MAX));
	while (!ready) {
		packets_turn(of_session);
		send_requests();
	}
}

/* ---- all of them */

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
run(void (*start)(uint32_t), handler *handle)
{
	double begin_s = now_s();

	begun = done = 0;
	for (uint32_t i = 0; i < in_flight; i++)
		start(i);
	while (done < count) {
		send_requests();
		packets_turn(handle);
	}
	printf("%.6f\n", now_s() - begin_s);
}

static void
move_files(void)
{
	of_reply = of_file;
	open_session();
	upwards = true;
	run(open_file, of_session);
	upwards = false;
	run(open_file, of_session);
	if (received != (uint64_t)count * FILE_LEN)
		errx(1, "%llu bytes came back", (unsigned long long)received);
}

static void
list_directory(void)
{
	of_reply = of_names;
	open_session();
	end_request(put_string(begin_request(FX_OPENDIR, 0), prefix,
	    strlen(prefix)));
	while (directory_len == 0) {
		send_requests();
		packets_turn(of_session);
	}
	run(ask_names, of_session);
}

int
main(int argc, char **argv)
{
	if (argc < 4)
		errx(1, "usage: load SOCKET COUNT IN_FLIGHT [PREFIX | "
		    "DIRECTORY list]");
	count = (unsigned)atoi(argv[2]);
	in_flight = (unsigned)atoi(argv[3]);
	prefix = argv[4];
	if (in_flight > IN_FLIGHT_MAX)
		errx(1, "at most %d in flight", IN_FLIGHT_MAX);
	packets_take_over(atoi(argv[1]), prefix == NULL ? of_opened :
	    of_session);
	if (prefix == NULL) {
		listen_here();
		run(open_channel, of_opened);
	} else if (argc == 5) {
		move_files();
	} else {
		list_directory();
	}
	return 0;
}
