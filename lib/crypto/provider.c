/* SPDX-License-Identifier: ISC */
#include "lib/crypto/provider.h"

#include <fcntl.h>
#include <openssl/provider.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lib/base/compiler.h"

#define FIPS_FLAG	"/proc/sys/crypto/fips_enabled"

static bool
kernel_is_fips(void)
{
	AUTO_CLOSE int fd = open(FIPS_FLAG, O_RDONLY | O_CLOEXEC);
	char flag = '0';

	return fd != -1 && read(fd, &flag, 1) == 1 && flag == '1';
}

/*
 * openssl.cnf costs a parse in every process and, as shipped, changes
 * nothing for us. It is read where it decides which algorithms are allowed.
 */
static bool
libcrypto_start(void)
{
	uint64_t options = OPENSSL_INIT_NO_ATEXIT |
	    OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS;

	if (secure_getenv("OPENSSL_CONF") != NULL || kernel_is_fips())
		options |= OPENSSL_INIT_LOAD_CONFIG;
	else
		options |= OPENSSL_INIT_NO_LOAD_CONFIG;
	return OPENSSL_init_crypto(options, NULL) == 1;
}

/*
 * The provider is a property of the process, as libcrypto itself is: the
 * reference is kept once instead of in every state struct.
 */
static OSSL_PROVIDER *
provider_get(void)
{
	static OSSL_PROVIDER *provider;

	if (provider != NULL || !libcrypto_start())
		return provider;
	/* A site that configured the FIPS module gets nothing else. */
	provider = OSSL_PROVIDER_load(NULL,
	    OSSL_PROVIDER_available(NULL, "fips") ? "fips" : "default");
	return provider;
}

/* names: "A:B:C". */
static bool
is_listed(const char *names, const char *name)
{
	size_t len = strlen(name);

	for (;;) {
		size_t n = strcspn(names, ":");

		if (n == len && strncasecmp(names, name, len) == 0)
			return true;
		if (names[n] == '\0')
			return false;
		names += n + 1;
	}
}

const OSSL_DISPATCH *
provider_find(int operation, const char *name)
{
	OSSL_PROVIDER *provider = provider_get();
	const OSSL_ALGORITHM *row;
	int no_cache;

	if (provider == NULL)
		return NULL;
	row = OSSL_PROVIDER_query_operation(provider, operation, &no_cache);
	for (; row != NULL && row->algorithm_names != NULL; row++) {
		if (is_listed(row->algorithm_names, name))
			return row->implementation;
	}
	return NULL;
}

void *
provider_context(void)
{
	OSSL_PROVIDER *provider = provider_get();

	return provider == NULL ? NULL :
	    OSSL_PROVIDER_get0_provider_ctx(provider);
}

const OSSL_DISPATCH *
provider_entry(const OSSL_DISPATCH *table, int function)
{
	static const OSSL_DISPATCH none;

	for (; table != NULL && table->function_id != 0; table++) {
		if (table->function_id == function)
			return table;
	}
	return &none;
}
