/* SPDX-License-Identifier: ISC */
#include "fuzz/preauth_monitor.h"

#include "fuzz/fuzz.h"
#include "lib/crypto/kex.h"
#include "lib/wire/reader.h"

#define K_S	"\0\0\0\13ssh-ed25519\0\0\0\40" \
		"a key that nobody has, 32 bytes!"
#define K_S_2	"\0\0\0\13ssh-ed25519\0\0\0\40" \
		"another key that nobody ever had"
#define SIGNED	"\0\0\0\13ssh-ed25519\0\0\0\100" \
		"a signature that nobody checks; " \
		"the client is a fuzzer, not one."

static void
send_answer(struct preauth_monitor *monitor, enum ipc_id id,
    const void *message)
{
	struct err err;

	/* net may be gone already: the next receive sees it */
	if (!ipc_send(&monitor->ipc, id, message, &err))
		FUZZ_CHECK(err.code == ERR_CLOSED);
}

static void
sign(struct preauth_monitor *monitor)
{
	struct ipc_KEX_SIGNED m = { .signature = BYTES_LIT(SIGNED) };

	if (monitor->state == MON_KEX)
		monitor->state = MON_FRESH;
	send_answer(monitor, IPC_KEX_SIGNED, &m);
}

static void
give_group(struct preauth_monitor *monitor, const struct ipc_GEX_GROUP *m)
{
	struct kex_group group = kex_fallback_group(m->n);
	struct ipc_GEX_GROUP_REPLY reply = { .p = group.p, .g = group.g };

	send_answer(monitor, IPC_GEX_GROUP_REPLY, &reply);
}

static void
name_user(struct preauth_monitor *monitor)
{
	struct ipc_USER_REPLY m = {
		.methods = BYTES_LIT("publickey,password"),
		.banner = monitor->script.banner ? BYTES_LIT("Welcome.\n") :
		    BYTES_LIT(""),
		.server_sig_algs = BYTES_LIT("ssh-ed25519"),
		.log_level = 7,
	};

	monitor->state = MON_NAMED;
	send_answer(monitor, IPC_USER_REPLY, &m);
}

static void
answer_attempt(struct preauth_monitor *monitor)
{
	const struct monitor_script *script = &monitor->script;
	struct ipc_AUTH_REPLY m = {
		.result = script->result,
		.methods = BYTES_LIT("publickey,password"),
		.message = script->banner ? BYTES_LIT("Well.\n") :
		    BYTES_LIT(""),
		.log_level = 7,
		.alive_interval_s = script->alive_interval_s,
		.alive_count_max = script->alive_count_max,
		.max_sessions = script->max_sessions,
		.rekey_bytes = script->rekey_bytes,
		.rekey_seconds = script->rekey_seconds,
		.window_growth = WINDOW_GROWTH_MAX,
		.log_forwards = true,
		.idle_s = script->alive_interval_s,
		.qos_interactive = QOS_NONE,
		.qos_bulk = QOS_NONE,
		.unused_timeout_s = script->alive_interval_s,
		.channel_timeouts = BYTES_LIT("\0\0\0\1*\0\0\0\1"),
	};
	struct err err;
	int fds[2];

	if (m.result != AUTH_SUCCESS) {
		send_answer(monitor, IPC_AUTH_REPLY, &m);
		return;
	}
	FUZZ_CHECK(!monitor->granted);
	FUZZ_CHECK(ipc_pair(fds, &err));
	monitor->session_fd = fds[1];
	monitor->granted = true;
	monitor->state = MON_AUTHED;
	if (!ipc_send_fds(&monitor->ipc, IPC_AUTH_REPLY, &m, fds, 1, &err))
		FUZZ_CHECK(err.code == ERR_CLOSED);
	close(fds[0]);
}

/* From here on an answer may come, or another attempt. */
static void
ask_back(struct preauth_monitor *monitor)
{
	struct ipc_KBDINT_QUESTION m = {
		.instruction = BYTES_LIT("Well?"),
		.prompts = BYTES_LIT("\0\0\0\1a\0\0\0\0"), .echo = 1,
	};

	monitor->state |= MON_DIALOGUE;
	send_answer(monitor, IPC_KBDINT_QUESTION, &m);
}

/* A peer's bytes must not end a line or move a cursor. */
static void
check_line(struct bytes line)
{
	for (size_t i = 0; i < line.len; i++)
		FUZZ_CHECK(line.p[i] >= 0x20 && line.p[i] < 0x7f);
}

