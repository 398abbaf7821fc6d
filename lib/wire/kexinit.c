/* SPDX-License-Identifier: ISC */
#include "lib/wire/kexinit.h"

#include "lib/base/compiler.h"
#include "lib/base/limits.h"
#include "lib/wire/transport.h"

static const char *const list_names[KEXINIT_LISTS] = {
	[KEXINIT_KEX] = "kex_algorithms",
	[KEXINIT_HOST_KEY] = "server_host_key_algorithms",
	[KEXINIT_CIPHER_C2S] = "encryption_algorithms_client_to_server",
	[KEXINIT_CIPHER_S2C] = "encryption_algorithms_server_to_client",
	[KEXINIT_MAC_C2S] = "mac_algorithms_client_to_server",
	[KEXINIT_MAC_S2C] = "mac_algorithms_server_to_client",
	[KEXINIT_COMPRESSION_C2S] = "compression_algorithms_client_to_server",
	[KEXINIT_COMPRESSION_S2C] = "compression_algorithms_server_to_client",
	[KEXINIT_LANGUAGE_C2S] = "languages_client_to_server",
	[KEXINIT_LANGUAGE_S2C] = "languages_server_to_client",
};

/*
 * Empty names are let through: they match nothing, and clients exist that
 * end a list with a comma.
 */
static struct bytes
read_list(struct reader *r, const char *field)
{
	struct bytes list = rd_string(r, NAME_LIST_MAX, field);

	for (size_t i = 0; i < list.len; i++) {
		if (list.p[i] < 0x20 || list.p[i] > 0x7e) {
			rd_reject(r, ERR_FORMAT, field);
			return (struct bytes){ 0 };
		}
	}
	return list;
}

bool
kexinit_parse(struct reader *r, struct kexinit *m, struct err *err)
{
	m->cookie = rd_fixed(r, KEXINIT_COOKIE_LEN, "cookie");
	for (size_t i = 0; i < KEXINIT_LISTS; i++)
		m->lists[i] = read_list(r, list_names[i]);
	m->first_kex_packet_follows = rd_bool(r, "first_kex_packet_follows");
	(void)rd_u32(r, "reserved");	/* RFC 4253 7.1: for future extension */
	return rd_end(r, err);
}

bool
kexinit_build(const struct kexinit *m, struct writer *w, struct err *err)
{
	wr_u8(w, SSH_MSG_KEXINIT);
	wr_bytes(w, m->cookie.p, KEXINIT_COOKIE_LEN);
	for (size_t i = 0; i < KEXINIT_LISTS; i++)
		wr_string(w, m->lists[i]);
	wr_bool(w, m->first_kex_packet_follows);
	wr_u32(w, 0);
	return wr_end(w, err);
}
