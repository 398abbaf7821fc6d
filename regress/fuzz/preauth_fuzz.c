/* SPDX-License-Identifier: ISC */
/*
 * Fuzz target: the whole conversation of a net process with one peer, from
 * the first byte to a running session, in one process.
 *
 * An odd first byte: the rest is what the peer sends, in pieces as the second
 * byte says. An even one: options, how far a well-behaved client goes first,
 * and then a run of operations of all who have a part in the conversation.
 */
#include "fuzz/fuzz.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>

#include "fuzz/fixed_random.h"
#include "fuzz/preauth_client.h"
#include "lib/crypto/init.h"
#include "lib/wire/connection.h"

#define OPERATIONS_MAX	64	/* key exchanges among them */
#define REPEAT_MAX	24	/* data packets: more than a small window */

enum client_level {
	LEVEL_NOTHING, LEVEL_HELLO, LEVEL_KEYS, LEVEL_SERVICE, LEVEL_LOGIN,
	LEVEL_SHELL, LEVEL_COUNT
};

/* ---- a client that knows how ----------------------------------------------- */

static void
send_literal(struct preauth_client *c, struct bytes payload)
{
	preauth_client_send(c, payload);
	preauth_client_settle(c);
}

#define SEND(c, payload)	send_literal(c, BYTES_LIT(payload))

static void
say_hello(struct preauth_client *c)
{
	preauth_client_send_raw(c, bytes_str(c->options.version));
	preauth_client_send_raw(c, BYTES_LIT("\r\n"));
	preauth_client_settle(c);
}

static void
exchange_keys(struct preauth_client *c)
{
	preauth_kex_start(c);
	preauth_client_settle(c);
	/* strict order is told only by what the server does */
	FUZZ_CHECK(c->tainted || c->kex.step == CLIENT_KEX_IDLE);
}

static void
log_in(struct preauth_client *c)
{
	c->monitor.script.result = AUTH_SUCCESS;
	SEND(c, "\62\0\0\0\4fuzz\0\0\0\16ssh-connection\0\0\0\4none");
	FUZZ_CHECK(c->logged_in && c->conn.state == CONN_OPEN);
	c->monitor.script.result = AUTH_FAILURE;
}

static void
start_shell(struct preauth_client *c)
{
	SEND(c, "\132\0\0\0\7session\0\0\0\0\0\40\0\0\0\0\200\0");
	SEND(c, "\142\0\0\0\0\0\0\0\5shell\1");
	FUZZ_CHECK(c->over || c->session.end_count == 3);
}

static void
go_to(struct preauth_client *c, enum client_level level)
{
	if (level >= LEVEL_HELLO)
		say_hello(c);
	else
		c->tainted = true;	/* no packet is one without it */
	if (level >= LEVEL_KEYS)
		exchange_keys(c);
	if (level >= LEVEL_SERVICE)
		SEND(c, "\5\0\0\0\14ssh-userauth");
	if (level >= LEVEL_LOGIN)
		log_in(c);
	if (level >= LEVEL_SHELL)
		start_shell(c);
}

/* ---- operations ------------------------------------------------------------ */

typedef void operation(struct preauth_client *, struct bytes *in);

static void
op_payload(struct preauth_client *c, struct bytes *in)
{
	struct bytes payload = fuzz_take(in, fuzz_u16(in) % 34000);

	if (payload.len == 0 || payload.p[0] < SSH_MSG_USERAUTH_REQUEST)
		c->tainted = true;
	preauth_client_send(c, payload);
}

/* The same one many times, before the server answers any. */
static void
op_many(struct preauth_client *c, struct bytes *in)
{
	uint8_t count = fuzz_u8(in);
	struct bytes payload = fuzz_take(in, fuzz_u16(in) % 34000);

	if (payload.len == 0 || payload.p[0] < SSH_MSG_USERAUTH_REQUEST)
		c->tainted = true;
	for (unsigned i = 0; i <= count; i++)
		preauth_client_send(c, payload);
}

/* Authentic, but its padding length may be anything. */
static void
op_odd_packet(struct preauth_client *c, struct bytes *in)
{
	uint8_t padding = fuzz_u8(in);

	c->tainted = true;
	preauth_client_send_padded(c, fuzz_take(in, fuzz_u8(in)), padding);
}