static void
check_lines(struct bytes lines)
{
	struct reader r = rd_init(lines);
	struct err err;

	do
		check_line(rd_string(&r, LOG_LINE_BYTES, "log line"));
	while (rd_left(&r) != 0);
	FUZZ_CHECK(rd_end(&r, &err));
}

static void
answer(struct preauth_monitor *monitor, const struct ipc_message *m)
{
	struct ipc_HOSTKEY_PROOF_REPLY proof = {
		.signature = BYTES_LIT(SIGNED),
	};

	if (m->id == IPC_NET_LOG)
		check_line(m->u.NET_LOG.line);
	else if (m->id == IPC_NET_LOG_LINES)
		check_lines(m->u.NET_LOG_LINES.lines);
	else if (m->id == IPC_KEX_SIGN)
		sign(monitor);
	else if (m->id == IPC_GEX_GROUP)
		give_group(monitor, &m->u.GEX_GROUP);
	else if (m->id == IPC_USER)
		name_user(monitor);
	else if (m->id == IPC_HOSTKEY_PROOF)
		send_answer(monitor, IPC_HOSTKEY_PROOF_REPLY, &proof);
	else if (m->id == IPC_AUTH_KBDINT)
		ask_back(monitor);
	else {
		monitor->state &= ~(unsigned)MON_DIALOGUE;
		/* a kind of attempt that is new must be thought of here */
		FUZZ_CHECK(m->id == IPC_AUTH_NONE ||
		    m->id == IPC_AUTH_PUBKEY_QUERY ||
		    m->id == IPC_AUTH_PUBKEY ||
		    m->id == IPC_AUTH_PASSWORD || m->id == IPC_AUTH_HOSTBASED ||
		    m->id == IPC_AUTH_KBDINT_ANSWER ||
		    m->id == IPC_AUTH_UNKNOWN);
		answer_attempt(monitor);
	}
}

/*
 * The states are the real monitor's: a question that it would take for an
 * attack ends here, too.
 */
static void *
run(void *arg)
{
	struct preauth_monitor *monitor = arg;
	struct ipc_message m;
	struct err err;
	bool got;

	while (ipc_recv(&monitor->ipc, monitor->state, &m, &got, &err)) {
		if (got)
			answer(monitor, &m);
	}
	FUZZ_CHECK(err.code == ERR_CLOSED);
	return NULL;
}

void
preauth_monitor_start(struct preauth_monitor *monitor, int *net_fd)
{
	struct err err;
	int fds[2];

	monitor->state = MON_KEX;
	monitor->granted = false;
	monitor->session_fd = -1;
	FUZZ_CHECK(ipc_pair(fds, &err));
	*net_fd = fds[0];
	ipc_init(&monitor->ipc, fds[1], NET_TO_MONITOR);
	FUZZ_CHECK(pthread_create(&monitor->thread, NULL, run, monitor) == 0);
}

struct ipc_NET_SETUP
preauth_monitor_setup(void)
{
	return (struct ipc_NET_SETUP){
		.log_level = 7,
		.version = BYTES_LIT(MONITOR_VERSION),
		.kex_algorithms = BYTES_LIT("mlkem768x25519-sha256,"
		    "sntrup761x25519-sha512,curve25519-sha256,"
		    "ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,"
		    "diffie-hellman-group-exchange-sha256,"
		    "diffie-hellman-group14-sha256"),
		.host_keys = BYTES_LIT("\0\0\0\13ssh-ed25519"
		    "\0\0\0\63" K_S),
		.ciphers = BYTES_LIT("chacha20-poly1305@openssh.com,"
		    "aes128-gcm@openssh.com,aes256-ctr,aes128-cbc,3des-cbc"),
		.macs = BYTES_LIT("hmac-sha2-256-etm@openssh.com,"
		    "hmac-sha2-512,umac-64@openssh.com"),
		.compression = BYTES_LIT("none,zlib@openssh.com"),
		.server_sig_algs = BYTES_LIT("ssh-ed25519,rsa-sha2-512"),
		.prove_keys = BYTES_LIT("\0\0\0\63" K_S "\0\0\0\63" K_S_2),
	};
}

void
preauth_monitor_join(struct preauth_monitor *monitor)
{
	pthread_join(monitor->thread, NULL);
	ipc_clear(&monitor->ipc);
	if (monitor->session_fd != -1)
		close(monitor->session_fd);
	monitor->session_fd = -1;
}
