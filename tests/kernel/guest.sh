# What the machines under emulation share: tools, Debian's kernel, the files of an initramfs. Sourced by their `run` scripts
# with `bench` set to what they are called.
# shellcheck shell=bash disable=SC2154

# Where a bench cannot run it says why; where it must, that is a failure.
skip() {
    echo "$bench is skipped: $1" >&2
    [ "${CI:-}" != true ]
    exit
}
need() { command -v "$1" >/dev/null 2>&1; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

# Installs these packages unless these commands are there: tools COMMAND... -- PACKAGE...
tools() {
    local missing=
    need apt-get || skip "its kernel comes from Debian, and there is no apt-get here"
    while [ "$1" != -- ]; do need "$1" || missing=1; shift; done
    shift
    [ -z "$missing" ] && return
    { as_root apt-get update -q && as_root apt-get install -yq --no-install-recommends "$@"; } >&2 ||
        skip "apt-get cannot install $*"
}

# Lets apt know the packages of this architecture.
architecture() {
    [ "$(dpkg --print-architecture)" = "$1" ] || dpkg --print-foreign-architectures | grep -q "^$1$" ||
        { as_root dpkg --add-architecture "$1" && as_root apt-get update -q; } >&2 || skip "dpkg cannot take $1 packages"
}

# Debian's kernel for amd64 or arm64, unpacked and not installed, kept between runs: sets `root` and `kernel`.
debian_kernel() {
    local arch=$1 image cache
    tools cpio modprobe busybox -- cpio kmod busybox-static
    architecture "$arch"
    cache=target/kernel/$arch
    root=$cache/root
    mkdir -p "$cache"
    if ! ls "$root"/boot/vmlinuz-* >/dev/null 2>&1; then
        image=$(apt-cache depends "linux-image-$arch:$arch" | sed -n "s/.*Depends: \(linux-image-[0-9].*-$arch\)\(:$arch\)\?$/\1/p" | head -n 1)
        [ -n "$image" ] || skip "apt knows no linux-image-$arch; run apt-get update"
        (cd "$cache" && apt-get download -q "$image:$arch" >&2) || skip "$image cannot be downloaded"
        rm -rf "$root.new"
        dpkg-deb -x "$cache"/linux-image-*.deb "$root.new"
        mv "$root.new" "$root"
        rm "$cache"/linux-image-*.deb
    fi
    kernel=$(basename "$root"/lib/modules/*)
    [ -e "$root/lib/modules/$kernel/modules.dep" ] || depmod -b "$root" "$kernel"
}

# Lays the modules named in a file, and what they need, into the guest's folder with the order to load them in.
lay_modules() {
    local guest=$1 list=$2 module
    mkdir -p "$guest/modules"
    for module in $(cat "$list"); do
        modprobe -d "$root" -S "$kernel" --show-depends "$module"
    done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r file; do
        cp "$file" "$guest/modules/"
        basename "$file" >>"$guest/modules/order"
    done
}

# Unpacks Debian packages of another architecture beside its kernel, kept between runs: sets `packages`.
foreign() {
    local arch=$1
    shift
    packages=target/kernel/$arch/packages
    [ -e "$packages/complete" ] && return
    rm -rf "$packages"
    mkdir -p "$packages"
    (cd "$packages" && apt-get download -q "${@/%/:$arch}" >&2) || skip "apt-get cannot download $*"
    for package in "$packages"/*.deb; do dpkg-deb -x "$package" "$packages"; done
    rm "$packages"/*.deb
    touch "$packages/complete"
}

# Lays the libraries of these programs where they look for them.
lay_libraries() {
    local guest=$1
    shift
    ldd "$@" | grep -o '/[^ ]*\.so[^ ]*' | sort -u | xargs -I{} cp -L --parents {} "$guest"
}

# Packs the guest's folder as an initramfs.
pack() { (cd "$1" && find . | cpio -o -H newc --quiet | gzip -1) >"$2"; }
