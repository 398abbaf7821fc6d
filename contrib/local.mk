# SPDX-License-Identifier: ISC

EXTRA_DIST += \
	contrib/README \
	contrib/install-packages \
	contrib/pam.d/sshd \
	contrib/run-tests \
	contrib/sshd_config \
	contrib/systemd/sshd.service \
	contrib/systemd/sshd.socket \
	contrib/systemd/sshd@.service \
	contrib/sysusers.d/postern.conf \
	contrib/tmpfiles.d/postern.conf \
	contrib/try-it

noinst_DATA = contrib/installed/sshd_config
CLEANFILES += $(noinst_DATA)

contrib/installed/sshd_config: contrib/sshd_config Makefile
	$(AM_V_GEN)$(MKDIR_P) contrib/installed && \
		$(WITH_PATHS) $(srcdir)/contrib/sshd_config >$@

# A configuration that is there stays as it is, whoever wrote it.
install-data-hook:
	@if test ! -e "$(DESTDIR)$(sshdir)/sshd_config"; then \
		$(MKDIR_P) "$(DESTDIR)$(sshdir)" && \
		$(INSTALL_DATA) contrib/installed/sshd_config \
			"$(DESTDIR)$(sshdir)/sshd_config"; \
	fi

uninstall-hook:
	@if cmp -s contrib/installed/sshd_config \
		"$(DESTDIR)$(sshdir)/sshd_config"; then \
		rm -f "$(DESTDIR)$(sshdir)/sshd_config"; \
	fi
