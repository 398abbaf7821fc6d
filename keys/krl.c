/* SPDX-License-Identifier: ISC */
#include "keys/krl.h"

#include <endian.h>
#include <stdlib.h>

#include "lib/wire/reader.h"

/* Of one walk; ca is that of the section being read. */
struct walk {
	krl_visit_fn *visit;
	void *arg;
	struct bytes ca;
};

/* ---- the certificates of one CA ----------------------------------------- */

static MUST_CHECK bool
yield(const struct walk *walk, enum krl_kind kind, struct bytes data,
    struct err *err)
{
	const struct krl_entry entry = {
		.kind = kind, .ca = walk->ca, .data = data,
	};

	return walk->visit(walk->arg, &entry, err);
}

static MUST_CHECK bool
read_serial_list(const struct walk *walk, struct bytes data, struct err *err)
{
	if (data.len % sizeof(uint64_t) != 0)
		return err_set(err, ERR_SHORT, "serial");
	return yield(walk, KRL_SERIAL_LIST, data, err);
}

static MUST_CHECK bool
read_serial_range(const struct walk *walk, struct bytes data, struct err *err)
{
	struct reader r = rd_init(data);
	struct krl_entry entry = { .kind = KRL_SERIAL_RANGE, .ca = walk->ca };

	entry.low = rd_u64(&r, "first serial");
	entry.high = rd_u64(&r, "last serial");
	if (!rd_end(&r, err))
		return false;
	if (entry.low > entry.high)
		return err_set(err, ERR_FORMAT, "range of serials");
	return walk->visit(walk->arg, &entry, err);
}

/* Zeros before the highest bit do no harm here; a sign would. */
static MUST_CHECK bool
read_serial_bitmap(const struct walk *walk, struct bytes data,
    struct err *err)
{
	struct reader r = rd_init(data);
	struct krl_entry entry = { .kind = KRL_SERIAL_BITMAP, .ca = walk->ca };

	entry.low = rd_u64(&r, "first serial");
	entry.data = rd_string(&r, data.len, "bitmap of serials");
	if (!rd_end(&r, err))
		return false;
	if (entry.data.len != 0 && (entry.data.p[0] & 0x80) != 0)
		return err_set(err, ERR_FORMAT, "bitmap of serials");
	while (entry.data.len != 0 && entry.data.p[0] == 0)
		entry.data = bytes_of(entry.data.p + 1, entry.data.len - 1);
	if (entry.data.len != 0 &&
	    UINT64_MAX - entry.low < (uint64_t)entry.data.len * 8 - 8)
		return err_set(err, ERR_RANGE, "bitmap of serials");
	return walk->visit(walk->arg, &entry, err);
}

static MUST_CHECK bool
read_strings(const struct walk *walk, enum krl_kind kind, size_t exact_len,
    struct bytes data, struct err *err)
{
	struct reader r = rd_init(data);

	while (rd_left(&r) != 0) {
		struct bytes one = rd_string(&r, data.len, "revoked key");

		if (!rd_ok(&r, err))
			return false;
		if (exact_len != 0 && one.len != exact_len)
			return err_set(err, ERR_FORMAT, "fingerprint");
		if (!yield(walk, kind, one, err))
			return false;
	}
	return rd_ok(&r, err);
}

/* None is known: only one that may be ignored is. */
static MUST_CHECK bool
read_extension(struct bytes data, struct err *err)
{
	struct reader r = rd_init(data);
	bool is_critical;

	(void)rd_string(&r, data.len, "extension name");
	is_critical = rd_bool(&r, "extension");
	(void)rd_string(&r, data.len, "extension");
	if (!rd_end(&r, err))
		return false;
	return !is_critical ||
	    err_set(err, ERR_FORMAT, "critical extension that is not known");
}

