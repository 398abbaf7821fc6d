/* SPDX-License-Identifier: ISC */
#include "monitor/auth_methods.h"

#include <stdlib.h>

#include "lib/base/log.h"
#include "lib/base/pattern.h"

struct auth_methods {
	size_t count;
	struct bytes left[];	/* of each list; what is done is cut off */
};

/* "keyboard-interactive:pam" is the method before the colon. */
static struct bytes
without_device(struct bytes name)
{
	const uint8_t *colon = name.len == 0 ? NULL :
	    memchr(name.p, ':', name.len);

	if (colon != NULL)
		name.len = (size_t)(colon - name.p);
	return name;
}

static bool
all_enabled(const char *list, auth_enabled_fn *enabled, const void *arg)
{
	struct bytes cursor = bytes_str(list), name;

	while (name_list_next(&cursor, &name)) {
		if (!enabled(arg, without_device(name))) {
			log_info("Authentication methods list \"%s\" "
			    "contains disabled method, skipping", list);
			return false;
		}
	}
	return true;
}

bool
auth_methods_new(const char *const *lists, size_t count,
    auth_enabled_fn *enabled, const void *arg, struct auth_methods **out,
    struct err *err)
{
	struct auth_methods *methods;

	*out = NULL;
	if (count == 0)
		return true;
	methods = calloc(1, sizeof(*methods) + count * sizeof(struct bytes));
	if (methods == NULL)
		return err_set(err, ERR_NOMEM, "authentication methods");
	for (size_t i = 0; i < count; i++) {
		if (all_enabled(lists[i], enabled, arg))
			methods->left[methods->count++] = bytes_str(lists[i]);
	}
	if (methods->count == 0) {
		free(methods);
		return err_set(err, ERR_DENIED,
		    "no authentication methods enabled");
	}
	*out = methods;
	return true;
}

void
auth_methods_free(struct auth_methods *methods)
{
	free(methods);
}

/* "method:device" is fit by that device only, "method" by any. */
static bool
head_is(struct bytes list, const char *method, const char *device)
{
	struct bytes name, plain;

	if (!name_list_next(&list, &name))
		return false;
	plain = without_device(name);
	if (!bytes_is(plain, method))
		return false;
	return device == NULL || plain.len == name.len ||
	    bytes_is(bytes_of(name.p + plain.len + 1,
	    name.len - plain.len - 1), device);
}

bool
auth_methods_allow(const struct auth_methods *methods, const char *method,
    const char *device)
{
	if (methods == NULL)
		return true;
	for (size_t i = 0; i < methods->count; i++) {
		if (head_is(methods->left[i], method, device))
			return true;
	}
	return false;
}

bool
auth_methods_done(struct auth_methods *methods, const char *method,
    const char *device)
{
	struct bytes done;

	if (methods == NULL)
		return true;
	for (size_t i = 0; i < methods->count; i++) {
		struct bytes *left = &methods->left[i];

		if (!head_is(*left, method, device))
			continue;
		(void)name_list_next(left, &done);
		if (left->len == 0)
			return true;
	}
	return false;
}
