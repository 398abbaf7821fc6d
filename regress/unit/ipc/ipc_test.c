/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/ipc/ipc.h"
#include "lib/wire/reader.h"
#include "lib/wire/writer.h"

#define TEST_STRING_MAX	40	/* long enough to differ, short for the stack */

/* Fills every member with a value that depends on its place. */
static void
fill(const struct ipc_row *row, union ipc_any *u, uint8_t *text)
{
	size_t offset = 0;

	memset(u, 0, sizeof(*u));
	memset(text, 'x', TEST_STRING_MAX);
	for (size_t i = 0; i < row->field_count; i++) {
		const struct ipc_field *field = &row->fields[i];
		uint8_t *at = (uint8_t *)u + ipc_member(&offset, field->type);

		switch (field->type) {
		case IPC_U8:
			*at = (uint8_t)(i + 1);
			break;
		case IPC_U32:
			*(uint32_t *)(void *)at = (uint32_t)(1000 + i);
			break;
		case IPC_U64:
			*(uint64_t *)(void *)at = ((uint64_t)i << 40) + 1;
			break;
		case IPC_STR:
			*(struct bytes *)(void *)at = bytes_of(text,
			    MIN(i + 1, MIN(field->max, TEST_STRING_MAX)));
			break;
		}
	}
}

static bool
same(const struct ipc_row *row, const union ipc_any *a,
    const union ipc_any *b)
{
	size_t offset = 0;

	for (size_t i = 0; i < row->field_count; i++) {
		enum ipc_field_type type = row->fields[i].type;
		size_t at = ipc_member(&offset, type);
		const uint8_t *pa = (const uint8_t *)a + at;
		const uint8_t *pb = (const uint8_t *)b + at;

		if (type == IPC_STR) {
			if (!bytes_equal(*(const struct bytes *)(const void *)pa,
			    *(const struct bytes *)(const void *)pb))
				return false;
		} else if (memcmp(pa, pb, offset - at) != 0)
			return false;
	}
	return true;
}

