/* SPDX-License-Identifier: ISC */
#include "lib/wire/transport.h"

#include "lib/base/limits.h"

bool
disconnect_parse(struct reader *r, struct disconnect *m, struct err *err)
{
	m->reason = rd_u32(r, "disconnect reason");
	m->description = rd_string(r, PAYLOAD_MAX, "disconnect description");
	/* peers exist that leave the language tag out */
	m->language = (struct bytes){ 0 };
	if (rd_left(r) != 0)
		m->language = rd_string(r, PAYLOAD_MAX, "language tag");
	return rd_end(r, err);
}

void
disconnect_build(const struct disconnect *m, struct writer *w)
{
	wr_u32(w, m->reason);
	wr_string(w, m->description);
	wr_string(w, m->language);
}

bool
debug_parse(struct reader *r, struct debug *m, struct err *err)
{
	m->always_display = rd_bool(r, "always_display");
	m->text = rd_string(r, PAYLOAD_MAX, "debug message");
	m->language = rd_string(r, PAYLOAD_MAX, "language tag");
	return rd_end(r, err);
}

void
debug_build(const struct debug *m, struct writer *w)
{
	wr_bool(w, m->always_display);
	wr_string(w, m->text);
	wr_string(w, m->language);
}

bool
unimplemented_parse(struct reader *r, uint32_t *seqnr, struct err *err)
{
	*seqnr = rd_u32(r, "packet sequence number");
	return rd_end(r, err);
}

bool
service_request_parse(struct reader *r, struct bytes *name, struct err *err)
{
	*name = rd_string(r, SERVICE_NAME_MAX, "service name");
	return rd_end(r, err);
}

bool
ext_info_parse(struct reader *r, uint32_t *count, struct err *err)
{
	*count = rd_u32(r, "nr-extensions");
	if (*count > EXT_INFO_COUNT_MAX)
		rd_reject(r, ERR_RANGE, "nr-extensions");
	return rd_ok(r, err);
}

bool
ext_info_next(struct reader *r, struct bytes *name, struct bytes *value,
    struct err *err)
{
	*name = rd_string(r, PAYLOAD_MAX, "extension-name");
	*value = rd_string(r, PAYLOAD_MAX, "extension-value");
	return rd_ok(r, err);
}
