/* SPDX-License-Identifier: ISC */
#include "unit/net/fake_monitor.h"

#include <assert.h>
#include <stdio.h>

#include "lib/crypto/kex.h"
#include "lib/crypto/openssl.h"
#include "lib/wire/writer.h"

#define ALGORITHM	"ssh-ed25519"

static const uint8_t seed[32] = "the host key of all unit tests.";

static EVP_PKEY *
host_key(void)
{
	return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed,
	    sizeof(seed));
}

static void
sign(struct fake_monitor *monitor, const struct ipc_KEX_SIGN *m)
{
	struct kex_hash_input in = {
		.alg = kex_find(m->kex_name),
		.client_version = m->client_version,
		.server_version = bytes_str(monitor->version),
		.client_kexinit = m->client_kexinit,
		.server_kexinit = m->server_kexinit,
		.host_key = bytes_of(monitor->host_key, monitor->host_key_len),
		.gex_request = m->gex_request,
		.gex_p = m->gex_p, .gex_g = m->gex_g,
		.client_public = m->client_public,
		.server_public = m->server_public,
		.shared = m->shared_secret,
	};
	uint8_t hash[DIGEST_MAX], raw[64], blob[128];
	size_t raw_len = sizeof(raw);
	struct writer w = wr_init(blob, sizeof(blob));
	EVP_PKEY *key = host_key();
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct ipc_KEX_SIGNED reply;
	struct err err;
	bool ok;

	ok = kex_hash(&in, hash, &err) &&
	    EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
	    EVP_DigestSign(ctx, raw, &raw_len, hash,
	    digest_len(in.alg->hash)) == 1;
	assert(ok);
	wr_cstring(&w, ALGORITHM);
	wr_string(&w, bytes_of(raw, raw_len));
	reply.signature = wr_view(&w);
	/* before the answer, behind which a test may look at it */
	monitor->signatures++;
	ok = ipc_send(&monitor->ipc, IPC_KEX_SIGNED, &reply, &err);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	(void)ok;
}

static void
give_group(struct fake_monitor *monitor, const struct ipc_GEX_GROUP *m)
{
	struct kex_group group = kex_fallback_group(m->n);
	struct ipc_GEX_GROUP_REPLY reply = { .p = group.p, .g = group.g };
	struct err err;

	if (!ipc_send(&monitor->ipc, IPC_GEX_GROUP_REPLY, &reply, &err))
		return;
}

static void
collect(struct fake_monitor *monitor, const struct ipc_NET_LOG *m)
{
	int n = snprintf(monitor->log + monitor->log_len,
	    sizeof(monitor->log) - monitor->log_len, "%u %.*s\n", m->level,
	    (int)m->line.len, (const char *)m->line.p);

	if (n > 0 && (size_t)n < sizeof(monitor->log) - monitor->log_len)
		monitor->log_len += (size_t)n;
}

static void *
run(void *arg)
{
	struct fake_monitor *monitor = arg;
	struct ipc_message m;
	struct err err;
	bool got;

	while (ipc_recv(&monitor->ipc, MON_WARM | MON_KEX | MON_AUTHED, &m,
	    &got, &err)) {
		if (m.id == IPC_KEX_SIGN)
			sign(monitor, &m.u.KEX_SIGN);
		else if (m.id == IPC_GEX_GROUP)
			give_group(monitor, &m.u.GEX_GROUP);
		else if (m.id == IPC_NET_READY)
			continue;
		else if (m.id == IPC_NET_LOG)
			collect(monitor, &m.u.NET_LOG);
		else
			break;
	}
	return NULL;
}

void
fake_monitor_start(struct fake_monitor *monitor, int *net_fd)
{
	struct writer w = wr_init(monitor->host_key,
	    sizeof(monitor->host_key));
	EVP_PKEY *key = host_key();
	uint8_t public[32];
	size_t public_len = sizeof(public);
	struct err err;
	int fds[2];
	bool ok;

	*monitor = (struct fake_monitor){ .version = "SSH-2.0-Test_1" };
	EVP_PKEY_get_raw_public_key(key, public, &public_len);
	EVP_PKEY_free(key);
	wr_cstring(&w, ALGORITHM);
	wr_string(&w, bytes_of(public, public_len));
	monitor->host_key_len = w.len;
	w = wr_init(monitor->offer, sizeof(monitor->offer));
	wr_cstring(&w, ALGORITHM);
	wr_string(&w, bytes_of(monitor->host_key, monitor->host_key_len));
	monitor->offer_len = w.len;
	ok = ipc_pair(fds, &err);
	assert(ok);
	*net_fd = fds[0];
	ipc_init(&monitor->ipc, fds[1], NET_TO_MONITOR);
	monitor->running = pthread_create(&monitor->thread, NULL, run,
	    monitor) == 0;
	assert(monitor->running);
}

struct ipc_NET_SETUP
fake_monitor_setup(struct fake_monitor *monitor, const char *kex,
    const char *ciphers, const char *macs, const char *compression)
{
	return (struct ipc_NET_SETUP){
		.log_level = 7,
		.version = bytes_str(monitor->version),
		.kex_algorithms = bytes_str(kex != NULL ? kex :
		    "curve25519-sha256"),
		.host_keys = bytes_of(monitor->offer, monitor->offer_len),
		.ciphers = bytes_str(ciphers != NULL ? ciphers :
		    "chacha20-poly1305@openssh.com"),
		.macs = bytes_str(macs != NULL ? macs :
		    "hmac-sha2-256-etm@openssh.com"),
		.compression = bytes_str(compression != NULL ? compression :
		    "none,zlib@openssh.com"),
		.server_sig_algs = BYTES_LIT("ssh-ed25519,rsa-sha2-512"),
	};
}

void
fake_monitor_join(struct fake_monitor *monitor)
{
	if (monitor->running)
		pthread_join(monitor->thread, NULL);
	monitor->running = false;
	ipc_clear(&monitor->ipc);
}
