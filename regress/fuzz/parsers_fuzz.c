/* SPDX-License-Identifier: ISC */
/* Fuzz target: every parser that is a function of its bytes alone. */
#include "fuzz/parsers.h"

#include "lib/base/log.h"
#include "lib/crypto/init.h"

static const struct parser_rows *const all_rows[] = {
	&parsers_wire, &parsers_ipc, &parsers_keys, &parsers_config,
	&parsers_text, &parsers_sftp,
};

static const struct parser_row *
row_find(uint8_t number)
{
	for (size_t i = 0; i < ARRAY_LEN(all_rows); i++) {
		for (size_t j = 0; j < all_rows[i]->count; j++) {
			if (all_rows[i]->v[j].number == number)
				return &all_rows[i]->v[j];
		}
	}
	return NULL;
}

/* Whatever is logged is one line of printable text. */
static void
check_line(void *arg, enum log_level level, const char *line)
{
	(void)arg;
	(void)level;
	for (; *line != '\0'; line++)
		FUZZ_CHECK(*line >= 0x20 && *line < 0x7f);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	crypto_init();
	log_open(check_line, NULL, LOG_LEVEL_DEBUG3);
	/* no number twice */
	for (size_t i = 0; i < ARRAY_LEN(all_rows); i++) {
		for (size_t j = 0; j < all_rows[i]->count; j++)
			FUZZ_CHECK(row_find(all_rows[i]->v[j].number) ==
			    &all_rows[i]->v[j]);
	}
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	const struct parser_row *row = row_find(fuzz_u8(&in));
	struct fuzz_copy copy;

	if (row == NULL || size == 0)
		return 0;
	copy = fuzz_copy_init(in);
	row->run(copy.b);
	fuzz_copy_clear(&copy);
	return 0;
}
