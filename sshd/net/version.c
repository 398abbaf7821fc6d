/* SPDX-License-Identifier: ISC */
#include "sshd/net/version.h"

#include "lib/base/log.h"
#include "lib/base/pattern.h"
#include "lib/wire/version.h"
#include "sshd/net/conn.h"

/* First matching row decides. */
static const struct {
	const char *patterns;
	unsigned quirks;
} quirk_rows[] = {
	{ "OpenSSH*", PEER_EOW },
	{ "Cisco-1.*", PEER_NO_HOSTKEYS },
	{ "TTSSH/1.*,TTSSH/2.0*,TTSSH/2.1*,TTSSH/2.2*,TTSSH/2.3*,TTSSH/2.4*,"
	    "TTSSH/2.5*,TTSSH/2.6*,TTSSH/2.70*,TTSSH/2.71*,TTSSH/2.72*",
	    PEER_NO_HOSTKEYS },
	{ "Twisted_*", 0 },
	{ "Twisted*,3.0.*", PEER_NO_DEBUG },
	{ "Probe-*", PEER_PROBE },
	{ "*SSH_Version_Mapper*", PEER_SCAN },
};

unsigned
version_quirks(struct bytes software)
{
	for (size_t i = 0; i < ARRAY_LEN(quirk_rows); i++) {
		if (pattern_list_match(bytes_str(quirk_rows[i].patterns),
		    software) == PATTERN_YES)
			return quirk_rows[i].quirks;
	}
	return 0;
}

/* The end, with a line of text: the peer does not speak our protocol. */
static void
refuse(struct conn *conn, const char *text, const char *log_reason)
{
	struct err err;

	log_info("banner exchange: Connection from %s port %u: %s",
	    conn->peer_address, conn->peer_port, log_reason);
	if (!packet_out_raw(&conn->transport.out, bytes_str(text), &err))
		log_debug("%s: %s", err.what, err_text(&err));
	conn_end(conn, 255);
}

static void
refuse_line(struct conn *conn)
{
	refuse(conn, "Invalid SSH identification string.\r\n",
	    "invalid format");
}

static void
refuse_defect(struct conn *conn, enum version_result result,
    const struct version_line *line)
{
	struct log_safe text = log_safe(line->line);

	switch (result) {
	case VERSION_OK:
		return;
	case VERSION_BAD_CHARACTERS:
		log_verbose("kex_exchange_identification: "
		    "banner line contains invalid characters");
		break;
	case VERSION_NO_SSH:
		log_verbose("kex_exchange_identification: client sent invalid "
		    "protocol identifier \"%s\"", text.s);
		break;
	case VERSION_BAD_NUMBERS:
		log_error("Bad remote protocol version identification: '%s'",
		    text.s);
		break;
	case VERSION_OTHER_MAJOR:
		log_error("Protocol major versions differ: 2 vs. %u",
		    line->major);
		refuse(conn, "Protocol major versions differ.\r\n",
		    "could not read protocol version");
		return;
	}
	refuse_line(conn);
}

static bool
accept_line(struct conn *conn, const struct version_line *line)
{
	struct peer_version *peer = &conn->transport.peer;

	if (line->line.len > VERSION_LINE_MAX) {
		log_verbose("kex_exchange_identification: "
		    "banner line too long");
		refuse_line(conn);
		return false;
	}
	memcpy(peer->line, line->line.p, line->line.len);
	peer->line_len = line->line.len;
	peer->quirks = version_quirks(line->software);
	log_debug("Remote protocol version %u.%u, remote software version %s",
	    line->major, line->minor, log_safe(line->software).s);
	if ((peer->quirks & (PEER_PROBE | PEER_SCAN)) == 0)
		return true;
	log_info("%s from %s port %u with %s.  Don't panic.",
	    (peer->quirks & PEER_PROBE) != 0 ? "probed" : "scanned",
	    conn->peer_address, conn->peer_port, log_safe(line->line).s);
	conn_end(conn, 255);
	return false;
}

bool
version_receive(struct conn *conn)
{
	struct packet_in *in = &conn->transport.in;
	struct bytes raw = packet_in_raw(in);
	const uint8_t *lf = memchr(raw.p, '\n', raw.len);
	struct version_line line;
	enum version_result result;

	if (lf == NULL && raw.len <= VERSION_LINE_MAX + 1 &&
	    !bytes_have_nul(raw))
		return false;		/* more to come */
	if (lf != NULL)
		raw.len = (size_t)(lf - raw.p);
	result = version_line_parse(raw, &line);
	if (lf == NULL && result == VERSION_OK)
		line.line = raw;	/* too long: accept_line() says so */
	if (result != VERSION_OK) {
		refuse_defect(conn, result, &line);
		return false;
	}
	if (!accept_line(conn, &line))
		return false;
	packet_in_consume(in, raw.len + 1);
	return true;
}
