/* SPDX-License-Identifier: ISC */
#include "monitor/shadow.h"

#include <crypt.h>
#include <pwd.h>
#include <shadow.h>
#include <stdlib.h>
#include <time.h>

#include "lib/base/log.h"
#include "lib/base/secret.h"
#include "lib/crypto/digest.h"
#include "lib/wire/reader.h"

#define SHADOW_FILE	"/etc/shadow"
#define SECONDS_OF_DAY	86400
#define PASSWORD_ELSEWHERE "x"	/* passwd(5): look into shadow(5) */

bool
shadow_hash_usable(const char *hash)
{
	return hash[0] != '\0' && hash[0] != '!' && hash[0] != '*' &&
	    strcmp(hash, PASSWORD_ELSEWHERE) != 0;
}

bool
shadow_is_aged(long changed_day, long max_days, long today)
{
	return changed_day == 0 || (changed_day > 0 && max_days >= 0 &&
	    today > changed_day && today - changed_day > max_days);
}

/* Reservoir sampling, with numbers that only depend on choice. */
static bool
takes_over(uint64_t *state, uint64_t seen)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (*state >> 33) % seen == 0;
}

bool
shadow_choose_hash(FILE *file, uint64_t choice, char **out, struct err *err)
{
	const struct spwd *sp;
	uint64_t seen = 0;
	char *copy;

	*out = NULL;
	while ((sp = fgetspent(file)) != NULL) {
		if (sp->sp_pwdp == NULL || !shadow_hash_usable(sp->sp_pwdp) ||
		    !takes_over(&choice, ++seen))
			continue;
		if ((copy = strdup(sp->sp_pwdp)) == NULL) {
			free(*out);
			return err_set(err, ERR_NOMEM, "shadow entry");
		}
		free(*out);
		*out = copy;
	}
	return true;
}

static uint64_t
choice_for(struct bytes secret, const char *name)
{
	uint8_t hash[DIGEST_MAX] = { 0 };
	struct digest d = { 0 };
	struct reader r;
	struct err err;
	uint64_t choice;

	if (digest_init(&d, DIGEST_SHA256, &err) &&
	    digest_update(&d, secret, &err) &&
	    digest_string(&d, bytes_str("stand-in"), &err) &&
	    digest_string(&d, bytes_str(name), &err))
		(void)!digest_final(&d, hash, &err);
	digest_clear(&d);
	r = rd_init(bytes_of(hash, sizeof(hash)));
	choice = rd_u64(&r, "choice");
	explicit_bzero(hash, sizeof(hash));
	return choice;
}

/* Somebody's here, or one of the method that new passwords get. */
static MUST_CHECK bool
find_stand_in(const char *name, struct bytes secret, char **out,
    struct err *err)
{
	FILE *file = fopen(SHADOW_FILE, "re");
	const char *setting;
	bool ok = true;

	*out = NULL;
	if (file != NULL) {
		ok = shadow_choose_hash(file, choice_for(secret, name), out,
		    err);
		fclose(file);
	}
	if (!ok || *out != NULL)
		return ok;
	setting = crypt_gensalt(NULL, 0, NULL, 0);
	*out = strdup(setting == NULL ? "*" : setting);
	return *out != NULL || err_set(err, ERR_NOMEM, "stand-in");
}

/* The hash of the account; NULL: it has none. */
static const char *
own_hash(const struct user *user, const struct spwd *sp)
{
	const struct passwd *pw;

	if (!user->exists)
		return NULL;
	if (sp != NULL)
		return sp->sp_pwdp;
	return (pw = getpwnam(user->name)) == NULL ? NULL : pw->pw_passwd;
}

bool
shadow_load(struct shadow *shadow, const struct user *user,
    struct bytes secret, struct err *err)
{
	/* asked for everybody, real or not: the same work */
	const struct spwd *sp = getspnam(user->name);
	const char *own = own_hash(user, sp);
	char *stand_in;

	*shadow = (struct shadow){ .changed_day = -1, .max_days = -1 };
	if (!find_stand_in(user->name, secret, &stand_in, err))
		return false;
	shadow->hash = stand_in;
	shadow->is_empty = own != NULL && own[0] == '\0';
	if (sp != NULL) {
		shadow->changed_day = sp->sp_lstchg;
		shadow->max_days = sp->sp_max;
	}
	if (own == NULL || !shadow_hash_usable(own))
		return true;
	free(stand_in);
	shadow->is_real = true;
	shadow->hash = strdup(own);
	return shadow->hash != NULL ||
	    err_set(err, ERR_NOMEM, "shadow entry");
}

void
shadow_clear(struct shadow *shadow)
{
	if (shadow->hash != NULL)
		explicit_bzero(shadow->hash, strlen(shadow->hash));
	free(shadow->hash);
	*shadow = (struct shadow){ 0 };
}

bool
shadow_verify(const struct shadow *shadow, const char *password)
{
	struct secret room = { 0 };
	const char *got;
	struct err err;
	bool same;

	if (shadow->is_empty && password[0] == '\0')
		return true;
	if (!secret_init(&room, sizeof(struct crypt_data), &err))
		return false;
	got = crypt_r(password, shadow->hash, (struct crypt_data *)(void *)
	    room.p);
	same = got != NULL && got[0] != '*' &&
	    secret_equal(bytes_str(got), bytes_str(shadow->hash));
	secret_clear(&room);
	return same && shadow->is_real;
}

bool
shadow_password_expired(const struct shadow *shadow, const char *name)
{
	if (!shadow_is_aged(shadow->changed_day, shadow->max_days,
	    (long)(time(NULL) / SECONDS_OF_DAY)))
		return false;
	log_info("User %.100s password has expired (%s)", name,
	    shadow->changed_day == 0 ? "root forced" : "password aged");
	return true;
}
