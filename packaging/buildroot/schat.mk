################################################################################
#
# schat
#
################################################################################

SCHAT_VERSION = @VERSION@
SCHAT_SITE = @URL@
SCHAT_EXTRA_DOWNLOADS = https://www.bearssl.org/bearssl-0.6.tar.gz
SCHAT_LICENSE = ISC, MIT (BearSSL)
SCHAT_LICENSE_FILES = LICENSE packaging/debian/copyright

SCHAT_MAKE_OPTS = CC="$(TARGET_CC)" AR="$(TARGET_AR)" STRIP="$(TARGET_STRIP)" OBJCOPY="$(TARGET_OBJCOPY)" HOSTCC="$(HOSTCC)" \
	LIBC=system LTO=1 WERROR= CFLAGS="$(filter-out -O%,$(TARGET_CFLAGS)) -Oz"

define SCHAT_BUILD_CMDS
	BEARSSL_TARBALL="$(SCHAT_DL_DIR)/bearssl-0.6.tar.gz" $(TARGET_MAKE_ENV) $(MAKE) -C $(@D) $(SCHAT_MAKE_OPTS)
endef

define SCHAT_INSTALL_TARGET_CMDS
	$(INSTALL) -D -m 0755 $(@D)/build/schat $(TARGET_DIR)/usr/bin/schat
endef

# Buildroot starts what it installs.
ifeq ($(BR2_PACKAGE_SCHAT_SIGNAL),y)
define SCHAT_INSTALL_INIT_SYSV
	$(INSTALL) -D -m 0755 $(@D)/packaging/buildroot/S99schat-signal $(TARGET_DIR)/etc/init.d/S99schat-signal
endef

define SCHAT_INSTALL_INIT_SYSTEMD
	$(INSTALL) -D -m 0644 $(@D)/packaging/schat-signal.service $(TARGET_DIR)/usr/lib/systemd/system/schat-signal.service
endef

define SCHAT_INSTALL_INIT_OPENRC
	$(INSTALL) -D -m 0755 $(@D)/packaging/openrc/schat-signal $(TARGET_DIR)/etc/init.d/schat-signal
	$(INSTALL) -D -m 0644 $(@D)/packaging/openrc/schat-signal.confd $(TARGET_DIR)/etc/conf.d/schat-signal
endef
endif

$(eval $(generic-package))
