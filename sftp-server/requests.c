/* SPDX-License-Identifier: ISC */
#include "sftp-server/requests.h"

#include <errno.h>
#include <stdio.h>

#include "sftp-server/reply.h"

struct row {
	enum sftp_reach reach;
	sftp_handler *run;
};

static const struct row rows[SFTP_REQUEST_COUNT] = {
#define X(id, type, name, extension, version, reach, fields, handler)	\
	[SFTP_##id] = { SFTP_##reach, sftp_run_##handler },
	SFTP_REQUESTS(X)
#undef X
};

/* Empty words: it may be made. Otherwise what stands around its name. */
struct refusal {
	const char *before, *after;
};

static struct refusal
refusal(const struct sftp *sftp, enum sftp_request_id kind)
{
	const struct sftp_options *options = sftp->options;

	if (options->is_read_only && rows[kind].reach == SFTP_WRITES)
		return (struct refusal){ "", " in read-only mode" };
	if ((options->denied >> kind & 1) != 0)
		return (struct refusal){ "denylisted ", "" };
	if ((options->allowed >> kind & 1) == 0)
		return (struct refusal){ "non-allowlisted ", "" };
	return (struct refusal){ NULL, NULL };
}

bool
sftp_refuse_read_only(const struct sftp *sftp, enum sftp_request_id kind)
{
	if (sftp->options->is_read_only)
		log_verbose("Refusing %s request in read-only mode",
		    sftp_request_name(kind));
	return sftp->options->is_read_only;
}

static bool
is_refused(const struct sftp *sftp, enum sftp_request_id kind)
{
	struct refusal why = refusal(sftp, kind);

	if (why.before == NULL)
		return false;
	log_verbose("Refusing %s%s request%s", why.before,
	    sftp_request_name(kind), why.after);
	return true;
}

/* Nothing is offered that would be refused. */
static void
send_version(struct sftp *sftp)
{
	/* the version stands where other replies have the id */
	struct writer w = reply_start(sftp, SFTP_VERSION_REPLY, SFTP_VERSION);

	for (unsigned i = 0; i < SFTP_REQUEST_COUNT; i++) {
		enum sftp_request_id kind = (enum sftp_request_id)i;

		if (sftp_extension_name(kind) == NULL ||
		    refusal(sftp, kind).before != NULL)
			continue;
		wr_cstring(&w, sftp_extension_name(kind));
		wr_cstring(&w, sftp_extension_version(kind));
	}
	reply_end(sftp, &w);
}

static bool
bad_message(struct sftp *sftp)
{
	log_error("bad message from %s local user %s", sftp->account->peer,
	    sftp->account->user);
	sftp->status = SFTP_EXIT_BAD_MESSAGE;
	return false;
}

/* Pairs of extension name and data may follow; we know none. */
static bool
set_up(struct sftp *sftp, struct reader *r)
{
	uint32_t version = rd_u32(r, "version");
	struct err err;

	if (!rd_ok(r, &err))
		return bad_message(sftp);
	log_verbose("received client version %u", version);
	sftp->is_set_up = true;
	sftp->names.users.is_off = sftp->names.groups.is_off =
	    sftp->tree->has_no_names;
	send_version(sftp);
	return true;
}

/* The client's paths become C strings; false: answered. */
static bool
take_paths(struct sftp *sftp, const struct sftp_request *q)
{
	const struct bytes paths[] = { q->peer_path, q->peer_path2 };
	char *const to[] = { sftp->path, sftp->path2 };

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		if (paths[i].len >= PATH_MAX) {
			reply_result(sftp, q->id, -ENAMETOOLONG);
			return false;
		}
		if (!bytes_to_str(paths[i], to[i], PATH_MAX)) {
			reply_status(sftp, q->id, SFTP_BAD_MESSAGE,
			    "Bad message: a path has a NUL byte in it");
			return false;
		}
	}
	return true;
}

static void
run(struct sftp *sftp, struct reader *r, struct sftp_request *q)
{
	struct err err;
	char text[128];

	if (!sftp_request_parse(r, q, &err)) {
		snprintf(text, sizeof(text), "Bad message: %s: %s", err.what,
		    err_text(&err));
		log_error("bad message from %s local user %s: %s: %s: %s",
		    sftp->account->peer, sftp->account->user,
		    sftp_request_name(q->kind), err.what, err_text(&err));
		reply_status(sftp, q->id, SFTP_BAD_MESSAGE, text);
	} else if (is_refused(sftp, q->kind))
		reply_status(sftp, q->id, SFTP_PERMISSION_DENIED, NULL);
	else if (take_paths(sftp, q)) {
		q->data = input_data(&sftp->in, q->data);
		rows[q->kind].run(sftp, q);
	}
}

bool
sftp_dispatch(struct sftp *sftp, struct bytes message)
{
	struct reader r = rd_init(message);
	uint8_t type = rd_u8(&r, "type");
	struct sftp_request q = { 0 };
	struct bytes extension = { 0 };
	struct err err;

	if (type == SFTP_INIT)
		return set_up(sftp, &r);
	q.id = rd_u32(&r, "id");
	if (!rd_ok(&r, &err) || !sftp->is_set_up)
		return bad_message(sftp);
	if (type == SFTP_EXTENDED)
		extension = rd_string(&r, SFTP_MESSAGE_MAX, "extension");
	if (sftp_find_request(type, extension, &q.kind)) {
		run(sftp, &r, &q);
		return true;
	}
	if (type == SFTP_EXTENDED)
		log_error("Unknown extended request \"%.*s\"",
		    (int)extension.len, (const char *)extension.p);
	else
		log_error("Unknown message %u", type);
	reply_status(sftp, q.id, SFTP_OP_UNSUPPORTED, NULL);
	return true;
}
