/* SPDX-License-Identifier: ISC */
#include "monitor/net_start.h"

#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/wire/writer.h"
#include "monitor/monitor.h"
#include "monitor/sig_algs.h"

#ifndef PRIVSEP_USER
#define PRIVSEP_USER	"sshd"	/* configure --with-privsep-user */
#endif
#define NET_CHROOT	RUNDIR "/sshd"	/* empty, root's */

static MUST_CHECK bool
start_process(struct monitor *mon, struct err *err)
{
	char *env[] = { NULL };
	struct child_program program = {
		.program_fd = mon->net_program,
		.argv0 = "sshd: startup", .envp = env, .dies_with_us = true,
	};
	int fds[2];
	bool ok;

	if (!ipc_pair(fds, err))
		return false;
	program.socket_fd = fds[1];
	ok = child_start(&mon->net_child, &program, err);
	close(fds[1]);
	ipc_init(&mon->net, fds[0], NET_TO_MONITOR);
	return ok;
}

/* Whom net becomes; as an ordinary user there is nobody else to be. */
static MUST_CHECK bool
find_identity(const struct monitor *mon, struct ipc_NET_SETUP *m,
    struct err *err)
{
	const struct passwd *pw;
	struct stat st;

	m->uid = getuid();
	m->gid = getgid();
	if (!mon->is_root)
		return true;
	if ((pw = getpwnam(PRIVSEP_USER)) == NULL) {
		log_fatal("Privilege separation user %s does not exist",
		    PRIVSEP_USER);
		return err_set(err, ERR_NOT_FOUND, "user sshd");
	}
	/* net could only say that a chroot failed */
	if (stat(NET_CHROOT, &st) == -1 || !S_ISDIR(st.st_mode)) {
		log_fatal("Missing privilege separation directory: %s",
		    NET_CHROOT);
		return err_set(err, ERR_NOT_FOUND, "directory of net");
	}
	m->uid = pw->pw_uid;
	m->gid = pw->pw_gid;
	m->chroot_dir = bytes_str(NET_CHROOT);
	return true;
}

/* A run of the plain keys, for hostkeys-00@openssh.com. */
static MUST_CHECK bool
write_prove_keys(const struct host_keys *keys, uint8_t **out, size_t *len,
    struct err *err)
{
	size_t cap = 0;
	struct writer w;

	for (size_t i = 0; i < keys->count; i++)
		cap += 4 + keys->v[i].public->blob_len;
	w = wr_init(malloc(cap + 1), cap);
	if (w.p == NULL)
		return err_set(err, ERR_NOMEM, "host keys");
	for (size_t i = 0; i < keys->count; i++)
		wr_string(&w, bytes_of(keys->v[i].public->blob,
		    keys->v[i].public->blob_len));
	*out = w.p;
	*len = w.len;
	return wr_end(&w, err);
}

static MUST_CHECK bool
send_setup(struct monitor *mon, struct bytes filter, struct err *err)
{
	const struct conf *conf = &mon->conf;
	char *sig_algs = sig_algs_for_all(mon->config,
	    conf->pubkey_accepted_algorithms);
	struct ipc_NET_SETUP m = {
		.filter = filter,
		.log_level = (uint32_t)log_get_level(),
		.log_verbose = log_get_verbose(),
		.version = bytes_str(mon->version),
		.kex_algorithms = bytes_str(conf->kex_algorithms),
		.host_keys = mon->offer,
		.ciphers = bytes_str(conf->ciphers),
		.macs = bytes_str(conf->macs),
		.compression = bytes_str(conf->compression ?
		    "none,zlib@openssh.com" : "none"),
	};
	uint8_t *prove = NULL;
	size_t prove_len = 0;
	bool ok;

	if (sig_algs == NULL)
		return err_set(err, ERR_NOMEM, "signature algorithms");
	m.server_sig_algs = bytes_str(sig_algs);
	ok = find_identity(mon, &m, err) &&
	    write_prove_keys(&mon->keys, &prove, &prove_len, err);
	m.prove_keys = bytes_of(prove, prove_len);
	ok = ok && ipc_send(&mon->net, IPC_NET_SETUP, &m, err);
	free(prove);
	free(sig_algs);
	return ok;
}

bool
net_start(struct monitor *mon, struct bytes filter, struct err *err)
{
	return start_process(mon, err) && send_setup(mon, filter, err) &&
	    ipc_watch(&mon->net, &mon->loop, monitor_net_event, mon, err) &&
	    child_watch(&mon->net_child, &mon->loop, monitor_net_exited, mon,
	    err);
}
