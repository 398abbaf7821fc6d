/* SPDX-License-Identifier: ISC */
#include "sshd/listener/reload.h"

#include <string.h>

#include "lib/base/log.h"
#include "sshd/listener/accept.h"
#include "sshd/listener/handover.h"
#include "sshd/listener/logging.h"
#include "sshd/listener/notify.h"
#include "sshd/listener/pid_file.h"
#include "sshd/listener/start.h"

static bool
load_next(struct listener *listener, struct snapshot *next)
{
	char text[SNAPSHOT_TEXT_MAX];
	int exit_code;

	if (!snapshot_load_config(next, &listener->cmdline, &exit_code))
		return false;
	if (!snapshot_prepare(next, listener->binary, text)) {
		log_error("%s", text);
		return false;
	}
	return true;
}

/* Penalties were given to networks of this size. */
static bool
same_blocks(const struct conf *a, const struct conf *b)
{
	return a->per_source_net_block_size_v4 ==
	    b->per_source_net_block_size_v4 &&
	    a->per_source_net_block_size_v6 ==
	    b->per_source_net_block_size_v6;
}

/* Everything of next but the sockets goes into force. */
static void
take_next(struct listener *listener)
{
	struct err err;

	if (!same_blocks(&listener->snapshot.conf, &listener->next.conf))
		penalties_clear(&listener->penalties);
	snapshot_clear(&listener->snapshot);
	listener->snapshot = listener->next;
	listener->next = SNAPSHOT_NONE;
	listener->signer_due = false;
	if (!signer_watch(listener, &err))
		log_error("%s: %s", err.what, err_text(&err));
	logging_configure(listener, false);
	pool_discard(listener);
}

static void
keep_old(struct listener *listener)
{
	log_error("Reload failed: going on with the old configuration.");
	snapshot_clear(&listener->next);
	/* they would write to a log file that was moved away */
	pool_discard(listener);
	/* one may have been due before */
	(void)signer_is_there(listener);
}

static void
end_reload(struct listener *listener)
{
	struct err err;

	if (!accept_start(listener, &err))
		log_error("%s: %s", err.what, err_text(&err));
	listener_leave_start_dir();
	pid_file_move(listener->pid_file, listener->snapshot.conf.pid_file);
	listener_show_title(listener);
	notify_ready();
}

/* The keys of the next configuration are loaded, or can't be. */
static void
signer_loaded(struct listener *listener, struct signer *signer,
    const struct err *why)
{
	listener_enter_start_dir(listener);
	if (signer != NULL)
		listener->next.signer = *signer;
	else if (why->code == ERR_NOT_FOUND)
		log_info("sshd: no hostkeys available -- exiting.");
	else
		log_error("loading host keys: %s: %s", why->what,
		    err_text(why));
	if (signer != NULL && sockets_change(&listener->sockets,
	    &listener->loop, &listener->next.conf.listen_address))
		take_next(listener);
	else
		keep_old(listener);
	end_reload(listener);
}

/* The old configuration serves until the host keys of the new one are there. */
static void
reload_here(struct listener *listener)
{
	struct err err;

	if (!load_next(listener, &listener->next)) {
		keep_old(listener);
		end_reload(listener);
	} else if (!signer_begin(listener, &listener->next, signer_loaded,
	    &err))
		signer_loaded(listener, NULL, &err);
	else
		listener_leave_start_dir();
}

/* Its check is over. Does not return when it takes our place. */
static void
newer_checked(struct listener *listener, int binary_fd, bool starts)
{
	struct err err;

	listener_enter_start_dir(listener);
	/* not handed over; if we stay, as in keep_old() */
	pool_discard(listener);
	if (starts) {
		signer_abandon(listener);
		(void)handover_exec(listener, binary_fd, &err);
		log_info("RESTART FAILED: av[0]='%s', error: %s.",
		    listener->argv[0], err_text(&err));
	} else
		log_error("The new program does not start with this "
		    "configuration: going on with the old one.");
	(void)signer_is_there(listener);
	end_reload(listener);
}

void
reload(struct listener *listener)
{
	int newer;

	log_info("Received SIGHUP; restarting.");
	notify_reloading();
	/* what is being checked or loaded is of the past */
	newer_abandon(listener);
	signer_abandon(listener);
	snapshot_clear(&listener->next);
	listener_enter_start_dir(listener);
	logging_reopen(listener);
	logging_configure(listener, false);
	if ((newer = newer_find(listener)) == -1) {
		reload_here(listener);
		return;
	}
	newer_check(listener, newer, newer_checked);
	/* we serve until then */
	(void)signer_is_there(listener);
	listener_leave_start_dir();
}
