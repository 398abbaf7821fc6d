# SPDX-License-Identifier: ISC
# SFTP: one library for the program and for internal-sftp.

# the command line alone: sshd_config is checked with it
noinst_LIBRARIES += sftp-server/options/libsftpoptions.a
sftp_server_options_libsftpoptions_a_SOURCES = \
	sftp-server/options/options.c \
	sftp-server/options/options.h \
	sftp-server/options/request_list.h

noinst_LIBRARIES += sftp-server/libsftp.a
sftp_server_libsftp_a_SOURCES = \
	sftp-server/attributes.c \
	sftp-server/audit.c \
	sftp-server/audit.h \
	sftp-server/canonical.c \
	sftp-server/canonical.h \
	sftp-server/check_file.c \
	sftp-server/copy.c \
	sftp-server/digest.c \
	sftp-server/digest.h \
	sftp-server/directories.c \
	sftp-server/extensions.c \
	sftp-server/files.c \
	sftp-server/files.h \
	sftp-server/handles.c \
	sftp-server/handles.h \
	sftp-server/id_names.c \
	sftp-server/id_names.h \
	sftp-server/input.c \
	sftp-server/input.h \
	sftp-server/keep.c \
	sftp-server/keep.h \
	sftp-server/landlock.c \
	sftp-server/landlock.h \
	sftp-server/layer.c \
	sftp-server/layer.h \
	sftp-server/limits.h \
	sftp-server/long_name.c \
	sftp-server/long_name.h \
	sftp-server/messages.c \
	sftp-server/messages.h \
	sftp-server/pages.c \
	sftp-server/pages.h \
	sftp-server/paths.c \
	sftp-server/queue.c \
	sftp-server/queue.h \
	sftp-server/ranges.c \
	sftp-server/ranges.h \
	sftp-server/reply.c \
	sftp-server/reply.h \
	sftp-server/requests.c \
	sftp-server/requests.h \
	sftp-server/resolve.c \
	sftp-server/resolve.h \
	sftp-server/rights.c \
	sftp-server/rights.h \
	sftp-server/rooted.c \
	sftp-server/rooted.h \
	sftp-server/rooted_lookup.c \
	sftp-server/rooted_lookup.h \
	sftp-server/rooted_where.c \
	sftp-server/rooted_where.h \
	sftp-server/server.c \
	sftp-server/server.h \
	sftp-server/start.c \
	sftp-server/start.h \
	sftp-server/tree.c \
	sftp-server/tree.h \
	sftp-server/upload.c \
	sftp-server/upload.h

sftp_libs = sftp-server/libsftp.a sftp-server/options/libsftpoptions.a

pkglibexec_PROGRAMS += sftp-server/sftp-server
sftp_server_sftp_server_SOURCES = sftp-server/main.c
sftp_server_sftp_server_LDADD = $(sftp_libs) lib/base/libbase.a