static MUST_CHECK bool
read_cert_section(const struct walk *walk, uint8_t type, struct bytes data,
    struct err *err)
{
	switch (type) {
	case KRL_CERT_SERIAL_LIST:
		return read_serial_list(walk, data, err);
	case KRL_CERT_SERIAL_RANGE:
		return read_serial_range(walk, data, err);
	case KRL_CERT_SERIAL_BITMAP:
		return read_serial_bitmap(walk, data, err);
	case KRL_CERT_KEY_ID:
		return read_strings(walk, KRL_KEY_ID, 0, data, err);
	case KRL_CERT_EXTENSION:
		return read_extension(data, err);
	}
	return err_set(err, ERR_FORMAT, "section of certificates");
}

static MUST_CHECK bool
read_certificates(struct walk *walk, struct bytes data, struct err *err)
{
	struct reader r = rd_init(data);
	struct pubkey *ca;

	walk->ca = rd_string(&r, data.len, "CA key");
	(void)rd_string(&r, data.len, "reserved");
	if (!rd_ok(&r, err))
		return false;
	if (walk->ca.len != 0) {
		if (!pubkey_parse(walk->ca, &ca, err))
			return false;
		pubkey_free(ca);
	}
	while (rd_left(&r) != 0) {
		uint8_t type = rd_u8(&r, "section of certificates");
		struct bytes part = rd_string(&r, data.len,
		    "section of certificates");

		if (!rd_ok(&r, err) ||
		    !read_cert_section(walk, type, part, err))
			return false;
	}
	return rd_ok(&r, err);
}

/* ---- the whole ---------------------------------------------------------- */

static MUST_CHECK bool
read_section(struct walk *walk, struct reader *r, struct err *err)
{
	uint8_t type = rd_u8(r, "section");
	struct bytes data = rd_string(r, KRL_FILE_MAX, "section");

	/* two strings; what it signs is not trusted any more for it */
	if (type == KRL_SECTION_SIGNATURE)
		(void)rd_string(r, KRL_FILE_MAX, "signature");
	if (!rd_ok(r, err))
		return false;
	walk->ca = (struct bytes){ 0 };
	switch (type) {
	case KRL_SECTION_CERTIFICATES:
		return read_certificates(walk, data, err);
	case KRL_SECTION_KEYS:
		return read_strings(walk, KRL_KEY, 0, data, err);
	case KRL_SECTION_SHA1:
		return read_strings(walk, KRL_SHA1,
		    digest_len(DIGEST_SHA1), data, err);
	case KRL_SECTION_SHA256:
		return read_strings(walk, KRL_SHA256,
		    digest_len(DIGEST_SHA256), data, err);
	case KRL_SECTION_SIGNATURE:
		return true;
	case KRL_SECTION_EXTENSION:
		return read_extension(data, err);
	}
	return err_set(err, ERR_FORMAT, "section that is not known");
}

bool
krl_is(struct bytes file)
{
	return file.len >= sizeof(KRL_MAGIC) &&
	    memcmp(file.p, KRL_MAGIC, sizeof(KRL_MAGIC)) == 0;
}

bool
krl_walk(struct bytes file, struct krl_head *head, krl_visit_fn *visit,
    void *arg, struct err *err)
{
	struct walk walk = { .visit = visit, .arg = arg };
	struct reader r = rd_init(file);
	uint32_t format;

	if (!krl_is(file))
		return err_set(err, ERR_FORMAT, "magic of a KRL");
	(void)rd_fixed(&r, sizeof(KRL_MAGIC), "magic");
	format = rd_u32(&r, "format version");
	head->version = rd_u64(&r, "version");
	head->generated = rd_u64(&r, "time");
	(void)rd_u64(&r, "flags");
	(void)rd_string(&r, KRL_FILE_MAX, "reserved");
	head->comment = rd_string(&r, KRL_FILE_MAX, "comment");
	if (!rd_ok(&r, err))
		return false;
	if (format != KRL_FORMAT)
		return err_set(err, ERR_FORMAT, "format version of a KRL");
	while (rd_left(&r) != 0) {
		if (!read_section(&walk, &r, err))
			return false;
	}
	return rd_end(&r, err);
}

