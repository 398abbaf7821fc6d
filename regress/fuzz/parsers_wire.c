/* SPDX-License-Identifier: ISC */
/* The messages of lib/wire: what was parsed is built and parsed again. */
#include "fuzz/parsers.h"

#include "lib/base/limits.h"
#include "lib/wire/connection.h"
#include "lib/wire/kexinit.h"
#include "lib/wire/transport.h"
#include "lib/wire/userauth.h"
#include "lib/wire/version.h"

/* A builder's memory: what was parsed always fits into its own length. */
struct built {
	uint8_t *p;
	struct writer w;
};

static struct built
built_init(struct bytes in, size_t more)
{
	struct built built = { .p = malloc(in.len + more) };

	FUZZ_CHECK(built.p != NULL);
	built.w = wr_init(built.p, in.len + more);
	return built;
}

static struct reader
built_reader(const struct built *built, size_t skip)
{
	FUZZ_CHECK(!built->w.full && built->w.len >= skip);
	return rd_init(bytes_of(built->p + skip, built->w.len - skip));
}

static void
run_kexinit(struct bytes in)
{
	struct reader r = rd_init(in);
	struct built built;
	struct kexinit m, again;
	struct err err;

	if (!kexinit_parse(&r, &m, &err))
		return;
	built = built_init(in, 1);
	FUZZ_CHECK(kexinit_build(&m, &built.w, &err));
	r = built_reader(&built, 1);
	FUZZ_CHECK(kexinit_parse(&r, &again, &err));
	FUZZ_CHECK(bytes_equal(m.cookie, again.cookie));
	for (size_t i = 0; i < KEXINIT_LISTS; i++) {
		FUZZ_CHECK(m.lists[i].len <= NAME_LIST_MAX);
		FUZZ_CHECK(bytes_equal(m.lists[i], again.lists[i]));
	}
	FUZZ_CHECK(m.first_kex_packet_follows ==
	    again.first_kex_packet_follows);
	free(built.p);
}

static void
run_version(struct bytes in)
{
	struct version_line line, again;

	if (version_line_parse(in, &line) != VERSION_OK)
		return;
	FUZZ_CHECK(!bytes_have_nul(line.line) && line.line.len <= in.len);
	FUZZ_CHECK(version_line_parse(line.line, &again) == VERSION_OK);
	FUZZ_CHECK(bytes_equal(line.software, again.software));
}

static void
run_disconnect(struct bytes in)
{
	struct reader r = rd_init(in);
	struct built built;
	struct disconnect m, again;
	struct err err;

	if (!disconnect_parse(&r, &m, &err))
		return;
	built = built_init(in, 4);	/* the language may be absent */
	disconnect_build(&m, &built.w);
	r = built_reader(&built, 0);
	FUZZ_CHECK(disconnect_parse(&r, &again, &err));
	FUZZ_CHECK(m.reason == again.reason &&
	    bytes_equal(m.description, again.description) &&
	    bytes_equal(m.language, again.language));
	free(built.p);
}

static void
run_transport(struct bytes in)
{
	struct reader r = rd_init(in);
	struct debug debug;
	struct bytes name, value;
	uint32_t number;
	struct err err;

	if (debug_parse(&r, &debug, &err))
		FUZZ_CHECK(debug.text.len + debug.language.len < in.len);
	r = rd_init(in);
	if (unimplemented_parse(&r, &number, &err))
		FUZZ_CHECK(in.len == 4);
	r = rd_init(in);
	if (service_request_parse(&r, &name, &err))
		FUZZ_CHECK(name.len <= SERVICE_NAME_MAX);
	r = rd_init(in);
	if (!ext_info_parse(&r, &number, &err))
		return;
	FUZZ_CHECK(number <= EXT_INFO_COUNT_MAX);
	while (number-- != 0 && ext_info_next(&r, &name, &value, &err))
		FUZZ_CHECK(name.len + value.len < in.len);
}

