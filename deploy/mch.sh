#!/bin/sh
# `mch` by hand as the service runs it: same user, settings, passwords and data. As root: install -m 755 deploy/mch.sh /usr/local/sbin/mch
# Without it a command would take the settings of the folder it is called in, and so another database.
set -eu
set -a
MCH_CONFIG=${MCH_CONFIG:-/etc/mch/config.toml}
MCH_DATA_DIR=${MCH_DATA_DIR:-/var/lib/mch}
# Values with special signs stand in '…': systemd and the shell both read them so.
# shellcheck disable=SC1091
if [ -r /etc/mch/secrets ]; then . /etc/mch/secrets; fi
set +a
umask 077
exec runuser -u mch -- /opt/mch/.venv/bin/mch "$@"
