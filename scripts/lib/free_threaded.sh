# A free-threaded CPython, compiled from its own source, because Debian packages none. Sourced by pythons.sh.

is_free_threaded() { case $1 in *t | *td) true ;; *) false ;; esac; }

# free_threaded_path NAME: prints where 3.Nt or 3.Ntd stands once it is compiled.
free_threaded_path() { printf '%s\n' "$pythons_folder/$1/bin/python$1"; }

# use_free_threaded NAME: sets $python to it.
use_free_threaded() {
    python=$(free_threaded_path "$1")
    [ -x "$python" ] || build_free_threaded "$1"
}

# use_newest_free_threaded: the one that is there, or else the newest whose source can be had. Sets $python.
use_newest_free_threaded() {
    local name
    for name in 3.14t 3.13t; do
        ! have_python "$name" || { use_python "$name" && return; }
    done
    for name in 3.14t 3.13t; do
        ! use_python "$name" || return 0
    done
    return 1
}

# build_free_threaded NAME: compiles it, from the newest source of that version that Debian has.
build_free_threaded() {
    local name=$1 version=${1%%t*} folder options=(--disable-gil --without-ensurepip)
    case $name in *d) options+=(--with-pydebug) ;; esac
    need_packages gcc make dpkg-dev xz-utils libssl-dev libffi-dev zlib1g-dev libbz2-dev liblzma-dev
    folder=$pythons_folder/source-$version
    get_source "$version" "$folder" || return
    step "the free-threaded Python $name, into $pythons_folder/$name"
    rm -rf "$folder/build-$name" "$pythons_folder/$name.partial"
    mkdir -p "$folder/build-$name"
    python_missing="the source of Python $version does not compile: see $pythons_folder/$name.log"
    # Installed elsewhere and moved when it is whole; CPython finds its files from where it stands.
    (
        cd "$folder/build-$name" &&
            ../configure --quiet --prefix="$pythons_folder/$name" "${options[@]}" &&
            make --silent -j2 &&
            make --silent install DESTDIR="$pythons_folder/$name.partial"
    ) >"$pythons_folder/$name.log" 2>&1 || return
    mv "$pythons_folder/$name.partial$pythons_folder/$name" "$pythons_folder/$name"
    rm -rf "$folder/build-$name" "$pythons_folder/$name.partial"
    python_missing=""
}

# get_source VERSION FOLDER: CPython's own source of a version, as Debian's suites have it, without Debian's changes. The lists of source
# packages are kept apart from this machine's own.
get_source() {
    local version=$1 folder=$2 lists=$pythons_folder/sources mirror release
    [ ! -x "$folder/configure" ] || return 0
    python_missing="the source of Python $version could not be downloaded from Debian's suites"
    mirror=$(debian_mirror)
    rm -rf "$lists"
    mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial" "$folder.partial"
    printf 'Types: deb-src\nURIs: %s\nSuites: sid trixie\nComponents: main\nSigned-By: %s\n' "$mirror" \
        /usr/share/keyrings/debian-archive-keyring.gpg >"$lists/debian.sources"
    printf '%s "%s";\n' Dir::Etc::sourcelist "$lists/debian.sources" Dir::Etc::sourceparts - Dir::State::lists "$lists/lists" \
        Dir::Cache "$lists/cache" APT::Sandbox::User root >"$lists/apt.conf"
    APT_CONFIG=$lists/apt.conf apt-get update -qq >&2 || return
    # The lists may be newer than what is there to download: then an older one will do.
    for release in $(APT_CONFIG=$lists/apt.conf apt-cache showsrc "python$version" | sed -n 's/^Version: //p' | sort -Vru); do
        if (cd "$lists" && APT_CONFIG=$lists/apt.conf apt-get source -qq --download-only "python$version=$release" >&2); then
            tar --extract --strip-components=1 --directory "$folder.partial" --file "$lists/python${version}_${release%-*}.orig.tar.xz"
            mv "$folder.partial" "$folder"
            rm -rf "$lists"
            python_missing=""
            return 0
        fi
    done
    rm -rf "$lists" "$folder.partial"
    return 1
}
