/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/wire/writer.h"
#include "sftp-server/input.h"
#include "sftp-server/messages.h"

#define DATA_LEN	20000

struct fixture {
	struct sftp_input in;
	struct shared_pipe writer, reader;
	int bells[2];
};

/* Over shared memory, or over a plain socket. */
static void
begin(struct fixture *f, bool is_shared)
{
	struct err err;
	int memory;

	*f = (struct fixture){ 0 };
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, f->bells), 0);
	if (is_shared) {
		assert_true(shared_pipe_make(&memory, &err));
		assert_true(shared_pipe_map_reader(&f->reader, memory,
		    f->bells[0], &err));
		assert_true(shared_pipe_map_writer(&f->writer, memory,
		    f->bells[1], &err));
		close(memory);
	}
	assert_true(input_init(&f->in, f->bells[0],
	    is_shared ? &f->reader : NULL));
}

static void
end(struct fixture *f)
{
	input_clear(&f->in);
	shared_pipe_unmap_reader(&f->reader);
	shared_pipe_unmap_writer(&f->writer);
	close(f->bells[0]);
	close(f->bells[1]);
}

static void
send_bytes(struct fixture *f, struct bytes data)
{
	const struct iovec iov = { (void *)(uintptr_t)data.p, data.len };

	if (data.len == 0)
		return;
	if (f->writer.head == NULL) {
		assert_int_equal(write(f->bells[1], data.p, data.len),
		    data.len);
		assert_true(input_fill(&f->in));
	} else
		assert_int_equal(shared_pipe_write(&f->writer, &iov, 1),
		    data.len);
}

/* A write request with its length; `handle` bytes of handle. */
static struct bytes
write_request(uint8_t *buf, size_t size, size_t handle)
{
	static const uint8_t zeroes[SFTP_HANDLE_MAX + 1];
	struct writer w = wr_init(buf, size);

	wr_u32(&w, (uint32_t)(1 + 4 + 4 + handle + 8 + 4 + DATA_LEN));
	wr_u8(&w, 6);		/* SSH_FXP_WRITE */
	wr_u32(&w, 7);
	wr_string(&w, bytes_of(zeroes, handle));
	wr_u64(&w, 1);
	wr_u32(&w, DATA_LEN);
	memset(buf + w.len, 'd', DATA_LEN);
	return bytes_of(buf, w.len + DATA_LEN);
}

static void
parse(struct bytes message, struct sftp_request *q)
{
	struct reader r = rd_init(message);
	struct err err;

	*q = (struct sftp_request){ .kind = SFTP_WRITE };
	assert_int_equal(rd_u8(&r, "type"), 6);
	q->id = rd_u32(&r, "id");
	assert_true(sftp_request_parse(&r, q, &err));
}

static void
input__leaves_the_data_of_a_write_where_they_are(void **state)
{
	static uint8_t buf[DATA_LEN + 512];
	const size_t handles[] = { 0, 4, SFTP_HANDLE_MAX };
	struct sftp_request q;
	struct bytes message, data;
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(handles); i++) {
		begin(&f, true);
		send_bytes(&f, write_request(buf, sizeof(buf), handles[i]));
		assert_int_equal(input_next(&f.in, &message), INPUT_MESSAGE);
		/* what comes of it when it changes now is the data alone */
		memset(f.writer.p, 'X', SHARED_PIPE_SIZE);
		parse(message, &q);
		assert_int_equal(q.id, 7);
		assert_int_equal(q.offset, 1);
		assert_int_equal(q.peer_handle.len, handles[i]);
		data = input_data(&f.in, q.data);
		assert_int_equal(data.len, DATA_LEN);
		assert_true(data.p > f.reader.p &&
		    data.p < f.reader.p + SHARED_PIPE_SIZE);
		for (size_t at = 0; at < data.len; at++)
			assert_int_equal(data.p[at], 'X');
		input_done(&f.in);
		assert_int_equal(input_next(&f.in, &message), INPUT_NOTHING);
		end(&f);
	}
}

/* Nothing but long data of writes is read from there again. */
static void
input__copies_all_else(void **state)
{
	const struct bytes whole = BYTES_LIT("\0\0\0\5\xc8" "abcd");
	struct bytes message, data;
	struct fixture f;

	(void)state;
	begin(&f, true);
	send_bytes(&f, whole);
	assert_int_equal(input_next(&f.in, &message), INPUT_MESSAGE);
	memset(f.writer.p, 'X', SHARED_PIPE_SIZE);
	data = input_data(&f.in, bytes_of(message.p + 1, 4));
	assert_memory_equal(data.p, "abcd", 4);
	assert_null(input_data(&f.in, (struct bytes){ 0 }).p);
	end(&f);
}

