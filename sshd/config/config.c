/* SPDX-License-Identifier: ISC */
#include "sshd/config/config.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "lib/base/fd.h"
#include "lib/base/log_sink.h"
#include "lib/ipc/ipc.h"
#include "lib/wire/writer.h"
#include "sshd/config/evaluate.h"
#include "sshd/config/load.h"

#define PACK_MAGIC	0x50434632	/* "PCF2" */
/* OpenSSH's bound on configuration text is 4 MiB; ours is packed. */
#define PACKED_MAX	(16 * 1024 * 1024)

/* Packed is what there is: loading packs, unpacking looks at the head. */
struct config {
	uint8_t *owned;			/* NULL: borrowed */
	struct bytes packed;
	struct bytes files, listens, records;	/* within packed */
};

void
config_free(struct config *config)
{
	if (config == NULL)
		return;
	free(config->owned);
	free(config);
}

static bool
parse_head(struct bytes packed, struct config *out, struct err *err)
{
	struct reader r = rd_init(packed);

	if (rd_u32(&r, "snapshot") != PACK_MAGIC)
		rd_reject(&r, ERR_FORMAT, "snapshot");
	if (rd_u32(&r, "snapshot") != keyword_table_id())
		rd_reject(&r, ERR_MISMATCH, "snapshot of another version");
	out->files = rd_string(&r, TAPE_MAX, "files of snapshot");
	out->listens = rd_string(&r, TAPE_MAX, "addresses of snapshot");
	out->records = rd_string(&r, TAPE_MAX, "records of snapshot");
	out->packed = packed;
	return rd_end(&r, err);
}

static struct bytes
tape_bytes(const struct tape *tape)
{
	return bytes_of(tape->p, tape->len);
}

static bool
pack_loaded(const struct loaded *loaded, struct config *config,
    struct err *err)
{
	size_t cap = 5 * 4 + loaded->files.len + loaded->listens.len +
	    loaded->records.len;
	struct writer w;

	if ((config->owned = malloc(cap)) == NULL)
		return err_set(err, ERR_NOMEM, "configuration");
	w = wr_init(config->owned, cap);
	wr_u32(&w, PACK_MAGIC);
	wr_u32(&w, keyword_table_id());
	wr_string(&w, tape_bytes(&loaded->files));
	wr_string(&w, tape_bytes(&loaded->listens));
	wr_string(&w, tape_bytes(&loaded->records));
	return wr_end(&w, err) && parse_head(wr_view(&w), config, err);
}

bool
config_load(const struct config_args *args, struct config **out,
    struct err *err)
{
	struct config *config = calloc(1, sizeof(*config));
	struct loaded loaded = { 0 };
	bool ok = false;

	if (config == NULL)
		return err_set(err, ERR_NOMEM, "configuration");
	if (load_config(args, &loaded, err) &&
	    pack_loaded(&loaded, config, err)) {
		*out = config;
		config = NULL;
		ok = true;
	}
	loaded_clear(&loaded);
	config_free(config);
	return ok;
}

bool
config_pack(const struct config *config, uint8_t **out, size_t *out_len,
    struct err *err)
{
	uint8_t *copy = malloc(config->packed.len);

	if (copy == NULL)
		return err_set(err, ERR_NOMEM, "configuration");
	memcpy(copy, config->packed.p, config->packed.len);
	*out = copy;
	*out_len = config->packed.len;
	return true;
}

bool
config_unpack(struct bytes packed, struct config **out, struct err *err)
{
	struct config *config = calloc(1, sizeof(*config));

	if (config == NULL)
		return err_set(err, ERR_NOMEM, "configuration");
	if (!parse_head(packed, config, err)) {
		config_free(config);
		return false;
	}
	*out = config;
	return true;
}

bool
config_map(int fd, struct bytes *map, struct config **config_out,
    struct conf *conf, struct err *err)
{
	struct config *config = NULL;
	struct bytes packed;

	if (!fd_map(fd, PACKED_MAX, &packed, err))
		return false;
	if (!config_unpack(packed, &config, err) ||
	    !config_evaluate(config, NULL, conf, err)) {
		config_free(config);
		munmap((void *)packed.p, packed.len);
		return false;
	}
	*map = packed;
	*config_out = config;
	return true;
}

