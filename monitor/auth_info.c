/* SPDX-License-Identifier: ISC */
#include "monitor/auth_info.h"

#include <stdlib.h>

#include "keys/base64.h"
#include "lib/wire/writer.h"

static void
put(struct writer *w, const char *text)
{
	wr_bytes(w, text, strlen(text));
}

static size_t
key_room(const struct pubkey *key)
{
	return key == NULL ? 0 : strlen(key->row->name) +
	    BASE64_LEN(key->blob_len) + 3;
}

static void
put_key(struct writer *w, const struct pubkey *key)
{
	size_t len;

	put(w, " ");
	put(w, key->row->name);
	put(w, " ");
	if (!w->full && base64_encode(bytes_of(key->blob, key->blob_len),
	    BASE64_PADDED, (char *)w->p + w->len, w->cap - w->len, &len))
		w->len += len;
	else
		w->full = true;
}

bool
auth_info_add(struct auth_info *info, const struct auth_info_step *step,
    struct err *err)
{
	const char *device = step->device == NULL ? "" : step->device;
	size_t cap = info->len + strlen(step->method) + strlen(device) +
	    key_room(step->key) + strlen(step->facts) + 4;
	struct writer w = wr_init(malloc(cap + 1), cap);

	if (w.p == NULL)
		return err_set(err, ERR_NOMEM, "authentication info");
	wr_bytes(&w, info->text, info->len);
	put(&w, step->method);
	if (step->device != NULL)
		put(&w, "/");
	put(&w, device);
	if (step->key != NULL)
		put_key(&w, step->key);
	if (step->facts[0] != '\0')
		put(&w, " ");
	put(&w, step->facts);
	put(&w, "\n");
	if (!wr_end(&w, err)) {
		free(w.p);
		return false;
	}
	w.p[w.len] = '\0';
	free(info->text);
	*info = (struct auth_info){ .text = (char *)w.p, .len = w.len };
	return true;
}

void
auth_info_clear(struct auth_info *info)
{
	free(info->text);
	*info = (struct auth_info){ 0 };
}