static bool
pass_over(void *arg, const struct krl_entry *entry, struct err *err)
{
	(void)arg;
	(void)entry;
	(void)err;
	return true;
}

bool
krl_check(struct bytes file, struct err *err)
{
	struct krl_head head;

	return krl_walk(file, &head, pass_over, NULL, err);
}

/* ---- looking for one key ------------------------------------------------ */

struct search {
	const struct pubkey *key;
	struct bytes plain;		/* blob of the key alone */
	struct search_digest {
		bool made;		/* when the first one is compared */
		uint8_t digest[DIGEST_MAX];
	} sha1, sha256;
	bool found;
};

static bool
is_in_list(struct bytes serials, uint64_t serial)
{
	const uint64_t wanted = htobe64(serial);
	bool found = false;

	/* all of them: no list promises to be sorted */
	for (size_t i = 0; i < serials.len; i += sizeof(wanted)) {
		uint64_t one;

		memcpy(&one, serials.p + i, sizeof(one));
		found |= one == wanted;
	}
	return found;
}

static bool
is_in_bitmap(const struct krl_entry *entry, uint64_t serial)
{
	uint64_t bit = serial - entry->low;

	if (serial < entry->low || bit / 8 >= entry->data.len)
		return false;
	return (entry->data.p[entry->data.len - 1 - bit / 8] >>
	    (bit % 8) & 1) != 0;
}

static bool
lists_serial(const struct krl_entry *entry, uint64_t serial)
{
	switch (entry->kind) {
	case KRL_SERIAL_LIST:
		return is_in_list(entry->data, serial);
	case KRL_SERIAL_RANGE:
		return serial >= entry->low && serial <= entry->high;
	case KRL_SERIAL_BITMAP:
		return is_in_bitmap(entry, serial);
	case KRL_KEY_ID:
	case KRL_KEY:
	case KRL_SHA1:
	case KRL_SHA256:
		break;
	}
	return false;
}

/* Serial 0 is that of every certificate which was given none. */
static bool
lists_cert(const struct krl_entry *entry, const struct cert *cert)
{
	if (entry->ca.len != 0 && !bytes_equal(entry->ca, cert->ca_key))
		return false;
	if (entry->kind == KRL_KEY_ID)
		return bytes_equal(entry->data, cert->key_id);
	return cert->serial != 0 && lists_serial(entry, cert->serial);
}

static MUST_CHECK bool
compare_digest(struct search *search, enum digest_id id,
    struct search_digest *own, struct bytes listed, struct err *err)
{
	if (!own->made && !digest_bytes(id, search->plain, own->digest, err))
		return false;
	own->made = true;
	search->found |= bytes_equal(bytes_of(own->digest, digest_len(id)),
	    listed);
	return true;
}

static bool
compare(void *arg, const struct krl_entry *entry, struct err *err)
{
	struct search *search = arg;

	switch (entry->kind) {
	case KRL_KEY:
		search->found |= bytes_equal(entry->data, search->plain);
		break;
	case KRL_SHA1:
		return compare_digest(search, DIGEST_SHA1, &search->sha1,
		    entry->data, err);
	case KRL_SHA256:
		return compare_digest(search, DIGEST_SHA256, &search->sha256,
		    entry->data, err);
	case KRL_SERIAL_LIST:
	case KRL_SERIAL_RANGE:
	case KRL_SERIAL_BITMAP:
	case KRL_KEY_ID:
		if (search->key->row->is_cert)
			search->found |= lists_cert(entry, &search->key->cert);
		break;
	}
	return true;
}

bool
krl_find(struct bytes file, const struct pubkey *key, bool *revoked,
    struct err *err)
{
	struct search search = { .key = key };
	struct krl_head head;
	uint8_t *plain;
	size_t len;
	bool ok;

	if (!pubkey_plain_blob(key, &plain, &len, err))
		return false;
	search.plain = bytes_of(plain, len);
	ok = krl_walk(file, &head, compare, &search, err);
	free(plain);
	if (ok)
		*revoked = search.found;
	return ok;
}
