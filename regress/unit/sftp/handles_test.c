/* SPDX-License-Identifier: ISC */
#include "sftp-server/handles.h"

#include "lib/wire/writer.h"
#include "unit/test.h"

static void
count_end(void *arg, struct handle *handle)
{
	(void)handle;
	++*(unsigned *)arg;
}

static void
handles__a_closed_or_forged_handle_names_nothing(void **state)
{
	struct handles handles;
	uint8_t first[HANDLE_BYTES], second[HANDLE_BYTES];
	uint32_t index;
	unsigned ended = 0;

	(void)state;
	handles_init(&handles);
	assert_int_equal(handles_add(&handles, HANDLE_FILE, "a", &index), 0);
	handles_build(&handles, index, first);
	assert_non_null(handles_find(&handles, bytes_of(first, 8),
	    HANDLE_FILE));
	assert_null(handles_find(&handles, bytes_of(first, 8), HANDLE_DIR));
	assert_null(handles_find_any(&handles, bytes_of(first, 7)));
	handles_remove(&handles, handles_find_any(&handles,
	    bytes_of(first, 8)));
	assert_null(handles_find_any(&handles, bytes_of(first, 8)));
	/* the same place, another handle */
	assert_int_equal(handles_add(&handles, HANDLE_DIR, "b", &index), 0);
	handles_build(&handles, index, second);
	assert_null(handles_find_any(&handles, bytes_of(first, 8)));
	assert_non_null(handles_find_any(&handles, bytes_of(second, 8)));
	put_u32(second, 1);
	assert_null(handles_find_any(&handles, bytes_of(second, 8)));
	put_u32(second, UINT32_MAX);
	assert_null(handles_find_any(&handles, bytes_of(second, 8)));
	handles_clear(&handles, count_end, &ended);
	assert_int_equal(ended, 1);
}

static void
handles__thousands_may_be_open(void **state)
{
	struct handles handles;
	uint8_t wire[HANDLE_BYTES];
	uint32_t index;
	unsigned ended = 0;

	(void)state;
	handles_init(&handles);
	for (unsigned i = 0; i < 10000; i++) {
		assert_int_equal(handles_add(&handles, HANDLE_FILE, "x",
		    &index), 0);
		assert_int_equal(index, i);
	}
	handles_build(&handles, 5000, wire);
	assert_ptr_equal(handles_find_any(&handles, bytes_of(wire, 8)),
	    &handles.v[5000]);
	handles_clear(&handles, count_end, &ended);
	assert_int_equal(ended, 10000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(handles__a_closed_or_forged_handle_names_nothing),
		TEST(handles__thousands_may_be_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
