/* SPDX-License-Identifier: ISC */
#include "lib/base/title.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

extern char **environ;

/* Copies the strings of a vector; NULL when memory is out. */
static char **
copy_vector(char **from, int count)
{
	char **to = calloc((size_t)count + 1, sizeof(*to));

	if (to == NULL)
		return NULL;
	for (int i = 0; i < count; i++) {
		if ((to[i] = strdup(from[i])) == NULL)
			return NULL;
	}
	return to;
}

void
title_init(struct title *title, int argc, char ***argv)
{
	char *end = NULL, **args, **env;
	int env_count = 0;

	*title = (struct title){ 0 };
	if (argc < 1)
		return;
	while (environ[env_count] != NULL)
		env_count++;
	args = copy_vector(*argv, argc);
	env = copy_vector(environ, env_count);
	if (args == NULL || env == NULL)
		return;
	/* the kernel lays both vectors out as one run of strings */
	end = (*argv)[0];
	for (int i = 0; i < argc && end == (*argv)[i]; i++)
		end += strlen(end) + 1;
	for (int i = 0; i < env_count && end == environ[i]; i++)
		end += strlen(end) + 1;
	title->area = (*argv)[0];
	title->area_len = (unsigned long)(end - title->area);
	*argv = args;
	environ = env;
}

void
title_set(struct title *title, const char *fmt, ...)
{
	char text[512];
	va_list args;
	size_t len;

	if (title->area_len < 2)
		return;
	memcpy(text, "sshd: ", 6);
	va_start(args, fmt);
	vsnprintf(text + 6, sizeof(text) - 6, fmt, args);
	va_end(args);
	len = strlen(text);
	if (len > title->area_len - 2)
		len = title->area_len - 2;
	memcpy(title->area, text, len);
	memset(title->area + len, 0, title->area_len - len);
}