static void
run_userauth(struct bytes in)
{
	struct reader r = rd_init(in), fields;
	struct userauth_request m;
	struct userauth_pubkey key;
	struct userauth_password password;
	struct userauth_hostbased hostbased;
	struct bytes devices;
	struct err err;

	if (!userauth_request_parse(&r, &m, &err))
		return;
	FUZZ_CHECK(m.user.len <= USER_NAME_MAX &&
	    m.service.len <= SERVICE_NAME_MAX &&
	    m.method.len <= METHOD_LIST_MAX);
	fields = r;
	if (userauth_password_parse(&fields, &password, &err))
		FUZZ_CHECK(password.is_change ||
		    password.new_password.len == 0);
	fields = r;
	if (userauth_hostbased_parse(&fields, &hostbased, &err))
		FUZZ_CHECK(hostbased.client_user.len <= USER_NAME_MAX);
	fields = r;
	if (userauth_kbdint_parse(&fields, &devices, &err))
		FUZZ_CHECK(devices.len <= METHOD_LIST_MAX);
	for (int hostbound = 0; hostbound < 2; hostbound++) {
		fields = r;
		if (!userauth_pubkey_parse(&fields, hostbound != 0, &key,
		    &err))
			continue;
		FUZZ_CHECK(key.algorithm.len <= ALG_NAME_MAX &&
		    key.key.len <= KEY_BLOB_MAX &&
		    key.signature.len <= SIGNATURE_MAX);
		FUZZ_CHECK(key.has_signature || key.signature.len == 0);
	}
}

/* The same bytes as answers of a client, and as prompts of the monitor. */
static void
run_info(struct bytes in)
{
	struct reader r = rd_init(in);
	struct userauth_info_response m;
	struct userauth_info_request request = { .prompts = in };
	struct built built;
	uint32_t count;
	struct err err;

	if (userauth_info_response_parse(&r, &m, &err)) {
		FUZZ_CHECK(m.count <= KBDINT_ANSWERS_MAX &&
		    m.answers.len == in.len - 4);
		request.prompts = m.answers;
	}
	built = built_init(in, 256);
	if (userauth_info_request_build(&request, &built.w, &count, &err))
		FUZZ_CHECK(count <= 32 && (in.len == 0 || count != 0 ||
		    request.prompts.len == 0));
	free(built.p);
}

static void
run_global_request(struct bytes in)
{
	struct reader r = rd_init(in), fields;
	struct global_request m;
	struct forward_tcp forward;
	struct bytes path;
	struct err err;

	if (!global_request_parse(&r, &m, &err))
		return;
	fields = r;
	if (forward_tcp_parse(&fields, &forward, &err))
		FUZZ_CHECK(forward.address.len <= HOST_NAME_MAX_LEN);
	if (forward_stream_parse(&r, &path, &err))
		FUZZ_CHECK(path.len <= SOCKET_PATH_MAX);
}

static void
check_open_tcp(struct bytes in)
{
	struct reader r = rd_init(in);
	struct open_tcp m, again;
	struct built built;
	struct err err;

	if (!open_tcp_parse(&r, &m, &err))
		return;
	built = built_init(in, 0);
	open_tcp_build(&m, &built.w);
	r = built_reader(&built, 0);
	FUZZ_CHECK(open_tcp_parse(&r, &again, &err));
	FUZZ_CHECK(bytes_equal(m.host, again.host) && m.port == again.port &&
	    bytes_equal(m.originator, again.originator) &&
	    m.originator_port == again.originator_port);
	free(built.p);
}

static void
run_channel_open(struct bytes in)
{
	struct reader r = rd_init(in), again_r;
	struct channel_open m, again;
	struct built built;
	struct reader fields;
	struct open_tun tun;
	struct bytes path;
	struct err err;

	if (!channel_open_parse(&r, &m, &err))
		return;
	built = built_init(in, 0);
	channel_open_build(&m, &built.w);
	again_r = built_reader(&built, 0);
	FUZZ_CHECK(channel_open_parse(&again_r, &again, &err));
	FUZZ_CHECK(bytes_equal(m.type, again.type) &&
	    m.sender_channel == again.sender_channel &&
	    m.initial_window_size == again.initial_window_size &&
	    m.maximum_packet_size == again.maximum_packet_size);
	free(built.p);
	check_open_tcp(bytes_of(r.p, rd_left(&r)));
	fields = r;
	if (open_tun_parse(&fields, &tun, &err))
		FUZZ_CHECK(rd_left(&r) == 8);
	if (open_stream_parse(&r, &path, &err))
		FUZZ_CHECK(path.len <= SOCKET_PATH_MAX);
}

