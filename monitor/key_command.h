/* SPDX-License-Identifier: ISC */
/*
 * key_command - asks a command of the configuration about a key.
 *
 * Shapes:  what it prints is read as the lines of a user's file are.
 * Units:   -
 * Errors:  no answer is no error; false only when the process has to end.
 * Owns:    nothing.
 * Source:  sshd_config(5), AuthorizedKeysCommand.
 */
#ifndef MONITOR_KEY_COMMAND_H
#define MONITOR_KEY_COMMAND_H

#include "monitor/command.h"
#include "monitor/key_search.h"
#include "monitor/user_files.h"

/*
 * command without what search says; text NULL: there is none. Of accounts that
 * may not log in it does not hear: it is asked about its own in their place.
 * source: what fn is told in place of a path.
 */
MUST_CHECK bool key_command_read(const struct key_search *search,
    const struct command *command, const char *source, user_file_fn *fn,
    void *arg, struct err *err);

#endif