static void
ipc_rows__the_walk_over_members_ends_at_the_size_of_the_struct(void **state)
{
	static const size_t sizes[IPC_COUNT] = {
#define X(name, edge, states, limit, fds_min, fds_max) \
		[IPC_##name] = sizeof(struct ipc_##name),
		IPC_MESSAGES(X)
#undef X
	};

	(void)state;
	for (unsigned id = 0; id < IPC_COUNT; id++) {
		size_t offset = 0;

		for (size_t i = 0; i < ipc_rows[id].field_count; i++)
			ipc_member(&offset, ipc_rows[id].fields[i].type);
		assert_true(offset <= sizes[id]);
		assert_true(sizes[id] - offset < sizeof(uint64_t));
	}
}

static void
ipc_rows__every_row_has_receivers_of_its_direction(void **state)
{
	static const unsigned masks[IPC_EDGE_COUNT] = {
		[LISTENER_TO_MONITOR] = 0x000000ff,
		[NET_TO_MONITOR] = 0x000000ff,
		[SESSION_TO_MONITOR] = 0x000000ff,
		[SIGNER_TO_MONITOR] = 0x000000ff,
		[MONITOR_TO_NET] = 0x00000f00,
		[SESSION_TO_NET] = 0x00000f00,
		[LISTENER_TO_SIGNER] = 0x0000f000,
		[MONITOR_TO_SIGNER] = 0x0000f000,
		[FORK_TO_SIGNER] = 0x0000f000,
		[DEVICE_TO_SIGNER] = 0x0000f000,
		[MONITOR_TO_SESSION] = 0x00ff0000,
		[NET_TO_SESSION] = 0x00ff0000,
		[SFTP_TO_SESSION] = 0x00ff0000,
		[SIGNER_TO_DEVICE] = 0x00f00000,
		[MONITOR_TO_LISTENER] = 0xff000000,
		[SIGNER_TO_LISTENER] = 0xff000000,
	};

	(void)state;
	for (unsigned id = 0; id < IPC_COUNT; id++) {
		const struct ipc_row *row = &ipc_rows[id];

		assert_true(row->states != 0);
		assert_int_equal(row->states & ~masks[row->edge], 0);
		assert_true(row->fds_min <= row->fds_max);
		assert_true(row->fds_max <= IPC_FDS_MAX);
	}
}

static void
ipc_codec__every_message_survives_the_round_trip(void **state)
{
	uint8_t text[TEST_STRING_MAX], buf[4096];

	(void)state;
	for (unsigned id = 0; id < IPC_COUNT; id++) {
		union ipc_any in, out;
		enum ipc_id got;
		size_t len;
		struct err err;

		fill(&ipc_rows[id], &in, text);
		assert_true(ipc_encode(id, &in, buf, sizeof(buf), &len, &err));
		assert_true(ipc_decode(bytes_of(buf, len), &got, &out, &err));
		assert_int_equal(got, id);
		assert_true(same(&ipc_rows[id], &in, &out));
	}
}

static void
ipc_codec__every_truncation_and_a_trailing_byte_are_refused(void **state)
{
	uint8_t text[TEST_STRING_MAX], buf[4096];

	(void)state;
	for (unsigned id = 0; id < IPC_COUNT; id++) {
		union ipc_any in, out;
		enum ipc_id got;
		size_t len;
		struct err err;

		fill(&ipc_rows[id], &in, text);
		assert_true(ipc_encode(id, &in, buf, sizeof(buf), &len, &err));
		for (size_t n = 0; n < len; n++) {
			assert_false(ipc_decode(bytes_of(buf, n), &got, &out,
			    &err));
			assert_int_equal(err.code, ERR_SHORT);
		}
		buf[len] = 0;
		assert_false(ipc_decode(bytes_of(buf, len + 1), &got, &out,
		    &err));
		assert_int_equal(err.code, ERR_TRAILING);
	}
}

static void
ipc_codec__a_string_one_over_its_limit_is_refused_both_ways(void **state)
{
	static uint8_t text[IPC_MESSAGE_MAX], buf[IPC_MESSAGE_MAX * 2];

	(void)state;
	for (unsigned id = 0; id < IPC_COUNT; id++) {
		const struct ipc_row *row = &ipc_rows[id];
		size_t offset = 0;

		for (size_t i = 0; i < row->field_count; i++) {
			size_t at = ipc_member(&offset, row->fields[i].type);
			union ipc_any u = { 0 };
			struct writer w = wr_init(buf, sizeof(buf));
			enum ipc_id got;
			size_t len;
			struct err err;

			if (row->fields[i].type != IPC_STR)
				continue;
			*(struct bytes *)(void *)((uint8_t *)&u + at) =
			    bytes_of(text, row->fields[i].max + 1);
			assert_false(ipc_encode(id, &u, buf, sizeof(buf),
			    &len, &err));
			assert_string_equal(err.what, row->fields[i].name);
			/* the same by hand: zeros up to the long string */
			wr_u8(&w, (uint8_t)id);
			for (size_t j = 0; j < i; j++)
				(void)wr_reserve(&w, row->fields[j].type ==
				    IPC_U8 ? 1 : row->fields[j].type ==
				    IPC_U64 ? 8 : 4);
			memset(buf + 1, 0, w.len - 1);
			wr_string(&w, bytes_of(text, row->fields[i].max + 1));
			assert_false(ipc_decode(wr_view(&w), &got, &u, &err));
			assert_int_equal(err.code, ERR_RANGE);
		}
	}
}

struct ends {
	struct ipc a, b;
};

static void
make_ends(struct ends *e, enum ipc_edge to_b)
{
	int fds[2];
	struct err err;

	assert_true(ipc_pair(fds, &err));
	ipc_init(&e->a, fds[0], IPC_EDGE_COUNT);
	ipc_init(&e->b, fds[1], to_b);
}

static void
clear_ends(struct ends *e)
{
	ipc_clear(&e->a);
	ipc_clear(&e->b);
}

static void
ipc_recv__only_its_direction_and_state_pass(void **state)
{
	uint8_t text[TEST_STRING_MAX];
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	int fds[IPC_FDS_MAX];

	(void)state;
	for (unsigned i = 0; i < IPC_FDS_MAX; i++)
		fds[i] = null_fd;
	for (unsigned id = 0; id < IPC_COUNT; id++) {
		for (unsigned edge = 0; edge < IPC_EDGE_COUNT; edge++) {
			for (unsigned bit = 0; bit < 32; bit++) {
				const struct ipc_row *row = &ipc_rows[id];
				bool legal = row->edge == edge &&
				    (row->states & 1U << bit) != 0;
				struct ipc_message m;
				union ipc_any u;
				struct ends e;
				struct err err;
				bool got;

				make_ends(&e, edge);
				fill(row, &u, text);
				assert_true(ipc_send_fds(&e.a, id, &u, fds,
				    row->fds_min, &err));
				assert_int_equal(ipc_recv(&e.b, 1U << bit, &m,
				    &got, &err), legal);
				assert_int_equal(got, legal);
				ipc_message_clear(&m);
				clear_ends(&e);
			}
		}
	}
	close(null_fd);
}

static void
ipc_recv__a_limit_counts_attempts(void **state)
{
	struct ipc_USER user = { .user = BYTES_LIT("fred") };
	struct ipc_message m;
	struct ends e;
	struct err err;
	bool got;

	(void)state;
	make_ends(&e, NET_TO_MONITOR);
	for (int i = 0; i < 2; i++)
		assert_true(ipc_send(&e.a, IPC_USER, &user, &err));
	/* refused for its state: it counts all the same */
	assert_false(ipc_recv(&e.b, MON_KEX, &m, &got, &err));
	assert_false(ipc_recv(&e.b, MON_FRESH, &m, &got, &err));
	assert_int_equal(err.code, ERR_RANGE);
	clear_ends(&e);
}

static void
ipc_recv__too_few_and_too_many_descriptors_are_refused(void **state)
{
	struct ipc_CHECKING checking;
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	int fds[2] = { null_fd, null_fd };

	(void)state;
	for (unsigned count = 0; count <= 2; count++) {
		struct ipc_message m;
		struct ends e;
		struct err err;
		bool got;

		make_ends(&e, MONITOR_TO_LISTENER);
		assert_true(ipc_send_fds(&e.a, IPC_CHECKING, &checking, fds,
		    count, &err));
		assert_int_equal(ipc_recv(&e.b, LIS_SERVING, &m, &got, &err),
		    count == 1);
		ipc_message_clear(&m);
		clear_ends(&e);
	}
	close(null_fd);
}

static int
next_fd(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	close(fd);
	return fd;
}

/* This many more can be opened; returns the old limit. */
static rlim_t
leave_descriptors(int count)
{
	struct rlimit limit;
	rlim_t old;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	old = limit.rlim_cur;
	limit.rlim_cur = (rlim_t)(next_fd() + count);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	return old;
}

static void
give_descriptors_back(rlim_t old)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = old;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void
ipc_recv__all_descriptors_come_or_none(void **state)
{
	struct ipc_SES_STARTED started = { .request = 1 };
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	int fds[3] = { null_fd, null_fd, null_fd };

	(void)state;
	for (int room = 0; room <= 3; room++) {
		struct ipc_message m;
		struct ends e;
		struct err err;
		rlim_t old;
		bool got;
		int next;

		make_ends(&e, SESSION_TO_NET);
		next = next_fd();
		assert_true(ipc_send_fds(&e.a, IPC_SES_STARTED, &started, fds,
		    3, &err));
		old = leave_descriptors(room);
		assert_true(ipc_recv(&e.b, NET_OPEN, &m, &got, &err));
		assert_int_equal(m.fd_count, room == 3 ? 3 : 0);
		ipc_message_clear(&m);
		give_descriptors_back(old);
		assert_int_equal(next_fd(), next);
		clear_ends(&e);
	}
	close(null_fd);
}

static void
ipc_recv__a_lost_descriptor_that_must_come_is_refused(void **state)
{
	struct ipc_CHECKING checking;
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct ipc_message m;
	struct ends e;
	struct err err;
	rlim_t old;
	bool got;

	(void)state;
	make_ends(&e, MONITOR_TO_LISTENER);
	assert_true(ipc_send_fds(&e.a, IPC_CHECKING, &checking, &null_fd, 1,
	    &err));
	old = leave_descriptors(0);
	assert_false(ipc_recv(&e.b, LIS_SERVING, &m, &got, &err));
	assert_true(err_is_shortage(&err));
	give_descriptors_back(old);
	clear_ends(&e);
	close(null_fd);
}

static void
ignore_event(void *arg, uint32_t events)
{
	(void)arg;
	(void)events;
}

static void
ipc_send__queues_what_the_socket_does_not_take_and_keeps_order(void **state)
{
	static uint8_t command[COMMAND_MAX];
	struct loop loop;
	struct ends e;
	struct err err;
	uint32_t sent = 0;

	(void)state;
	assert_true(loop_init(&loop, &clock_system, &err));
	make_ends(&e, NET_TO_SESSION);
	assert_true(ipc_watch(&e.a, &loop, ignore_event, NULL, &err));
	while (e.a.unsent_bytes < 3 * COMMAND_MAX) {
		struct ipc_SES_START start = { .request = sent,
		    .command = bytes_of(command, sizeof(command)) };

		assert_true(ipc_send(&e.a, IPC_SES_START, &start, &err));
		sent++;
	}
	for (uint32_t i = 0; i < sent; i++) {
		struct ipc_message m;
		bool got;

		assert_true(ipc_recv(&e.b, SES_OPEN, &m, &got, &err));
		assert_true(got);
		assert_int_equal(m.u.SES_START.request, i);
		ipc_message_clear(&m);
		assert_true(loop_step(&loop, 0, &err));
	}
	assert_int_equal(e.a.unsent_bytes, 0);
	clear_ends(&e);
	loop_clear(&loop);
}

/* In a child: reads all, exits with 0 when each came in its turn. */
static void NORETURN
read_in_order(struct ends *e, uint32_t wanted)
{
	struct ipc_message m;
	struct err err;
	bool got;

	ipc_clear(&e->a);
	for (uint32_t i = 0; i < wanted; i++) {
		if (!ipc_recv(&e->b, SES_OPEN, &m, &got, &err) || !got ||
		    m.u.SES_START.request != i)
			_exit(1);
		ipc_message_clear(&m);
	}
	_exit(0);
}

static void
ipc_settle__what_was_queued_and_what_follows_arrives(void **state)
{
	static uint8_t command[COMMAND_MAX];
	struct loop loop;
	struct ends e;
	struct err err;
	uint32_t sent = 0;
	pid_t pid = -1;
	int status;

	(void)state;
	assert_true(loop_init(&loop, &clock_system, &err));
	make_ends(&e, NET_TO_SESSION);
	assert_true(ipc_watch(&e.a, &loop, ignore_event, NULL, &err));
	for (uint32_t more = 20; more != 0;) {
		struct ipc_SES_START start = { .request = sent++,
		    .command = bytes_of(command, sizeof(command)) };

		assert_true(ipc_send(&e.a, IPC_SES_START, &start, &err));
		if (e.a.loop == NULL) {
			more--;
		} else if (e.a.unsent_bytes >= 3 * COMMAND_MAX) {
			if ((pid = fork()) == 0)
				read_in_order(&e, sent + more);
			assert_true(ipc_settle(&e.a, &err));
			assert_int_equal(e.a.unsent_bytes, 0);
		}
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	clear_ends(&e);
	loop_clear(&loop);
}

static void
ipc_send__a_queue_above_its_limit_is_an_error(void **state)
{
	static uint8_t command[COMMAND_MAX];
	struct ipc_SES_START start = {
	    .command = bytes_of(command, sizeof(command)) };
	struct loop loop;
	struct ends e;
	struct err err;
	int sent = 0;

	(void)state;
	assert_true(loop_init(&loop, &clock_system, &err));
	make_ends(&e, NET_TO_SESSION);
	assert_true(ipc_watch(&e.a, &loop, ignore_event, NULL, &err));
	while (sent < 100 && ipc_send(&e.a, IPC_SES_START, &start, &err))
		sent++;
	assert_in_range(sent, 8, 99);
	assert_int_equal(err.code, ERR_RANGE);
	assert_true(e.a.unsent_bytes <= IPC_QUEUE_MAX);
	clear_ends(&e);
	loop_clear(&loop);
}

static void
ipc_send__what_can_not_be_copied_leaves_without(void **state)
{
	struct ipc_CONNECTED connected = { .request = 1 };
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct ipc_message m;
	struct loop loop;
	struct ends e;
	struct err err;
	int sent = 0, with = 0, received = 0;
	bool got;
	rlim_t old;

	(void)state;
	assert_true(loop_init(&loop, &clock_system, &err));
	make_ends(&e, SESSION_TO_NET);
	assert_true(ipc_watch(&e.a, &loop, ignore_event, NULL, &err));
	old = leave_descriptors(0);
	while (e.a.unsent_bytes < 20) {
		assert_true(ipc_send_fds(&e.a, IPC_CONNECTED, &connected,
		    &null_fd, 1, &err));
		sent++;
	}
	give_descriptors_back(old);
	while (received < sent) {
		assert_true(ipc_recv(&e.b, NET_OPEN, &m, &got, &err));
		received++;
		with += (int)m.fd_count;
		ipc_message_clear(&m);
		assert_true(loop_step(&loop, 0, &err));
	}
	assert_true(with < sent);
	clear_ends(&e);
	loop_clear(&loop);
	close(null_fd);
}

/* The loop is shared: a child that changed it would keep its parent busy. */
static void
ipc_leave_to_parent__a_child_sends_without_the_loop(void **state)
{
	static uint8_t command[COMMAND_MAX];
	struct ipc_SES_START start = { .request = 0 };
	struct loop loop;
	struct ends e;
	struct err err;
	unsigned sent = 0, of_child = 0;
	int status;
	pid_t pid;

	(void)state;
	assert_true(loop_init(&loop, &clock_system, &err));
	make_ends(&e, NET_TO_SESSION);
	assert_true(ipc_watch(&e.a, &loop, ignore_event, NULL, &err));
	start.command = bytes_of(command, sizeof(command));
	for (; e.a.unsent_bytes == 0; sent++)
		assert_true(ipc_send(&e.a, IPC_SES_START, &start, &err));
	if ((pid = fork()) == 0) {
		ipc_leave_to_parent(&e.a);
		start.request = 1;
		_exit(!ipc_send(&e.a, IPC_SES_START, &start, &err) ||
		    e.a.head != NULL);
	}
	for (unsigned i = 0; i < sent + 1; i++) {
		struct ipc_message m;
		bool got;

		assert_true(ipc_recv(&e.b, SES_OPEN, &m, &got, &err) && got);
		of_child += m.u.SES_START.request;
		ipc_message_clear(&m);
		assert_true(loop_step(&loop, 0, &err));
	}
	assert_int_equal(of_child, 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(e.a.unsent_bytes, 0);
	clear_ends(&e);
	loop_clear(&loop);
}

static void
ipc_recv__tells_a_closed_peer_from_silence(void **state)
{
	struct loop loop;
	struct ipc_message m;
	struct ends e;
	struct err err;
	bool got;

	(void)state;
	assert_true(loop_init(&loop, &clock_system, &err));
	make_ends(&e, NET_TO_SESSION);
	assert_true(ipc_watch(&e.b, &loop, ignore_event, NULL, &err));
	assert_true(ipc_recv(&e.b, SES_OPEN, &m, &got, &err));
	assert_false(got);
	ipc_clear(&e.a);
	assert_false(ipc_recv(&e.b, SES_OPEN, &m, &got, &err));
	assert_int_equal(err.code, ERR_CLOSED);
	ipc_clear(&e.b);
	loop_clear(&loop);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(ipc_rows__the_walk_over_members_ends_at_the_size_of_the_struct),
		TEST(ipc_rows__every_row_has_receivers_of_its_direction),
		TEST(ipc_codec__every_message_survives_the_round_trip),
		TEST(ipc_codec__every_truncation_and_a_trailing_byte_are_refused),
		TEST(ipc_codec__a_string_one_over_its_limit_is_refused_both_ways),
		TEST(ipc_recv__only_its_direction_and_state_pass),
		TEST(ipc_recv__a_limit_counts_attempts),
		TEST(ipc_recv__too_few_and_too_many_descriptors_are_refused),
		TEST(ipc_recv__all_descriptors_come_or_none),
		TEST(ipc_recv__a_lost_descriptor_that_must_come_is_refused),
		TEST(ipc_send__what_can_not_be_copied_leaves_without),
		TEST(ipc_send__queues_what_the_socket_does_not_take_and_keeps_order),
		TEST(ipc_send__a_queue_above_its_limit_is_an_error),
		TEST(ipc_settle__what_was_queued_and_what_follows_arrives),
		TEST(ipc_leave_to_parent__a_child_sends_without_the_loop),
		TEST(ipc_recv__tells_a_closed_peer_from_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