static void
input__hands_out_equal_messages_of_both_kinds(void **state)
{
	static uint8_t buf[DATA_LEN + 512];
	struct bytes message, whole = write_request(buf, sizeof(buf), 4);
	struct sftp_request q;
	struct fixture f;

	(void)state;
	for (int is_shared = 0; is_shared < 2; is_shared++) {
		begin(&f, is_shared);
		/* more than the memory holds, so it begins anew on the way */
		for (int i = 0; i < 60; i++) {
			send_bytes(&f, whole);
			send_bytes(&f, BYTES_LIT("\0\0\0\5\xc8" "abcd"));
			assert_int_equal(input_next(&f.in, &message),
			    INPUT_MESSAGE);
			parse(message, &q);
			q.data = input_data(&f.in, q.data);
			assert_memory_equal(q.data.p, buf + whole.len -
			    DATA_LEN, DATA_LEN);
			input_done(&f.in);
			assert_int_equal(input_next(&f.in, &message),
			    INPUT_MESSAGE);
			assert_int_equal(message.len, 5);
			assert_memory_equal(message.p, "\xc8" "abcd", 5);
			input_done(&f.in);
		}
		end(&f);
	}
}

static void
input__waits_for_the_whole_of_a_message(void **state)
{
	const struct bytes whole = BYTES_LIT("\0\0\0\5\xc8" "abcd");
	struct bytes message;
	struct fixture f;

	(void)state;
	for (int is_shared = 0; is_shared < 2; is_shared++) {
		for (size_t cut = 0; cut < whole.len; cut++) {
			begin(&f, is_shared);
			send_bytes(&f, bytes_of(whole.p, cut));
			assert_int_equal(input_next(&f.in, &message),
			    INPUT_NOTHING);
			assert_false(input_wait(&f.in, 0));
			send_bytes(&f, bytes_of(whole.p + cut,
			    whole.len - cut));
			assert_int_equal(input_next(&f.in, &message),
			    INPUT_MESSAGE);
			assert_memory_equal(message.p, whole.p + 4, 5);
			end(&f);
		}
	}
}

static void
input__takes_no_length_beyond_its_limits(void **state)
{
	static const struct {
		struct bytes length;
		enum input_next found;
	} rows[] = {
		{ BYTES_LIT("\0\0\0\0"), INPUT_BAD },
		{ BYTES_LIT("\0\4\0\0"), INPUT_NOTHING },	/* 262144 */
		{ BYTES_LIT("\0\4\0\1"), INPUT_BAD },
		{ BYTES_LIT("\xff\xff\xff\xff"), INPUT_BAD },
	};
	struct bytes message;
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
		begin(&f, i % 2 == 1);
		send_bytes(&f, rows[i / 2].length);
		assert_int_equal(input_next(&f.in, &message),
		    rows[i / 2].found);
		end(&f);
	}
}

static void
input__ends_where_the_other_process_says_what_can_not_be(void **state)
{
	struct bytes message;
	struct fixture f;

	(void)state;
	begin(&f, true);
	*(uint32_t *)(void *)f.writer.head = SHARED_PIPE_SIZE + 1;
	assert_int_equal(input_next(&f.in, &message), INPUT_FAILED);
	end(&f);
}

static void
input__ends_when_the_other_side_has_gone(void **state)
{
	struct bytes message;
	struct fixture f;

	(void)state;
	begin(&f, true);
	send_bytes(&f, BYTES_LIT("\0\0\0\1x" "\0\0\0"));
	assert_int_equal(shutdown(f.bells[1], SHUT_RDWR), 0);
	assert_int_equal(input_next(&f.in, &message), INPUT_MESSAGE);
	input_done(&f.in);
	assert_int_equal(input_next(&f.in, &message), INPUT_NOTHING);
	assert_false(f.in.at_end);
	assert_true(input_fill(&f.in));
	assert_true(f.in.at_end);
	end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(input__leaves_the_data_of_a_write_where_they_are),
		TEST(input__copies_all_else),
		TEST(input__hands_out_equal_messages_of_both_kinds),
		TEST(input__waits_for_the_whole_of_a_message),
		TEST(input__takes_no_length_beyond_its_limits),
		TEST(input__ends_where_the_other_process_says_what_can_not_be),
		TEST(input__ends_when_the_other_side_has_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