/* More than one packet could hold: what hides an error ends. */
static void
op_flood(struct preauth_client *c, struct bytes *in)
{
	static const uint8_t zeroes[32768];
	unsigned count = fuzz_u8(in) % REPEAT_MAX;

	c->tainted = true;
	for (unsigned i = 0; i <= count; i++) {
		preauth_client_send_raw(c, bytes_of(zeroes, sizeof(zeroes)));
		preauth_client_settle(c);
	}
}

static void
op_monitor_leaves(struct preauth_client *c, struct bytes *in)
{
	(void)in;
	(void)shutdown(c->monitor.ipc.fd, SHUT_RDWR);
}

static void
op_session_leaves(struct preauth_client *c, struct bytes *in)
{
	(void)in;
	if (c->session.ipc.fd != -1)
		(void)shutdown(c->session.ipc.fd, SHUT_RDWR);
}

static void
op_raw(struct preauth_client *c, struct bytes *in)
{
	c->tainted = true;
	preauth_client_send_raw(c, fuzz_take(in, fuzz_u8(in)));
}

static void
op_exchange_keys(struct preauth_client *c, struct bytes *in)
{
	(void)in;
	preauth_kex_start(c);
}

static void
op_policy(struct preauth_client *c, struct bytes *in)
{
	c->session.policy = (enum session_policy)
	    (fuzz_u8(in) % SESSION_POLICIES);
}

/* What a session process may say, with fields that need not make sense. */
static void
op_session_says(struct preauth_client *c, struct bytes *in)
{
	static const enum ipc_id ids[] = { IPC_SES_DONE, IPC_SES_STARTED,
	    IPC_SES_EXITED, IPC_CONNECTED, IPC_CONNECT_FAILED, IPC_ACCEPTED };
	uint8_t kind = fuzz_u8(in), message[1 + 255];
	struct bytes fields = fuzz_take(in, fuzz_u8(in));

	message[0] = (uint8_t)ids[kind % ARRAY_LEN(ids)];
	memcpy(message + 1, fields.p, fields.len);
	preauth_session_say(&c->session, bytes_of(message, 1 + fields.len),
	    kind / ARRAY_LEN(ids) % 4);
}

static void
op_exit(struct preauth_client *c, struct bytes *in)
{
	uint8_t message[1 + 15] = { IPC_SES_EXITED };
	struct writer w = wr_init(message + 1, sizeof(message) - 1);
	uint8_t how = fuzz_u8(in);

	wr_u32(&w, fuzz_u8(in));
	wr_u8(&w, how & 1);
	wr_u8(&w, how >> 1 & 1);
	wr_u32(&w, how);
	wr_cstring(&w, "");
	preauth_session_say(&c->session, bytes_of(message, 1 + w.len), 0);
}

static void
op_program_writes(struct preauth_client *c, struct bytes *in)
{
	uint8_t i = fuzz_u8(in);

	preauth_session_write(&c->session, i, fuzz_u16(in));
}

static void
op_program_reads(struct preauth_client *c, struct bytes *in)
{
	preauth_session_read(&c->session, fuzz_u8(in));
}

static void
op_program_closes(struct preauth_client *c, struct bytes *in)
{
	preauth_session_close(&c->session, fuzz_u8(in));
}

static void
op_clock(struct preauth_client *c, struct bytes *in)
{
	c->now_ms += 250 * (int64_t)fuzz_u8(in);
}

static void
op_deaf(struct preauth_client *c, struct bytes *in)
{
	c->deaf = (fuzz_u8(in) & 1) != 0;
}

static void
op_shutdown(struct preauth_client *c, struct bytes *in)
{
	(void)in;
	(void)shutdown(c->fd, SHUT_WR);
	c->torn = true;
}

static void
op_monitor(struct preauth_client *c, struct bytes *in)
{
	uint8_t result = fuzz_u8(in);

	/* a login happens once; what follows it is another state */
	c->monitor.script.result = c->monitor.granted ? AUTH_FAILURE :
	    result % (AUTH_DENIED + 1);
	c->monitor.script.banner = (result & 0x80) != 0;
}

/* Many full packets, so that windows run out. */
static void
op_data(struct preauth_client *c, struct bytes *in)
{
	static uint8_t payload[CHANNEL_DATA_HEAD + CHANNEL_PACKET_MAX] = {
		SSH_MSG_CHANNEL_DATA,
	};
	unsigned count = fuzz_u8(in) % REPEAT_MAX;
	uint16_t len = fuzz_u16(in) % (CHANNEL_PACKET_MAX + 1);

	put_u32(payload + 1, fuzz_u8(in));
	put_u32(payload + 5, len);
	for (unsigned i = 0; i <= count; i++) {
		preauth_client_send(c, bytes_of(payload,
		    CHANNEL_DATA_HEAD + (size_t)len));
		preauth_client_settle(c);
	}
}

