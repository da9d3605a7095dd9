#!/bin/sh
# A scratch PostgreSQL for tests, in target/postgres and in memory: nothing in it is worth keeping.
#
#   scripts/postgres.sh start   installs Debian's postgresql if it is not there, starts the server if it does not run,
#                               prints its URL
#   scripts/postgres.sh url     prints the URL; fails if the server does not run
#   scripts/postgres.sh stop    stops the server and forgets its data
#
# Tests find it by RECADO_TEST_POSTGRES="$(scripts/postgres.sh url)". It listens on loopback only, lets every local
# user in, does not sync to disk, and sorts text as English speakers do, so that a column that lacks COLLATE "C" shows in tests.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)

# In the checkout, unless it lies where the server's user cannot walk to it (below /root, say): then beside other
# temporary files, under a name of this checkout's own.
reachable() {
    at=$1
    while [ "$at" != / ]; do
        [ "$(stat -c %A "$at" | cut -c10)" != - ] || return 1
        at=$(dirname "$at")
    done
}
if [ "$(id -u)" != 0 ] || reachable "$root"; then
    home=$root/target/postgres
else
    home=/var/tmp/recado-postgres-$(printf %s "$root" | cksum | cut -d' ' -f1)
fi
# The data in memory where there is room for it: every test makes a database of its own, and a disk takes its time to make and forget
# hundreds of files each time.
memory=/dev/shm/recado-postgres-$(printf %s "$root" | cksum | cut -d' ' -f1)
room=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
if [ -s "$memory/PG_VERSION" ] || [ "${room:-0}" -ge 2097152 ]; then data=$memory; else data=$home/data; fi
log=$home/server.log

# PostgreSQL refuses to run as root; Debian's package brings a user for it.
if [ "$(id -u)" = 0 ]; then user=postgres; else user=$(id -un); fi
as() { if [ "$(id -un)" = "$user" ]; then "$@"; else runuser -u "$user" -- "$@"; fi; }

programs() {
    for bin in /usr/lib/postgresql/*/bin; do
        [ -x "$bin/initdb" ] && found=$bin
    done
    if [ -z "${found:-}" ] && command -v initdb >/dev/null; then found=$(dirname "$(command -v initdb)"); fi
    [ -n "${found:-}" ] && echo "$found"
}

install() {
    echo "installing PostgreSQL" >&2
    sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
    # Only the programs: the package would otherwise start a server of its own.
    $sudo mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] ||
        echo "create_main_cluster = false" | $sudo tee /etc/postgresql-common/createcluster.conf >/dev/null
    $sudo apt-get install -y --no-install-recommends postgresql >&2 ||
        { $sudo apt-get update >&2 && $sudo apt-get install -y --no-install-recommends postgresql >&2; }
}

running() { [ -s "$data/postmaster.pid" ] && kill -0 "$(head -1 "$data/postmaster.pid")" 2>/dev/null; }

url() { echo "postgres://postgres@127.0.0.1:$(sed -n 4p "$data/postmaster.pid")/postgres"; }

# A port nobody listens on, from the dynamic range. Two checkouts do not meet: each looks for its own.
free_port() {
    port=$((50000 + $(printf %s "$root" | cksum | cut -d' ' -f1) % 9000))
    while ss -Hltn "sport = :$port" 2>/dev/null | grep -q .; do port=$((port + 1)); done
    echo "$port"
}

start() {
    mkdir -p "$home"
    # Two test runs at once: one starts the server, the other waits and finds it running.
    exec 9>"$home/lock"
    flock 9
    if ! running; then
        bin=$(programs) || { install; bin=$(programs); }
        chown "$user" "$home"
        # The server's user must be able to walk to its data.
        if ! as test -x "$home"; then
            echo "$user cannot reach $home: allow it to enter the directories above (chmod o+x)" >&2
            exit 1
        fi
        if [ ! -s "$data/PG_VERSION" ]; then
            rm -rf "$data"
            mkdir -p "$data"
            chown "$user" "$data"
            as "$bin/initdb" -D "$data" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 \
                --locale-provider=icu --icu-locale=en-US --no-sync >"$home/initdb.log" 2>&1 || { cat "$home/initdb.log" >&2; exit 1; }
            cat >>"$data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 400
shared_buffers = 64MB
fsync = off
synchronous_commit = on
full_page_writes = off
autovacuum_naptime = 10s
log_min_messages = fatal
CONF
        fi
        as "$bin/pg_ctl" -D "$data" -l "$log" -w -t 60 -o "-p $(free_port)" start >/dev/null 9>&- ||
            { tail -20 "$log" >&2; exit 1; }
    fi
    url
}

case ${1:-} in
start) start ;;
url)
    running || { echo "the scratch PostgreSQL does not run: scripts/postgres.sh start" >&2; exit 1; }
    url
    ;;
stop)
    if running; then as "$(programs)/pg_ctl" -D "$data" -m fast -w stop >/dev/null; fi
    [ "$data" != "$memory" ] || rm -rf "$data"
    ;;
*)
    sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
