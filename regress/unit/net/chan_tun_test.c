/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <sys/socket.h>

#include "lib/wire/connection.h"
#include "unit/net/lower.h"

#define TUN	"\0\0\0\17" "tun@openssh.com"

/* A device: a socket that keeps packets apart. Returns its far end. */
static int
open_tun(struct lower *l, bool is_point, struct bytes open)
{
	struct ipc_CONNECTED connected;
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK,
	    0, fds), 0);
	assert_true(lower_recv(l, SSH_MSG_CHANNEL_OPEN, open));
	lower_session_gets(l, IPC_OPEN_TUN);
	assert_int_equal(l->message.u.OPEN_TUN.mode, is_point ? 1 : 2);
	assert_int_equal(l->message.u.OPEN_TUN.unit, 5);
	connected.request = l->message.u.OPEN_TUN.request;
	lower_session_says(l, IPC_CONNECTED, &connected, fds, 1);
	close(fds[0]);
	SENT(l, SSH_MSG_CHANNEL_OPEN_CONFIRMATION, PEER N0 WINDOW PACKET);
	return fds[1];
}

static void
assert_reads(int fd, const char *want, size_t len)
{
	char buf[64];

	assert_int_equal(read(fd, buf, sizeof(buf)), len);
	assert_memory_equal(buf, want, len);
}

static void
chan_tun__packets_of_a_point_carry_their_family(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int fd = open_tun(l, true, BYTES_LIT(TUN PEER WINDOW PACKET N1 N5));

	(void)state;
	assert_int_equal(write(fd, "\x45" "four", 5), 5);
	assert_int_equal(write(fd, "\x10 none", 5), 5);
	assert_int_equal(write(fd, "\x60" "six", 4), 4);
	lower_round(l);
	SENT(l, SSH_MSG_CHANNEL_DATA, PEER "\0\0\0\11" N2 "\x45" "four");
	SENT(l, SSH_MSG_CHANNEL_DATA, PEER "\0\0\0\10" "\0\0\0\30" "\x60"
	    "six");
	SENT_NOTHING(l);
	assert_true(RECV(l, SSH_MSG_CHANNEL_DATA, N0 "\0\0\0\6" N2 "ab"));
	assert_true(RECV(l, SSH_MSG_CHANNEL_DATA, N0 "\0\0\0\5" N2 "c"));
	assert_reads(fd, "ab", 2);
	assert_reads(fd, "c", 1);
	/* nothing behind the family, or not even that */
	assert_true(RECV(l, SSH_MSG_CHANNEL_DATA, N0 N4 N2));
	assert_true(RECV(l, SSH_MSG_CHANNEL_DATA, N0 N3 "xyz"));
	assert_int_equal(read(fd, &l->now_ms, 1), -1);
	close(fd);
	lower_free(l);
}

static void
chan_tun__ethernet_frames_are_whole_and_bare(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int fd = open_tun(l, false, BYTES_LIT(TUN PEER WINDOW PACKET N2 N5));

	(void)state;
	assert_int_equal(write(fd, "frame", 5), 5);
	assert_int_equal(write(fd, "f2", 2), 2);
	lower_round(l);
	SENT(l, SSH_MSG_CHANNEL_DATA, PEER N5 "frame");
	SENT(l, SSH_MSG_CHANNEL_DATA, PEER N2 "f2");
	assert_true(RECV(l, SSH_MSG_CHANNEL_DATA, N0 N3 "abc"));
	assert_reads(fd, "abc", 3);
	close(fd);
	lower_free(l);
}

static void
chan_tun__what_the_peer_cannot_take_is_lost(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	/* a window of 7 bytes, packets of 5 */
	int fd = open_tun(l, false, BYTES_LIT(TUN PEER N7 N5 N2 N5));

	(void)state;
	assert_int_equal(write(fd, "longer", 6), 6);
	assert_int_equal(write(fd, "1234", 4), 4);
	assert_int_equal(write(fd, "5678", 4), 4);
	assert_int_equal(write(fd, "9ab", 3), 3);
	lower_round(l);
	SENT(l, SSH_MSG_CHANNEL_DATA, PEER N4 "1234");
	SENT(l, SSH_MSG_CHANNEL_DATA, PEER N3 "9ab");
	SENT_NOTHING(l);
	/* what comes while the window is closed waits in the device */
	assert_int_equal(write(fd, "cd", 2), 2);
	lower_round(l);
	SENT_NOTHING(l);
	assert_true(RECV(l, SSH_MSG_CHANNEL_WINDOW_ADJUST, N0 N5));
	lower_round(l);
	SENT(l, SSH_MSG_CHANNEL_DATA, PEER N2 "cd");
	close(fd);
	lower_free(l);
}

