/* SPDX-License-Identifier: ISC */
/*
 * odd_provider - a provider of security keys that does what the name behind
 * "ssh:" of a key's application says.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct answer {
	uint8_t flags;
	uint32_t counter;
	uint8_t *r;
	size_t r_len;
	uint8_t *s;
	size_t s_len;
};

uint32_t sk_api_version(void);
int sk_sign(uint32_t, const uint8_t *, size_t, const char *, const uint8_t *,
    size_t, uint8_t, const char *, void **, struct answer **);

uint32_t
sk_api_version(void)
{
	return 0x000a0000;
}

int
sk_sign(uint32_t alg, const uint8_t *data, size_t data_len,
    const char *application, const uint8_t *handle, size_t handle_len,
    uint8_t flags, const char *pin, void **options, struct answer **out)
{
	static uint8_t bytes[1 << 20];
	static struct answer answer = {
		.r = bytes, .r_len = 64, .s = bytes, .s_len = 64,
	};

	(void)alg, (void)data, (void)data_len, (void)handle, (void)handle_len;
	(void)flags, (void)pin, (void)options;
	if (strcmp(application, "ssh:crash") == 0)
		abort();
	if (strcmp(application, "ssh:leave") == 0)
		exit(0);
	if (strcmp(application, "ssh:long") == 0)
		answer.r_len = sizeof(bytes);
	if (strcmp(application, "ssh:pin") == 0)
		return -3;
	*out = strcmp(application, "ssh:nothing") == 0 ? NULL : &answer;
	return 0;
}
