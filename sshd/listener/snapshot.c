/* SPDX-License-Identifier: ISC */
#include "sshd/listener/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/fd.h"
#include "sshd/listener/net_filter.h"
#include "sshd/listener/privsep.h"
#include "sshd/listener/signer_filter.h"

/* A file that can't be read is a usage error, a bad line a fatal one. */
static int
exit_code_of(const struct err *err)
{
	return err->code == ERR_SYS || err->code == ERR_NOT_FOUND ?
	    EXIT_USAGE : EXIT_FATAL;
}

bool
snapshot_load_config(struct snapshot *snapshot, const struct cmdline *cmdline,
    int *exit_code)
{
	struct err err;

	if (config_load(&cmdline->config, &snapshot->config, &err) &&
	    config_evaluate(snapshot->config, NULL, &snapshot->conf, &err))
		return true;
	*exit_code = exit_code_of(&err);
	return false;
}

static bool
pack_config(struct snapshot *snapshot, struct err *err)
{
	uint8_t *packed;
	size_t len;
	bool ok;

	if (!config_pack(snapshot->config, &packed, &len, err))
		return false;
	ok = fd_seal_bytes("config", bytes_of(packed, len),
	    &snapshot->config_fd, err);
	free(packed);
	return ok;
}

bool
snapshot_prepare(struct snapshot *snapshot, const char *binary,
    char text[static SNAPSHOT_TEXT_MAX])
{
	struct program_paths paths;
	const char *failed;
	struct err err;

	if (geteuid() == 0 && !privsep_check(text, SNAPSHOT_TEXT_MAX))
		return false;
	programs_find(binary, &paths);
	if (!programs_open(&paths, &snapshot->programs, &failed, &err)) {
		snprintf(text, SNAPSHOT_TEXT_MAX, "%s: %s", failed,
		    err_text(&err));
		return false;
	}
	if (!net_filter_compile(&snapshot->net_filter,
	    &snapshot->net_filter_len, &err) ||
	    !signer_filter_compile(&snapshot->signer_filter,
	    &snapshot->signer_filter_len, &err) ||
	    !pack_config(snapshot, &err)) {
		snprintf(text, SNAPSHOT_TEXT_MAX, "%s: %s", err.what,
		    err_text(&err));
		return false;
	}
	return true;
}

void
snapshot_clear(struct snapshot *snapshot)
{
	conf_clear(&snapshot->conf);
	config_free(snapshot->config);
	if (snapshot->config_fd != -1)
		close(snapshot->config_fd);
	signer_clear(&snapshot->signer);
	programs_close(&snapshot->programs);
	free(snapshot->net_filter);
	free(snapshot->signer_filter);
	*snapshot = SNAPSHOT_NONE;
}
