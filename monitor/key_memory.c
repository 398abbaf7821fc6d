/* SPDX-License-Identifier: ISC */
#include "monitor/key_memory.h"

#include <stdlib.h>

bool
key_answer_new(struct key_answer **out, struct err *err)
{
	struct key_answer *answer = calloc(1, sizeof(*answer));

	if (answer == NULL)
		return err_set(err, ERR_NOMEM, "key");
	key_options_init(&answer->options);
	*out = answer;
	return true;
}

void
key_answer_free(struct key_answer *answer)
{
	if (answer == NULL)
		return;
	pubkey_free(answer->key);
	pubkey_free(answer->ca);
	key_options_clear(&answer->options);
	free(answer);
}

bool
key_answer_holds(const struct key_answer *answer, uint64_t now)
{
	return (answer->options.expiry == 0 ||
	    answer->options.expiry >= now) &&
	    (answer->ca == NULL || now < answer->key->cert.valid_before);
}

void
key_memory_clear(struct key_memory *memory)
{
	for (size_t i = 0; i < KEY_MEMORY_MAX; i++)
		key_answer_free(memory->v[i]);
	*memory = (struct key_memory){ 0 };
}

void
key_memory_put(struct key_memory *memory, struct key_answer **answer,
    int64_t now_ns)
{
	(*answer)->put_ns = now_ns;
	key_answer_free(memory->v[memory->next]);
	memory->v[memory->next] = *answer;
	memory->next = (memory->next + 1) % KEY_MEMORY_MAX;
	*answer = NULL;
}

struct key_answer *
key_memory_take(struct key_memory *memory, struct bytes blob, int64_t now_ns)
{
	for (size_t i = 0; i < KEY_MEMORY_MAX; i++) {
		struct key_answer *answer = memory->v[i];

		if (answer == NULL || !bytes_equal(blob,
		    bytes_of(answer->key->blob, answer->key->blob_len)))
			continue;
		memory->v[i] = NULL;
		if (now_ns - answer->put_ns < KEY_MEMORY_AGE_NS)
			return answer;
		key_answer_free(answer);
	}
	return NULL;
}
