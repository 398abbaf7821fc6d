# SPDX-License-Identifier: ISC
# The sources name the paths of --prefix=/usr --sysconfdir=/etc
# --with-rundir=/run; what is installed names those of this build.

EXTRA_DIST += man/sftp-server.8 man/sshd-keygen.1 man/sshd.8 \
	man/sshd_config.5
nodist_man_MANS = man/installed/sftp-server.8 man/installed/sshd-keygen.1 \
	man/installed/sshd.8 \
	man/installed/sshd_config.5
CLEANFILES += $(nodist_man_MANS)

WITH_PATHS = $(SED) -e 's,/etc/ssh\([^a-z]\|$$\),$(sshdir)\1,g' \
	-e 's,/run/sshd,$(rundir)/sshd,g' \
	-e 's,/usr/libexec/postern,$(pkglibexecdir),g' \
	-e 's,/usr/sbin/sshd,$(sbindir)/sshd,g'

man/installed/sftp-server.8: man/sftp-server.8 Makefile
	$(AM_V_GEN)$(MKDIR_P) man/installed && \
		$(WITH_PATHS) $(srcdir)/man/sftp-server.8 >$@

man/installed/sshd-keygen.1: man/sshd-keygen.1 Makefile
	$(AM_V_GEN)$(MKDIR_P) man/installed && \
		$(WITH_PATHS) $(srcdir)/man/sshd-keygen.1 >$@

man/installed/sshd.8: man/sshd.8 Makefile
	$(AM_V_GEN)$(MKDIR_P) man/installed && \
		$(WITH_PATHS) $(srcdir)/man/sshd.8 >$@

man/installed/sshd_config.5: man/sshd_config.5 Makefile
	$(AM_V_GEN)$(MKDIR_P) man/installed && \
		$(WITH_PATHS) $(srcdir)/man/sshd_config.5 >$@
