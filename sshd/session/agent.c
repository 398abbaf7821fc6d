/* SPDX-License-Identifier: ISC */
#include "sshd/session/agent.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "sshd/session/forward.h"
#include "sshd/session/listening.h"

#define NAME_LEN	10
#define SOCKET_MASK	0177
#define SWEEP_MAX	1000	/* names looked at in one round */
#define DEAD_AGE_S	60	/* one that is younger may be in the making */

/* 50 bits as ten letters. */
static void
write_name(uint64_t bits, char out[static NAME_LEN + 1])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";

	for (int i = 0; i < NAME_LEN; i++) {
		out[i] = letters[bits & 31];
		bits >>= 5;
	}
	out[NAME_LEN] = '\0';
}

/* Tells hosts that share a home directory apart: FNV-1a of our name. */
static uint64_t
host_number(void)
{
	char host[HOST_NAME_MAX + 1] = "";
	uint64_t h = 0xcbf29ce484222325;

	(void)gethostname(host, sizeof(host) - 1);
	for (const char *p = host; *p != '\0'; p++) {
		h ^= (uint8_t)*p;
		h *= 0x100000001b3;
	}
	return h;
}

/* Nobody but root may put something in the socket's place. */
static bool
make_private_dir(const struct session *ses, const char *path)
{
	struct stat st;

	if (mkdir(path, 0700) == -1 && errno != EEXIST) {
		log_error("agent forwarding: mkdir %s: %s", path,
		    strerror(errno));
		return false;
	}
	if (stat(path, &st) == -1 || !S_ISDIR(st.st_mode) ||
	    (st.st_uid != ses->grant.uid && st.st_uid != 0) ||
	    (st.st_mode & 022) != 0) {
		log_error("agent forwarding: bad ownership or modes for "
		    "directory %s", path);
		return false;
	}
	return true;
}

/* No process has it: the host went down, or all of a connection was killed. */
static bool
is_dead(const struct session *ses, const char path[static SOCKET_PATH_MAX])
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct stat st;
	bool refused;
	int fd;

	if (lstat(path, &st) == -1 || !S_ISSOCK(st.st_mode) ||
	    st.st_uid != ses->grant.uid ||
	    time(NULL) - st.st_mtime < DEAD_AGE_S)
		return false;
	/* of another type than they are: one that lives is not disturbed */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return false;
	memcpy(un.sun_path, path, sizeof(un.sun_path));
	refused = connect(fd, (struct sockaddr *)&un, sizeof(un)) == -1 &&
	    errno == ECONNREFUSED;
	close(fd);
	return refused;
}

/* What earlier sessions of this host left in their directory. */
static void
sweep(const struct session *ses, const char *dir, const char *host)
{
	char path[SOCKET_PATH_MAX] = "", prefix[NAME_LEN + 16];
	DIR *entries = opendir(dir);
	const struct dirent *entry;
	int len;

	if (entries == NULL)
		return;
	snprintf(prefix, sizeof(prefix), "s.%s.sshd.", host);
	for (int i = 0; i < SWEEP_MAX &&
	    (entry = readdir(entries)) != NULL; i++) {
		if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0)
			continue;
		len = snprintf(path, sizeof(path), "%s/%s", dir,
		    entry->d_name);
		if (len > 0 && (size_t)len < sizeof(path) &&
		    is_dead(ses, path))
			(void)unlink(path);
	}
	closedir(entries);
}

static bool
choose_path(const struct session *ses, char *out, size_t out_len)
{
	char host[NAME_LEN + 1], name[NAME_LEN + 1];
	uint64_t random;
	int len;

	snprintf(out, out_len, "%s/.ssh", ses->home);
	if (!make_private_dir(ses, out))
		return false;
	snprintf(out, out_len, "%s/.ssh/agent", ses->home);
	if (!make_private_dir(ses, out))
		return false;
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return false;
	write_name(host_number(), host);
	write_name(random, name);
	sweep(ses, out, host);
	len = snprintf(out, out_len, "%s/.ssh/agent/s.%s.sshd.%s", ses->home,
	    host, name);
	return len > 0 && (size_t)len < out_len;
}

static bool
make_socket(struct session *ses, enum accepted_kind kind)
{
	char path[PATH_MAX];

	if (!choose_path(ses, path, sizeof(path)) ||
	    (ses->agent = listening_new(ses, bytes_str(path), kind)) == NULL)
		return false;
	ses->agent->holder = &ses->agent;
	if (listening_add_path(ses->agent, SOCKET_MASK))
		return true;
	log_error("agent forwarding: bind to %s: %s", path, strerror(errno));
	listening_free(ses->agent);
	return false;
}

bool
agent_start(struct session *ses, const struct ipc_SES_AGENT *m)
{
	const struct forward_rules rules = {
		.permit = PERMIT_AGENT, .by_key = AGENT_FORBIDDEN_BY_KEY,
		.keyword = "AllowAgentForwarding",
	};
	const struct bytes none = { 0 };
	const char *rule = forward_refused_by(ses, &rules, none, 0);

	if (rule != NULL) {
		forward_log_refused(ses, "agent", none, 0, rule);
		return false;
	}
	/* as OpenSSH; programs of all sessions have the first one */
	if (ses->agent != NULL)
		return false;
	return make_socket(ses, m->is_ietf != 0 ? ACCEPTED_AGENT_IETF :
	    ACCEPTED_AGENT);
}

const char *
agent_path(const struct session *ses)
{
	return ses->agent == NULL ? NULL : ses->agent->address;
}
