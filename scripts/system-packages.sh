# Debian packages by need, sourced by setup and setup-tests: install_packages PURPOSE PACKAGE...
# Installs with apt-get as root or through a sudo that asks nothing, else says in one line what is missing.

install_packages() {
    local purpose=$1
    shift
    local -a as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! sudo -n true 2>/dev/null; then
            echo "setup: $purpose needs Debian packages; as an administrator run: apt-get install $*" >&2
            return 1
        fi
        as_root=(sudo -n)
    fi
    if ! command -v apt-get >/dev/null; then
        echo "setup: $purpose needs what Debian calls: $* (there is no apt-get here to install it)" >&2
        return 1
    fi
    echo "setup: installing $* for $purpose" >&2
    local log
    log=$(mktemp)
    if ! {
        "${as_root[@]}" apt-get update -q -o DPkg::Lock::Timeout=300 &&
            "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y \
                --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"
    } >"$log" 2>&1 </dev/null; then
        tail -n 5 "$log" >&2
        echo "setup: apt-get could not install $*; its whole output is in $log" >&2
        return 1
    fi
    rm -f "$log"
}
