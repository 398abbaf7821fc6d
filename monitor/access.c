/* SPDX-License-Identifier: ISC */
#include "monitor/access.h"

#include <pwd.h>
#include <shadow.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/cidr.h"
#include "lib/base/log.h"
#include "lib/base/name_service.h"
#include "lib/base/pattern.h"
#include "sshd/config/groups.h"

#define SECONDS_OF_DAY	86400
#define LOCKED_PREFIX	'!'	/* passwd(1), option -l */

static bool
account_usable(const struct user *user)
{
	const struct spwd *sp;
	const struct passwd *pw;
	const char *password = NULL;

	errno = 0;
	sp = getspnam(user->name);
	if (sp == NULL && name_service_failed(errno)) {
		log_error("User %.100s not allowed because the shadow entry "
		    "can't be looked up: %s", user->name, strerror(errno));
		return false;
	}
	if (sp != NULL && sp->sp_expire > 0 &&
	    time(NULL) / SECONDS_OF_DAY > (time_t)sp->sp_expire) {
		log_info("Account %.100s has expired", user->name);
		return false;
	}
	if (sp != NULL)
		password = sp->sp_pwdp;
	else if ((pw = getpwnam(user->name)) != NULL)
		password = pw->pw_passwd;
	if (password != NULL && password[0] == LOCKED_PREFIX) {
		log_info("User %.100s not allowed because account is locked",
		    user->name);
		return false;
	}
	return true;
}

static bool
shell_usable(const struct user *user)
{
	struct stat st;

	if (stat(user->shell, &st) == -1) {
		log_info("User %.100s not allowed because shell %.100s does "
		    "not exist", user->name, user->shell);
		return false;
	}
	if (!S_ISREG(st.st_mode) ||
	    (st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0) {
		log_info("User %.100s not allowed because shell %.100s is "
		    "not executable", user->name, user->shell);
		return false;
	}
	return true;
}

bool
access_user_matches(const char *word, const char *user, const char *host,
    const char *address)
{
	const char *at = strrchr(word, '@');
	struct bytes pattern = bytes_str(word);
	struct ip_text ip = ip_text_of(address);
	enum pattern_result by_address, by_name = PATTERN_NO;
	char user_pattern[USER_NAME_MAX + 1];

	if (at == NULL)
		return pattern_match(word, bytes_str(user));
	pattern.len = (size_t)(at - word);
	if (!bytes_to_str(pattern, user_pattern, sizeof(user_pattern)) ||
	    !pattern_match(user_pattern, bytes_str(user)))
		return false;
	by_address = addr_list_match(bytes_str(at + 1), &ip);
	if (strcmp(host, address) != 0)
		by_name = pattern_list_match_host(bytes_str(at + 1), host);
	return by_address != PATTERN_NEGATED && by_name != PATTERN_NEGATED &&
	    (by_address == PATTERN_YES || by_name == PATTERN_YES);
}

static bool
any_user_matches(const struct conf_list *list, const struct user *user,
    const struct peer *peer)
{
	for (size_t i = 0; i < list->count; i++) {
		if (access_user_matches(list->v[i], user->name, peer->name,
		    peer->address))
			return true;
	}
	return false;
}

static bool
any_group_matches(const struct conf_list *list, struct groups *groups)
{
	for (size_t i = 0; i < list->count; i++) {
		if (groups_any_name_matches(groups, bytes_str(list->v[i])))
			return true;
	}
	return false;
}

static bool
refuse(const struct user *user, const struct peer *peer, const char *why)
{
	log_info("User %.100s from %.100s not allowed because %s", user->name,
	    peer->name, why);
	return false;
}

static bool
users_allowed(const struct conf *conf, const struct user *user,
    const struct peer *peer)
{
	if (any_user_matches(&conf->deny_users, user, peer))
		return refuse(user, peer, "listed in DenyUsers");
	if (conf->allow_users.count != 0 &&
	    !any_user_matches(&conf->allow_users, user, peer))
		return refuse(user, peer, "not listed in AllowUsers");
	return true;
}

static bool
groups_allowed(const struct conf *conf, const struct user *user,
    const struct peer *peer)
{
	struct groups *groups = conf->groups;

	if (conf->deny_groups.count == 0 && conf->allow_groups.count == 0)
		return true;
	if (user->group_count == 0)
		return refuse(user, peer, "not in any group");
	if (any_group_matches(&conf->deny_groups, groups))
		return refuse(user, peer, "a group is listed in DenyGroups");
	/* one without a name may be one that DenyGroups lists */
	if (groups->failure == 0 && (conf->allow_groups.count == 0 ||
	    any_group_matches(&conf->allow_groups, groups)))
		return true;
	if (groups->failure == 0)
		return refuse(user, peer, "none of user's groups are listed "
		    "in AllowGroups");
	log_error("groups of %.100s: %s", user->name,
	    strerror(groups->failure));
	return refuse(user, peer, "a group can't be looked up");
}

bool
access_allowed(const struct conf *conf, const struct user *user,
    const struct peer *peer, bool is_root)
{
	if (is_root && !conf->use_pam && !account_usable(user))
		return false;
	if (conf->chroot_directory == NULL && !shell_usable(user))
		return false;
	return users_allowed(conf, user, peer) &&
	    groups_allowed(conf, user, peer);
}

bool
access_root_password_allowed(const struct conf *conf, const struct user *user)
{
	return user->uid != 0 || conf->permit_root_login == ROOT_LOGIN_YES;
}

bool
access_root_allowed(const struct conf *conf, const char *method,
    bool has_command, const struct peer *peer)
{
	switch (conf->permit_root_login) {
	case ROOT_LOGIN_YES:
		return true;
	case ROOT_LOGIN_PROHIBIT_PASSWORD:
		if (strcmp(method, "publickey") == 0 ||
		    strcmp(method, "hostbased") == 0 ||
		    strcmp(method, "gssapi-with-mic") == 0)
			return true;
		break;
	case ROOT_LOGIN_FORCED_COMMANDS_ONLY:
		if (has_command) {
			log_info("Root login accepted for forced command.");
			return true;
		}
		break;
	case ROOT_LOGIN_NO:
		break;
	}
	log_info("ROOT LOGIN REFUSED FROM %.200s port %u", peer->address,
	    peer->port);
	return false;
}