/* OpenSSH counts four bytes more than it is sent. */
static void
chan_tun__openssh_is_charged_what_it_counts(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int fd = open_tun(l, false, BYTES_LIT(TUN PEER "\0\0\0\22" PACKET N2
	    N5));

	(void)state;
	l->quirks = PEER_EOW;
	assert_int_equal(write(fd, "12345", 5), 5);
	assert_int_equal(write(fd, "123456", 6), 6);
	assert_int_equal(write(fd, "1234", 4), 4);
	lower_round(l);
	SENT(l, SSH_MSG_CHANNEL_DATA, PEER N5 "12345");
	SENT(l, SSH_MSG_CHANNEL_DATA, PEER N4 "1234");
	SENT_NOTHING(l);
	close(fd);
	lower_free(l);
}

/* A frame of len bytes crosses, or is lost. */
static void
assert_crosses(struct lower *l, int fd, size_t len, bool want)
{
	static const uint8_t frame[CHANNEL_PACKET_MAX + 1] = { 1 };
	struct bytes sent;

	assert_int_equal(write(fd, frame, len), len);
	lower_round(l);
	sent = lower_sent(l);
	assert_int_equal(sent.len, want ? len + CHANNEL_DATA_HEAD : 0);
	lower_forget_sent(l);
}

static void
chan_tun__a_packet_may_fill_the_room(void **state)
{
	static const struct {
		unsigned quirks;
		size_t most;
	} rows[] = {
		{ 0, CHANNEL_PACKET_MAX },
		{ PEER_EOW, CHANNEL_PACKET_MAX - 4 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lower *l = lower_new_logged_in(1);
		int fd = open_tun(l, false, BYTES_LIT(TUN PEER WINDOW PACKET
		    N2 N5));

		l->quirks = rows[i].quirks;
		assert_crosses(l, fd, rows[i].most, true);
		assert_crosses(l, fd, rows[i].most + 1, false);
		assert_crosses(l, fd, 1, true);
		close(fd);
		lower_free(l);
	}
}

static void
chan_tun__a_mode_that_does_not_exist_is_refused_here(void **state)
{
	struct lower *l = lower_new_logged_in(1);

	(void)state;
	assert_true(RECV(l, SSH_MSG_CHANNEL_OPEN, TUN PEER WINDOW PACKET N0
	    N5));
	SENT(l, SSH_MSG_DEBUG, "\0" "\0\0\0\37"
	    "Unsupported tunnel device mode." N0);
	SENT(l, SSH_MSG_CHANNEL_OPEN_FAILURE,
	    PEER N2 "\0\0\0\13" "open failed" N0);
	assert_true(RECV(l, SSH_MSG_CHANNEL_OPEN, TUN PEER WINDOW PACKET N3
	    N5));
	SENT(l, SSH_MSG_DEBUG, "\0" "\0\0\0\37"
	    "Unsupported tunnel device mode." N0);
	SENT(l, SSH_MSG_CHANNEL_OPEN_FAILURE,
	    PEER N2 "\0\0\0\13" "open failed" N0);
	assert_true(lower_session_gets_nothing(l));
	assert_false(RECV(l, SSH_MSG_CHANNEL_OPEN, TUN PEER WINDOW PACKET
	    N1));
	lower_free(l);
}

static void
chan_tun__a_device_that_goes_closes_the_channel(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int fd = open_tun(l, true, BYTES_LIT(TUN PEER WINDOW PACKET N1 N5));

	(void)state;
	close(fd);
	lower_round(l);
	SENT(l, SSH_MSG_CHANNEL_EOF, PEER);
	SENT(l, SSH_MSG_CHANNEL_CLOSE, PEER);
	assert_true(RECV(l, SSH_MSG_CHANNEL_CLOSE, N0));
	assert_int_equal(l->conn.channels.channel_count, 0);
	lower_free(l);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(chan_tun__packets_of_a_point_carry_their_family),
		TEST(chan_tun__ethernet_frames_are_whole_and_bare),
		TEST(chan_tun__what_the_peer_cannot_take_is_lost),
		TEST(chan_tun__openssh_is_charged_what_it_counts),
		TEST(chan_tun__a_packet_may_fill_the_room),
		TEST(chan_tun__a_mode_that_does_not_exist_is_refused_here),
		TEST(chan_tun__a_device_that_goes_closes_the_channel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
