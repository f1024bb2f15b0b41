# What .ci/run and .ci/full share: Debian's packages.

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo --preserve-env=DEBIAN_FRONTEND "$@"; fi
}

# Install those of the packages named that are missing.
install_packages() {
    local package missing=()
    for package in "$@"; do
        dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null |
            grep -q 'ok installed' || missing+=("$package")
    done
    if [ "${#missing[@]}" -eq 0 ]; then return; fi
    export DEBIAN_FRONTEND=noninteractive
    # The tests start clusters of their own: Debian need not make one.
    as_root mkdir -p /etc/postgresql-common
    if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        echo 'create_main_cluster = false' |
            as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
    fi
    as_root apt-get -qq update
    if ! apt-cache show postgresql-15 >/dev/null 2>&1; then # not Debian 12
        as_root apt-get -qq install --yes postgresql-common >/dev/null
        as_root /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y >/dev/null
    fi
    as_root apt-get -qq install --yes --no-install-recommends \
        -o Dpkg::Options::=--force-confold "${missing[@]}" >/dev/null
}
