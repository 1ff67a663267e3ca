# shellcheck shell=sh disable=SC2154
# sources.sh, read by the scripts that fetch a source: where a tarball comes from. They set `work`, a folder of their own.

say() { echo "${0##*/}: $*" >&2; }

sum() { sha256sum "$1" | cut -d' ' -f1; }

# from_debian PACKAGE FILE: the Debian source package, with a private apt state: the machine's settings are read, never changed; no
# root. Prints the path of the tarball.
from_debian() {
	command -v apt-get >/dev/null || return 1
	package=$1 file=$2 state=$work/apt
	mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/parts"
	for f in /etc/apt/sources.list.d/*.sources; do
		[ -f "$f" ] || continue
		awk 'BEGIN { RS = ""; ORS = "\n\n" }
			/(^|\n)Enabled:[ \t]*(no|false|off|0)/ { next }
			/(^|\n)Types:[ \t]*(deb-src[ \t]+)?deb([ \t]|\n|$)/ { sub(/Types:[^\n]*/, "Types: deb-src"); print }' \
			"$f" >"$state/parts/${f##*/}"
	done
	for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[ -f "$f" ] || continue
		n=${f##*/}
		sed -n 's/^deb\(-src\)\{0,1\}[ \t]/deb-src /p' "$f" | sort -u >"$state/parts/${n%.list}.list"
	done
	find "$state/parts" -size 0 -exec rm {} +
	set -- -qq -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$state/parts" \
		-o Dir::State::Lists="$state/lists" -o Dir::Cache="$state/cache" -o APT::Sandbox::User=root \
		-o Acquire::Languages=none -o Debug::NoLocking=1 -o APT::Update::Post-Invoke-Success::= -o APT::Update::Post-Invoke::=
	apt-get "$@" update >&2 || :  # one source of many may fail: what counts is whether the tarball comes
	(cd "$work" && apt-get "$@" source --download-only --only-source "$package") >&2 || return 1
	[ -f "$work/$file" ] || { say "the package source has another version"; return 1; }
	echo "$work/$file"
}

# from_upstream URL: prints the path of what it got.
from_upstream() {
	[ -n "$1" ] || return 1
	say "trying $1"
	if command -v curl >/dev/null; then
		curl -fsSLo "$work/upstream" "$1" || return 1
	elif command -v wget >/dev/null; then
		wget -qO "$work/upstream" "$1" || return 1
	else
		return 1
	fi
	echo "$work/upstream"
}

# fetch PACKAGE FILE SHA256 GIVEN URL DEST: the source of PACKAGE at the folder DEST, from the tarball GIVEN if it is not empty, the Debian
# source package (whose tarball FILE is upstream's, too) or URL. What is there already is kept, and of runs at one time, one wins.
fetch() {
	package=$1 file=$2 wanted=$3 tarball=$4 url=$5 dest=$6
	[ ! -d "$dest" ] || return 0
	mkdir -p "$(dirname "$dest")"
	work=$(mktemp -d "$dest.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	trap 'exit 1' HUP INT TERM
	work=$(cd "$work" && pwd)
	if [ -z "$tarball" ]; then
		say "fetching the source of $package"
		tarball=$(from_debian "$package" "$file") || tarball=$(from_upstream "$url") || {
			say "no source found. Set $(echo "$package" | tr '[:lower:]' '[:upper:]')_TARBALL to a copy of $file, and try again"
			return 1
		}
	fi
	got=$(sum "$tarball")
	[ "$got" = "$wanted" ] || { say "$tarball has SHA-256 $got: not $file"; return 1; }
	mkdir "$work/x"
	case $file in
	*.xz) xz -dc "$tarball" ;;
	*) gzip -dc "$tarball" ;;
	esac | tar -xf - -C "$work/x"
	mv -T "$work"/x/* "$dest" 2>/dev/null || [ -d "$dest" ]
}
