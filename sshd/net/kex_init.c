/* SPDX-License-Identifier: ISC */
/*
 * The first message of a key exchange, ours and the peer's: RFC 4253 7.1.
 */
#include <stdio.h>

#include "lib/base/log.h"
#include "lib/base/pattern.h"
#include "lib/crypto/random.h"
#include "sshd/net/conn.h"

#define STRICT_CLIENT	"kex-strict-c-v00@openssh.com"
#define EXT_INFO_CLIENT	"ext-info-c"
/* Only in the first KEXINIT. */
#define FIRST_KEX_EXTRA	",ext-info-s,kex-strict-s-v00@openssh.com"

static bool
build_init(struct conn *conn, struct writer *w, struct err *err)
{
	const struct setup *setup = &conn->setup;
	uint8_t cookie[KEXINIT_COOKIE_LEN], names[NAME_LIST_MAX];
	struct writer list = wr_init(names, sizeof(names));
	struct kexinit m = {
		.cookie = bytes_of(cookie, sizeof(cookie)),
		.lists = {
			[KEXINIT_HOST_KEY] = setup->host_key_algorithms,
			[KEXINIT_CIPHER_C2S] = setup->ciphers,
			[KEXINIT_CIPHER_S2C] = setup->ciphers,
			[KEXINIT_MAC_C2S] = setup->macs,
			[KEXINIT_MAC_S2C] = setup->macs,
			[KEXINIT_COMPRESSION_C2S] = setup->compression,
			[KEXINIT_COMPRESSION_S2C] = setup->compression,
		},
	};

	wr_bytes(&list, setup->kex_algorithms.p, setup->kex_algorithms.len);
	if (!conn->transport.kex.initial_done)
		wr_bytes(&list, FIRST_KEX_EXTRA, sizeof(FIRST_KEX_EXTRA) - 1);
	m.lists[KEXINIT_KEX] = wr_view(&list);
	return random_bytes(cookie, sizeof(cookie), err) &&
	    wr_end(&list, err) && kexinit_build(&m, w, err);
}

bool
kex_start(struct conn *conn, struct err *err)
{
	struct kex *kex = &conn->transport.kex;
	uint8_t payload[PAYLOAD_MAX_PREAUTH];
	struct writer w = wr_init(payload, sizeof(payload)), *packet;

	if (!build_init(conn, &w, err) ||
	    !secret_copy(&kex->own_init, wr_view(&w), err))
		return false;
	packet = packet_begin(conn, SSH_MSG_KEXINIT);
	wr_bytes(packet, payload + 1, w.len - 1);
	if (!packet_send(conn, err))
		return false;
	kex->step = KEX_WAIT_INIT;
	conn->transport.rekey.begun_at = conn->transport.in.bytes;
	return true;
}

/* RFC 8308 2.1 and the strict variant: announced among the methods. */
static bool
read_announcements(struct conn *conn, const struct kexinit *client)
{
	struct kex *kex = &conn->transport.kex;
	struct bytes list = client->lists[KEXINIT_KEX];

	if (kex->initial_done)
		return true;
	kex->peer_ext_info = name_list_has(list, BYTES_LIT(EXT_INFO_CLIENT));
	kex->strict = name_list_has(list, BYTES_LIT(STRICT_CLIENT));
	if (!kex->strict || conn->transport.in.seqnr == 1)
		return true;
	conn_disconnect(conn, SSH_DISCONNECT_PROTOCOL_ERROR,
	    "strict KEX violation: KEXINIT was not the first packet");
	return false;
}

static void
log_no_match(struct conn *conn, const char *kind, struct bytes their_offer)
{
	char text[128];

	log_info("Unable to negotiate with %s port %u: no matching %s found. "
	    "Their offer: %.*s", conn->peer_address, conn->peer_port, kind,
	    (int)their_offer.len, (const char *)their_offer.p);
	snprintf(text, sizeof(text), "no matching %s found", kind);
	conn_part(conn, SSH_DISCONNECT_KEY_EXCHANGE_FAILED, text);
}

bool
recv_kexinit(struct conn *conn, struct reader *r, struct err *err)
{
	struct kex *kex = &conn->transport.kex;
	struct bytes payload = bytes_of(r->p - 1,
	    (size_t)(r->end - r->p) + 1), their_offer;
	struct kexinit client, server;
	struct reader own;

	if (kex_binds_input(conn))
		return err_set(err, ERR_UNEXPECTED, "second KEXINIT");
	if (payload.len > PAYLOAD_MAX_PREAUTH)
		return err_set(err, ERR_RANGE, "KEXINIT");
	if (!kexinit_parse(r, &client, err))
		return false;
	if (!read_announcements(conn, &client))
		return true;
	if (kex->step == KEX_IDLE && !kex_start(conn, err))
		return false;
	if (!secret_copy(&kex->peer_init, payload, err))
		return false;
	/* the copy outlives the packet, and so do slices of it */
	own = rd_init(bytes_of(kex->peer_init.p + 1, payload.len - 1));
	if (!kexinit_parse(&own, &client, err))
		return false;
	own = rd_init(bytes_of(kex->own_init.p + 1, kex->own_init.len - 1));
	if (!kexinit_parse(&own, &server, err))
		return false;
	if (!kex_choose(&client, &server, &kex->choice, &their_offer, err)) {
		if (err->code != ERR_NOT_FOUND)
			return false;
		log_no_match(conn, err->what, their_offer);
		return true;
	}
	kex->skip_next = kex->choice.guess_wrong;
	kex->step = kex->choice.alg->form == KEX_FORM_GEX ?
	    KEX_WAIT_GEX_REQUEST : KEX_WAIT_PUBLIC;
	return true;
}
