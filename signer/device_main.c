/* SPDX-License-Identifier: ISC */
/* device_main(): apart from device.c because it runs in another process. */
#include "signer/device.h"

#include <dlfcn.h>
#include <stdio.h>

#include "lib/ipc/ipc.h"

/* ---- the interface of providers ------------------------------------------ */

#define PROVIDER_MAJOR		0x000a0000u
#define PROVIDER_MAJOR_MASK	0xffff0000u

enum { PROVIDER_ECDSA = 0, PROVIDER_ED25519 = 1 };

struct provider_option;

struct provider_signature {
	uint8_t flags;
	uint32_t counter;
	uint8_t *r;
	size_t r_len;
	uint8_t *s;
	size_t s_len;
};

typedef uint32_t provider_version(void);
typedef int provider_sign(uint32_t alg, const uint8_t *data, size_t data_len,
    const char *application, const uint8_t *handle, size_t handle_len,
    uint8_t flags, const char *pin, struct provider_option **options,
    struct provider_signature **signature);

static const char *
result_text(int result)
{
	static const struct {
		int result;
		const char *text;
	} rows[] = {
		{ -2, "the operation is not supported" },
		{ -3, "a PIN is required" },
		{ -4, "the device is not there" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (rows[i].result == result)
			return rows[i].text;
	}
	return "the operation failed";
}

/* ---- one question -------------------------------------------------------- */

struct question {
	char provider[4096], application[SK_APPLICATION_MAX + 1];
	char reason[512];		/* why there is no signature */
	const struct ipc_DEVICE_SIGN *m;
	struct ipc_DEVICE_SIGNED answer;
};

static bool
refuse(struct question *q, const char *text)
{
	snprintf(q->reason, sizeof(q->reason), "%s", text);
	return false;
}

static bool
find(struct question *q, void *library, const char *name, void *function)
{
	void *found = dlsym(library, name);

	if (found == NULL) {
		snprintf(q->reason, sizeof(q->reason), "it has no %s()", name);
		return false;
	}
	memcpy(function, &found, sizeof(found));
	return true;
}

static bool
load(struct question *q, provider_sign **sign)
{
	void *library = dlopen(q->provider, RTLD_NOW | RTLD_LOCAL);
	provider_version *version;
	uint32_t number;

	if (library == NULL)
		return refuse(q, dlerror());
	if (!find(q, library, "sk_api_version", &version) ||
	    !find(q, library, "sk_sign", sign))
		return false;
	number = version();
	if ((number & PROVIDER_MAJOR_MASK) == PROVIDER_MAJOR)
		return true;
	snprintf(q->reason, sizeof(q->reason), "its version is 0x%08x, "
	    "expected 0x%08x", number, PROVIDER_MAJOR);
	return false;
}

static bool
answer(struct question *q)
{
	const struct ipc_DEVICE_SIGN *m = q->m;
	struct provider_signature *signature = NULL;
	provider_sign *sign;
	int result;

	if (!bytes_to_str(m->provider, q->provider, sizeof(q->provider)) ||
	    !bytes_to_str(m->application, q->application,
	    sizeof(q->application)))
		return refuse(q, "a name is too long");
	if (!load(q, &sign))
		return false;
	if (m->data.len == 0)
		return true;
	result = sign(m->is_ecdsa ? PROVIDER_ECDSA : PROVIDER_ED25519,
	    m->data.p, m->data.len, q->application, m->handle.p,
	    m->handle.len, m->flags, NULL, NULL, &signature);
	if (result != 0 || signature == NULL)
		return refuse(q, result_text(result));
	q->answer = (struct ipc_DEVICE_SIGNED){
		.flags = signature->flags, .counter = signature->counter,
		.r = bytes_of(signature->r, signature->r_len),
		.s = bytes_of(signature->s, signature->s_len),
	};
	return true;
}

int
device_main(int fd)
{
	struct question q = { .reason = "" };
	struct ipc_message message;
	struct ipc ipc;
	struct err err;
	bool got;

	ipc_init(&ipc, fd, SIGNER_TO_DEVICE);
	if (!ipc_recv(&ipc, DEV_ASKED, &message, &got, &err) || !got)
		return 1;
	q.m = &message.u.DEVICE_SIGN;
	if (!answer(&q))
		q.answer = (struct ipc_DEVICE_SIGNED){
			.reason = bytes_str(q.reason),
		};
	return ipc_send(&ipc, IPC_DEVICE_SIGNED, &q.answer, &err) ? 0 : 1;
}
