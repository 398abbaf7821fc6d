/* SPDX-License-Identifier: ISC */
#include "signer/setup.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/fd.h"
#include "lib/base/log.h"
#include "signer/device.h"

/* Order of the descriptors of SIGNER_SETUP. */
enum { FD_SNAPSHOT, FD_SERVICE, FD_LOG };

static MUST_CHECK bool
keep_filter(struct signer *signer, struct bytes filter, struct err *err)
{
	uint8_t *copy = malloc(filter.len + 1);

	if (copy == NULL)
		return err_set(err, ERR_NOMEM, "filter");
	if (filter.len != 0)
		memcpy(copy, filter.p, filter.len);
	signer->filter = bytes_of(copy, filter.len);
	return true;
}

static void
open_log(const struct signer *signer)
{
	(void)conf_open_log(&signer->conf, signer->flags, signer->debug_count,
	    signer->log_fd);
}

/* Whoever started the daemon has read what is wrong with the keys. */
static void
end_start(struct signer *signer)
{
	if ((signer->flags & SETUP_STARTING) == 0)
		return;
	signer->flags &= ~(uint32_t)(SETUP_STARTING | SETUP_STDERR);
	open_log(signer);
	close(signer->log_fd);
	signer->log_fd = -1;
}

static MUST_CHECK bool
take_setup(struct signer *signer, struct ipc_message *message,
    struct err *err)
{
	const struct ipc_SIGNER_SETUP *m = &message->u.SIGNER_SETUP;

	ipc_init(&signer->service, ipc_take_fd(message, FD_SERVICE),
	    MONITOR_TO_SIGNER);
	signer->log_fd = ipc_take_fd(message, FD_LOG);
	if (!keep_filter(signer, m->filter, err) ||
	    !config_map(message->fds[FD_SNAPSHOT], &signer->snapshot,
	    &signer->config, &signer->conf, err))
		return false;
	signer->flags = m->flags;
	signer->debug_count = m->debug_level;
	open_log(signer);
	return true;
}

bool
setup_receive(struct signer *signer, struct err *err)
{
	struct ipc_message message;
	bool got, ok;

	if (!ipc_recv(&signer->listener, SIG_START, &message, &got, err))
		return false;
	if (!got)
		return err_set(err, ERR_CLOSED, "set-up of the signer");
	ok = take_setup(signer, &message, err);
	ipc_message_clear(&message);
	return ok;
}

/* None is built in: `internal` is the same as none. */
static bool
has_device_provider(const struct conf *conf)
{
	const char *provider = conf->security_key_provider;
	struct err err;

	if (provider == NULL || strcmp(provider, "internal") == 0)
		return false;
	if (device_probe(provider, &err))
		return true;
	if (err.code != ERR_DENIED)
		log_error("SecurityKeyProvider \"%s\": %s: %s", provider,
		    err.what, err_text(&err));
	return false;
}

static MUST_CHECK bool
send_host_keys(struct signer *signer, struct err *err)
{
	const struct host_keys *keys = &signer->secrets.keys;
	const struct ipc_HOST_KEYS m = { .count = (uint32_t)keys->count };
	uint8_t *packed = NULL;
	size_t len;
	int fd = -1;
	bool ok;

	ok = host_keys_pack(keys, &packed, &len, err) &&
	    fd_seal_bytes("host keys", bytes_of(packed, len), &fd, err) &&
	    ipc_send_fds(&signer->listener, IPC_HOST_KEYS, &m, &fd, 1, err);
	if (fd != -1)
		close(fd);
	free(packed);
	return ok;
}

bool
setup_keys(struct signer *signer, struct err *err)
{
	const struct conf *conf = &signer->conf;
	const struct host_keys_files files = {
		.key_paths = conf->host_key.v,
		.key_count = conf->host_key.count,
		.keys_are_default = conf->host_key_is_default,
		.cert_paths = conf->host_certificate.v,
		.cert_count = conf->host_certificate.count,
		.agent = conf->host_key_agent,
		.devices_can_sign = has_device_provider(conf),
		.required_rsa_bits = conf->required_rsa_size,
	};

	signer->forks_reach_out = files.agent != NULL ||
	    files.devices_can_sign;
	if (!host_secrets_load(&files, &signer->secrets, err))
		return false;
	end_start(signer);
	title_set(&signer->title, "[signer]");
	return send_host_keys(signer, err);
}
