/* SPDX-License-Identifier: ISC */
#include "monitor/auth_delay.h"

#include <time.h>

#include "lib/crypto/digest.h"
#include "lib/wire/reader.h"

#define NS_OF_SECOND	1000000000LL

int64_t
auth_delay_left(int64_t user_ns, int64_t elapsed_ns)
{
	while (user_ns < elapsed_ns && user_ns < AUTH_DELAY_MAX_NS)
		user_ns *= 2;
	if (user_ns > AUTH_DELAY_MAX_NS)
		user_ns = AUTH_DELAY_MAX_NS;
	return user_ns > elapsed_ns ? user_ns - elapsed_ns : 0;
}

int64_t
auth_delay_of_user(struct bytes secret, const char *user)
{
	uint8_t hash[DIGEST_MAX] = { 0 };
	struct digest d = { 0 };
	struct reader r;
	struct err err;
	int64_t spread;

	if (digest_init(&d, DIGEST_SHA256, &err) &&
	    digest_update(&d, secret, &err) &&
	    digest_string(&d, bytes_str(user), &err))
		(void)!digest_final(&d, hash, &err);
	digest_clear(&d);
	r = rd_init(bytes_of(hash, sizeof(hash)));
	spread = (int64_t)rd_u32(&r, "delay") * AUTH_DELAY_SPREAD_NS >> 32;
	explicit_bzero(hash, sizeof(hash));
	return AUTH_DELAY_MIN_NS + spread;
}

int64_t
auth_delay_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * NS_OF_SECOND + now.tv_nsec;
}

void
auth_delay_sleep(int64_t ns)
{
	struct timespec left = {
		.tv_sec = ns / NS_OF_SECOND, .tv_nsec = ns % NS_OF_SECOND,
	};

	while (nanosleep(&left, &left) == -1)
		continue;
}
