/* SPDX-License-Identifier: ISC */
#include "fuzz/names.h"

#include <arpa/inet.h>
#include <glob.h>
#include <grp.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

static const char *only_file;

void
names_set_file(const char *path)
{
	only_file = path;
}

int
glob(const char *restrict pattern, int flags,
    int (*errfunc)(const char *, int), glob_t *restrict found)
{
	(void)pattern;
	(void)flags;
	(void)errfunc;
	memset(found, 0, sizeof(*found));
	if (only_file == NULL)
		return GLOB_NOMATCH;
	if ((found->gl_pathv = calloc(2, sizeof(char *))) == NULL)
		return GLOB_NOSPACE;
	if ((found->gl_pathv[0] = strdup(only_file)) == NULL)
		return GLOB_NOSPACE;
	found->gl_pathc = 1;
	return 0;
}

void
globfree(glob_t *found)
{
	for (size_t i = 0; i < found->gl_pathc; i++)
		free(found->gl_pathv[i]);
	free(found->gl_pathv);
	memset(found, 0, sizeof(*found));
}

struct answer {
	struct addrinfo info;
	struct sockaddr_storage address;
};

int
getaddrinfo(const char *restrict host, const char *restrict service,
    const struct addrinfo *restrict hints, struct addrinfo **restrict found)
{
	struct answer *a = calloc(1, sizeof(*a));
	struct sockaddr_in *v4;
	struct sockaddr_in6 *v6;
	uint16_t port = htons((uint16_t)atoi(service));

	(void)hints;
	if (a == NULL)
		return EAI_MEMORY;
	v4 = (struct sockaddr_in *)(void *)&a->address;
	v6 = (struct sockaddr_in6 *)(void *)&a->address;
	a->info.ai_addr = (struct sockaddr *)(void *)&a->address;
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = port;
		a->info.ai_addrlen = sizeof(*v4);
	} else if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = port;
		a->info.ai_addrlen = sizeof(*v6);
	} else {
		free(a);
		return EAI_NONAME;
	}
	*found = &a->info;
	return 0;
}

void
freeaddrinfo(struct addrinfo *found)
{
	free(found);
}

int
getservbyname_r(const char *restrict name, const char *restrict protocol,
    struct servent *restrict entry, char *restrict buf, size_t len,
    struct servent **restrict found)
{
	(void)protocol;
	(void)buf;
	(void)len;
	*found = NULL;
	if (strcmp(name, "ssh") == 0) {
		memset(entry, 0, sizeof(*entry));
		entry->s_port = htons(22);
		*found = entry;
	}
	return 0;
}

struct passwd *
getpwnam(const char *name)
{
	(void)name;
	return NULL;
}

int
getgrnam_r(const char *restrict name, struct group *restrict entry,
    char *restrict buf, size_t len, struct group **restrict found)
{
	(void)buf;
	(void)len;
	*found = NULL;
	if (strcmp(name, "wheel") == 0) {
		memset(entry, 0, sizeof(*entry));
		entry->gr_gid = 10;
		*found = entry;
	}
	return 0;
}

int
getgrgid_r(gid_t gid, struct group *restrict entry, char *restrict buf,
    size_t len, struct group **restrict found)
{
	static char wheel[] = "wheel";

	(void)buf;
	(void)len;
	*found = NULL;
	if (gid == 10) {
		memset(entry, 0, sizeof(*entry));
		entry->gr_gid = gid;
		entry->gr_name = wheel;
		*found = entry;
	}
	return 0;
}

unsigned
if_nametoindex(const char *name)
{
	return strcmp(name, "vrf0") == 0 ? 7 : 0;
}
