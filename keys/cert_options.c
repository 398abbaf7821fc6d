/* SPDX-License-Identifier: ISC */
#include "keys/cert_options.h"

#include <stdlib.h>

#include "lib/base/cidr.h"
#include "lib/base/pattern.h"

/* ---- critical options --------------------------------------------------- */

/* The one string that is the data of an option with a value. */
static bool
take_text(struct bytes data, char **field, struct err *err)
{
	struct reader r = rd_init(data);
	struct bytes text = rd_string(&r, KEY_BLOB_MAX, "critical option");

	if (!rd_end(&r, err))
		return false;
	if (*field != NULL || bytes_have_nul(text))
		return err_set(err, ERR_FORMAT, "critical option");
	if ((*field = bytes_dup_str(text)) == NULL)
		return err_set(err, ERR_NOMEM, "critical option");
	return true;
}

static bool
take_command(struct bytes data, struct key_options *o, struct err *err)
{
	return take_text(data, &o->command, err);
}

/* Networks and addresses only: a wildcard or `!` has no meaning here. */
static bool
take_source_address(struct bytes data, struct key_options *o,
    struct err *err)
{
	struct bytes cursor, entry;
	struct cidr cidr;

	if (!take_text(data, &o->source_address, err))
		return false;
	cursor = bytes_str(o->source_address);
	/* name_list_next() says nothing of an entry behind the last comma */
	if (cursor.len == 0 || cursor.p[cursor.len - 1] == ',')
		return err_set(err, ERR_FORMAT, "source-address");
	while (name_list_next(&cursor, &entry)) {
		if (memchr(entry.p, '%', entry.len) != NULL ||
		    cidr_parse(entry, &cidr) != CIDR_OK)
			return err_set(err, ERR_FORMAT, "source-address");
	}
	return true;
}

static bool
take_verify_required(struct bytes data, struct key_options *o,
    struct err *err)
{
	if (data.len != 0)
		return err_set(err, ERR_TRAILING, "verify-required");
	o->verify_required = true;
	return true;
}

static const struct critical_row {
	const char *name;
	bool (*take)(struct bytes data, struct key_options *o,
	    struct err *err);
} critical_rows[] = {
	{ "force-command", take_command },
	{ "source-address", take_source_address },
	{ "verify-required", take_verify_required },
};

static bool
take_critical(struct bytes name, struct bytes data, struct key_options *o,
    struct bytes *unknown, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(critical_rows); i++) {
		if (bytes_is(name, critical_rows[i].name))
			return critical_rows[i].take(data, o, err);
	}
	*unknown = name;
	return err_set(err, ERR_DENIED, "critical option");
}

static bool
parse_critical(struct bytes run, struct key_options *o, struct bytes *unknown,
    struct err *err)
{
	struct reader r = rd_init(run);

	while (rd_left(&r) != 0) {
		struct bytes name = rd_string(&r, KEY_BLOB_MAX, "option");
		struct bytes data = rd_string(&r, KEY_BLOB_MAX, "option");

		if (!rd_ok(&r, err) ||
		    !take_critical(name, data, o, unknown, err))
			return false;
	}
	return rd_end(&r, err);
}

/* ---- extensions --------------------------------------------------------- */

static const struct extension_row {
	const char *name;
	size_t field;
} extension_rows[] = {
#define GRANTS(field)	offsetof(struct key_options, field)
	{ "no-touch-required",		GRANTS(no_touch_required) },
	{ "permit-X11-forwarding",	GRANTS(x11_forwarding) },
	{ "permit-agent-forwarding",	GRANTS(agent_forwarding) },
	{ "permit-port-forwarding",	GRANTS(port_forwarding) },
	{ "permit-pty",			GRANTS(pty) },
	{ "permit-user-rc",		GRANTS(user_rc) },
#undef GRANTS
};

static const struct extension_row *
find_extension(struct bytes name)
{
	for (size_t i = 0; i < ARRAY_LEN(extension_rows); i++) {
		if (bytes_is(name, extension_rows[i].name))
			return &extension_rows[i];
	}
	return NULL;
}

static bool
parse_extensions(struct bytes run, struct key_options *o, struct err *err)
{
	struct reader r = rd_init(run);

	while (rd_left(&r) != 0) {
		struct bytes name = rd_string(&r, KEY_BLOB_MAX, "extension");
		struct bytes data = rd_string(&r, KEY_BLOB_MAX, "extension");
		const struct extension_row *row = find_extension(name);

		if (!rd_ok(&r, err))
			return false;
		if (row == NULL)
			continue;
		if (data.len != 0)
			return err_set(err, ERR_TRAILING, "extension");
		*(bool *)((char *)o + row->field) = true;
	}
	return rd_end(&r, err);
}

bool
cert_unknown_extension(struct reader *cursor, struct bytes *name)
{
	while (rd_left(cursor) != 0) {
		*name = rd_string(cursor, KEY_BLOB_MAX, "extension");
		(void)rd_string(cursor, KEY_BLOB_MAX, "extension");
		if (cursor->code == ERR_NONE && find_extension(*name) == NULL)
			return true;
	}
	return false;
}

bool
cert_options_parse(const struct cert *cert, struct key_options *out,
    struct bytes *unknown, struct err *err)
{
	key_options_init(out);
	out->port_forwarding = out->agent_forwarding = false;
	out->x11_forwarding = out->pty = out->user_rc = false;
	*unknown = (struct bytes){ 0 };
	if (parse_critical(cert->critical, out, unknown, err) &&
	    parse_extensions(cert->extensions, out, err))
		return true;
	key_options_clear(out);
	return false;
}
