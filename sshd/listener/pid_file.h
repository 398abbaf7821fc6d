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

#include <limits.h>

/*
 * held is the path of a file that we wrote, of another configuration or
 * program perhaps; empty: none. NULL for path: none is wanted.
 */
void pid_file_move(char held[static PATH_MAX], const char *path);
void pid_file_remove(const char *path);

#endif