/* By number, in the inputs: what is new comes last. */
static operation *const operations[] = {
	op_payload, op_payload, op_payload, op_raw, op_exchange_keys,
	op_policy, op_session_says, op_exit, op_program_writes,
	op_program_reads, op_program_closes, op_clock, op_deaf, op_shutdown,
	op_monitor, op_data, op_many, op_odd_packet, op_flood,
	op_monitor_leaves, op_session_leaves,
};

static void
run_operations(struct preauth_client *c, struct bytes in)
{
	for (int i = 0; i < OPERATIONS_MAX && in.len != 0 && !c->eof; i++) {
		operations[fuzz_u8(&in) % ARRAY_LEN(operations)](c, &in);
		preauth_client_settle(c);
	}
}

/* ---- one input ------------------------------------------------------------- */

static void
run_raw(struct preauth_client *c, struct bytes in)
{
	size_t piece = fuzz_u8(&in);

	c->tainted = true;
	while (in.len != 0 && !c->eof && !c->torn) {
		preauth_client_send_raw(c, fuzz_take(&in,
		    piece == 0 ? in.len : piece));
		preauth_client_settle(c);
	}
}

static void
take_options(struct preauth_client *c, struct bytes *in)
{
	static const struct { const char *cipher, *mac; } rows[] = {
		{ "chacha20-poly1305@openssh.com", "hmac-sha2-512" },
		{ "aes128-gcm@openssh.com", "hmac-sha2-512" },
		{ "aes256-ctr", "hmac-sha2-256-etm@openssh.com" },
		{ "aes256-ctr", "hmac-sha2-512" },
		{ "aes128-cbc", "hmac-sha2-512" },	/* hides errors */
		{ "aes128-cbc", "hmac-sha2-256-etm@openssh.com" },
		{ "aes256-ctr", "umac-64@openssh.com" },
		{ "3des-cbc", "hmac-sha2-512" },
	};
	static const char *const versions[] = { "SSH-2.0-Fuzz_1",
	    "SSH-2.0-OpenSSH_9.2p1 Debian-2", "SSH-2.0-TTSSH/2.70 Win32" };
	uint8_t flags = fuzz_u8(in), limits = fuzz_u8(in);
	size_t row = (flags & 0x03) + ((limits & 0x40) != 0 ? 4 : 0);

	c->options = (struct client_options){
		.cipher = rows[row].cipher, .mac = rows[row].mac,
		.strict = (flags & 0x04) != 0,
		.ext_info = (flags & 0x08) != 0,
		.zlib = (flags & 0x10) != 0,
		.version = versions[(flags >> 5) % ARRAY_LEN(versions)],
	};
	c->monitor.script = (struct monitor_script){
		.banner = (limits & 0x01) != 0,
		.alive_interval_s = (limits & 0x02) != 0 ? 5 : 0,
		.alive_count_max = (limits & 0x04) != 0 ? 2 : 0,
		.max_sessions = (limits & 0x08) != 0 ? 1 : 10,
		.rekey_seconds = (limits & 0x10) != 0 ? 30 : 0,
		.rekey_bytes = (limits & 0x20) != 0 ? 65536 : 0,
	};
}

static void
run_client(struct preauth_client *c, struct bytes in)
{
	enum client_level level = (enum client_level)
	    (fuzz_u8(&in) % LEVEL_COUNT);

	go_to(c, level);
	run_operations(c, in);
}

/* The lowest free descriptor: higher afterwards when one was left open. */
static int
free_fd(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	close(fd);
	return fd;
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	(void)signal(SIGPIPE, SIG_IGN);
	crypto_init();
	crypto_warm();
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct preauth_client client;	/* too large for a stack */
	struct preauth_client *c = &client;
	struct bytes in = bytes_of(data, size);
	bool raw = (fuzz_u8(&in) & 1) != 0;
	int fd = free_fd();

	/* what was received need not be wiped */
	memset(c, 0, offsetof(struct preauth_client, buf));
	fixed_random_restart();
	if (!raw)
		take_options(c, &in);
	preauth_client_start(c);
	if (raw)
		run_raw(c, in);
	else
		run_client(c, in);
	preauth_client_end(c);
	FUZZ_CHECK(free_fd() == fd);
	return 0;
}
