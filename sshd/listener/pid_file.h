/* SPDX-License-Identifier: ISC */
/*
 * pid_file - tells others which process listens.
 *
 * Shapes:  "PID\n".
 * Units:   -
 * Errors:  logged, never fatal.
 * Owns:    nothing; pid_file_remove() leaves a file that names another.
 * Source:  sshd_config(5), PidFile.
 */
#ifndef SSHD_LISTENER_PID_FILE_H
#define SSHD_LISTENER_PID_FILE_H

#include <stdbool.h>

/* False when it could not be written. */
bool pid_file_write(const char *path);
void pid_file_remove(const char *path);

#endif
