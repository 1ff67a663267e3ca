# shellcheck shell=sh
# For proofs/*/run of parsers by Frama-C's WP: `. proofs/wp.sh`, then tree, proof DRIVER..., mutant TEXT..., exit $failed. scratch is the
# folder to work in. Mutants change a copy of the tree in $here, which is scratch if nothing else is said; $par provers run at a time.
# Every goal has to hold; of a mutant, a check of which was removed, some must not.

name=$(basename "$(dirname "$0")") here=$scratch par=2 failed=0
export WHY3CONFIG="$scratch/why3.conf"
why3 config detect >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; exit 1; }

# tree: makes the copy.
tree() {
	mkdir -p "$here/tree"
	cp -r base chat cmd crypto endpoint files include lib os proofs rendezvous session transport ui wire "$here/tree"
}

# functions LEAVE SOURCE...: the functions that the sources define, with commas, but those that LEAVE matches.
functions() {
	leave=$1
	shift
	awk -v leave="^($leave)\$" '/^[a-zA-Z].*[(]/ { name = $0; sub(/[(].*/, "", name); sub(/.*[ *]/, "", name) } /;$/ { name = "" }
		/^\{/ && name != "" && name !~ leave { print name; name = "" }' "$@" | paste -s -d , -
}

# wp DRIVER FUNCTIONS OPTION...: in the copy of the tree; prints how many goals hold, and how many there are. A goal that holds in a
# second on a quiet machine may need many on a busy one, so there is time.
wp() {
	driver=$1 names=$2
	shift 2
	(cd "$here/tree" && frama-c -c11 -machdep gcc_x86_64 -cpp-extra-args="-I. -D_GNU_SOURCE" "proofs/$name/$driver.c" -wp -wp-rte \
		-wp-fct "$names" -wp-model Typed+cast -wp-prover cvc4,z3-nobv -wp-timeout 60 -wp-par $par -wp-cache none "$@") >"$here/log" 2>&1 ||
		{ cat "$here/log" >&2; exit 1; }
	sed -n 's/.*Proved goals: *\([0-9]*\) *\/ *\([0-9]*\)/\1 \2/p' "$here/log"
}

# proof DRIVER GOALS FUNCTIONS OPTION...: of all these functions, and at least so many goals.
proof() {
	driver=$1 least=$2 names=$3
	shift 3
	wp "$driver" "$names" "$@" >"$here/counts"
	read -r held goals <"$here/counts"
	echo "$driver: $held of $goals goals hold, of $(echo "$names" | tr , '\n' | wc -l) functions"
	if [ "$held" != "$goals" ] || [ "$goals" -lt "$least" ]; then
		grep -A2 'Failed\|Timeout\|Unknown' "$here/log" || true
		failed=1
	fi
}

# mutant TEXT SOURCE SED DRIVER FUNCTION OPTION...
mutant() {
	text=$1 source=$2
	sed -i "$3" "$here/tree/$source"
	shift 3
	wp "$@" -wp-prover cvc4 -wp-timeout 20 >"$here/counts"
	read -r held goals <"$here/counts"
	echo "  mutant, $text: $((goals - held)) goals do not hold (at least 1)"
	if [ "$held" = "$goals" ] || cmp -s "$source" "$here/tree/$source"; then failed=1; fi
	cp "$source" "$here/tree/$source"
}