static void
run_open_answers(struct bytes in)
{
	struct reader r = rd_init(in);
	struct open_confirmation yes;
	struct open_failure_message no;
	struct built built;
	struct err err;

	if (open_confirmation_parse(&r, &yes, &err)) {
		FUZZ_CHECK(yes.maximum_packet_size != 0);
		built = built_init(in, 0);
		open_confirmation_build(&yes, &built.w);
		FUZZ_CHECK(bytes_equal(wr_view(&built.w), in));
		free(built.p);
	}
	r = rd_init(in);
	if (open_failure_parse(&r, &no, &err)) {
		built = built_init(in, 0);
		open_failure_build(&no, &built.w);
		FUZZ_CHECK(!built.w.full);
		free(built.p);
	}
}

static void
run_channel_data(struct bytes in)
{
	struct reader r = rd_init(in);
	struct channel_data m;
	uint32_t channel, n;
	struct err err;

	if (channel_data_parse(&r, &m, &err))
		FUZZ_CHECK(m.data.len + CHANNEL_DATA_HEAD == in.len + 1);
	r = rd_init(in);
	if (channel_extended_data_parse(&r, &m, &err))
		FUZZ_CHECK(m.data.len + CHANNEL_EXTENDED_HEAD == in.len + 1);
	r = rd_init(in);
	if (window_adjust_parse(&r, &channel, &n, &err))
		FUZZ_CHECK(in.len == 8);
	r = rd_init(in);
	if (channel_number_parse(&r, &channel, &err))
		FUZZ_CHECK(in.len == 4);
}

/* Each request's own fields, whatever its name is. */
static void
check_request_fields(const struct reader *r)
{
	struct reader fields = *r;
	struct pty_request pty;
	struct env_request env;
	struct x11_request x11;
	struct window_size size;
	struct bytes b;
	uint32_t n;
	struct err err;

	if (pty_request_parse(&fields, &pty, &err))
		FUZZ_CHECK(pty.term.len <= TERM_MAX &&
		    pty.modes.len <= TTY_MODES_MAX);
	fields = *r;
	if (env_request_parse(&fields, &env, &err))
		FUZZ_CHECK(env.name.len <= ENV_NAME_MAX &&
		    env.value.len <= ENV_VALUE_MAX);
	fields = *r;
	if (x11_request_parse(&fields, &x11, &err))
		FUZZ_CHECK(x11.protocol.len <= X11_PROTOCOL_MAX &&
		    x11.cookie.len <= X11_COOKIE_MAX);
	fields = *r;
	if (exec_request_parse(&fields, &b, &err))
		FUZZ_CHECK(b.len <= COMMAND_MAX);
	fields = *r;
	if (subsystem_request_parse(&fields, &b, &err))
		FUZZ_CHECK(b.len <= SUBSYSTEM_NAME_MAX);
	fields = *r;
	if (signal_request_parse(&fields, &b, &err))
		FUZZ_CHECK(b.len <= SIGNAL_NAME_MAX);
	fields = *r;
	if (window_change_parse(&fields, &size, &err))
		FUZZ_CHECK(rd_left(r) == 16);
	fields = *r;
	if (break_request_parse(&fields, &n, &err))
		FUZZ_CHECK(rd_left(r) == 4);
}

static void
run_channel_request(struct bytes in)
{
	struct reader r = rd_init(in);
	struct channel_request m;
	struct err err;

	if (channel_request_parse(&r, &m, &err))
		check_request_fields(&r);
}

static void
run_mpint(struct bytes in)
{
	struct reader r = rd_init(in);
	struct bytes magnitude = rd_mpint(&r, KEX_PUBLIC_MAX, "mpint");
	struct built built;
	struct err err;

	if (!rd_end(&r, &err))
		return;
	FUZZ_CHECK(magnitude.len <= KEX_PUBLIC_MAX);
	/* one number has one form */
	built = built_init(in, 0);
	wr_mpint(&built.w, magnitude);
	FUZZ_CHECK(bytes_equal(wr_view(&built.w), in));
	free(built.p);
}

static const struct parser_row rows[] = {
	ROW(1, kexinit),
	ROW(2, version),
	ROW(3, disconnect),
	ROW(4, transport),
	ROW(5, userauth),
	ROW(6, global_request),
	ROW(7, channel_open),
	ROW(8, open_answers),
	ROW(9, channel_data),
	ROW(10, channel_request),
	ROW(11, mpint),
	ROW(12, info),
};

const struct parser_rows parsers_wire = { rows, ARRAY_LEN(rows) };