static size_t
count_listens(struct bytes listens)
{
	struct reader r = rd_init(listens);
	size_t n = 0;

	for (; rd_left(&r) != 0; n++) {
		(void)rd_string(&r, TAPE_MAX, "address");
		(void)rd_string(&r, TAPE_MAX, "routing domain");
		(void)rd_u32(&r, "file of address");
		(void)rd_u32(&r, "line of address");
	}
	return n;
}

static bool
take_listens(struct bytes listens, struct conf *conf, struct err *err)
{
	struct reader r = rd_init(listens);
	size_t count = count_listens(listens);
	struct conf_listen *v = arena_alloc(conf->arena,
	    (count + 1) * sizeof(*v));

	if (v == NULL)
		return err_set(err, ERR_NOMEM, "addresses");
	for (size_t i = 0; i < count; i++) {
		struct bytes address = rd_string(&r, sizeof(v[i].address),
		    "address");
		struct bytes rdomain = rd_string(&r, TAPE_MAX,
		    "routing domain");

		v[i].file = rd_u32(&r, "file of address");
		v[i].line = rd_u32(&r, "line of address");
		if (address.len != 0)
			memcpy(&v[i].address, address.p, address.len);
		v[i].address_len = (socklen_t)address.len;
		if (rdomain.len != 0 && (v[i].rdomain =
		    arena_str(conf->arena, rdomain)) == NULL)
			return err_set(err, ERR_NOMEM, "addresses");
	}
	conf->listen_address.v = v;
	conf->listen_address.count = count;
	return rd_end(&r, err);
}

bool
config_evaluate_watched(const struct config *config,
    const struct conf_spec *spec, struct evaluate_watch *watch,
    struct conf *out, struct err *err)
{
	struct evaluate_failure failure;
	struct conf conf;

	if (!evaluate(config->records, spec, watch, &conf, &failure, err))
		return false;
	if (!take_listens(config->listens, &conf, err)) {
		conf_clear(&conf);
		return false;
	}
	*out = conf;
	return true;
}

bool
config_evaluate(const struct config *config, const struct conf_spec *spec,
    struct conf *out, struct err *err)
{
	return config_evaluate_watched(config, spec, NULL, out, err);
}

bool
config_each_in_match(const struct config *config, const char *keyword,
    void (*take)(void *arg, const struct conf *conf), void *arg,
    struct err *err)
{
	uint8_t scope;

	return evaluate_each_in_match(config->records,
	    keyword_find(keyword, &scope), take, arg, err);
}

const char *
config_file_name(const struct config *config, uint32_t index)
{
	struct reader r = rd_init(config->files);
	const char *name = "";

	for (uint32_t i = 0; i <= index && rd_left(&r) != 0; i++)
		name = record_word(&r);
	return name;
}

void
conf_clear(struct conf *conf)
{
	arena_free(conf->arena);
	*conf = (struct conf){ .arena = NULL };
}

void
conf_set_verbose(const struct conf *conf)
{
	uint8_t text[LOG_VERBOSE_MAX];
	struct writer w = wr_init(text, sizeof(text));

	for (size_t i = 0; i < conf->log_verbose.count; i++) {
		const char *list = conf->log_verbose.v[i];

		if (i != 0)
			wr_u8(&w, '\n');
		wr_bytes(&w, list, strlen(list));
	}
	log_set_verbose(wr_view(&w));
}

enum log_level
conf_open_log(const struct conf *conf, uint32_t setup_flags,
    uint32_t debug_count, int fd)
{
	enum log_level level = conf->log_level;
	enum log_level least = log_level_debug(debug_count);

	if ((setup_flags & SETUP_QUIET) != 0)
		level = LOG_LEVEL_QUIET;
	else
		conf_set_verbose(conf);
	log_sink_open((setup_flags & SETUP_STDERR) != 0, fd,
	    conf->syslog_facility, MAX(least, level));
	return least;
}

void
conf_print(const struct conf *conf, FILE *out)
{
	for (size_t i = 0; i < keyword_count; i++) {
		if (keywords[i].use != USE_NO_PLATFORM)
			keywords[i].type->print(&keywords[i], conf, out);
	}
}
