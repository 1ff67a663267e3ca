# shellcheck shell=sh
# For proofs/*/run of a model in Promela: `. proofs/spin.sh`, then model FILE, holds WHAT [-DX...], breaks MUTANT WHAT [BROKEN NUMBER].
# scratch is the folder to work in.

failed=0

# check [-DX...]: makes the verifier of $file and runs it over all states; prints its report.
check() {
	(
		cd "$scratch" || exit 1
		rm -f pan* ./*.trail
		spin "$@" -a model.pml >spin.log 2>&1 || { cat spin.log; exit 1; }
		# shellcheck disable=SC2086 # words on purpose
		gcc $speed -w $how -DMEMLIM=2000 -o pan pan.c || exit 1
		# shellcheck disable=SC2086
		./pan -m10000 $search 2>&1
	)
}

model() {
	cp "$1" "$scratch/model.pml"
	cp proofs/properties.pml "$scratch"
	how=-DSAFETY search='' everywhere=''
	spin -V | head -n 1
}

states() { sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' "$scratch/report"; }

holds() {
	what=$1
	shift
	speed=-O1 check "$@" >"$scratch/report"
	if grep -q 'errors: 0$' "$scratch/report" && ! grep -qiE 'search not completed|max search depth too small|out of memory' "$scratch/report"; then
		echo "holds:  $what ($(states) states, all that there are)"
	else
		echo "FAILED: $what"
		grep -E '^pan|errors:' "$scratch/report"
		trail
		failed=1
	fi
}

# breaks MUTANT WHAT [BROKEN NUMBER]: with the rule broken, must(NUMBER, ...) fails, whatever else does; BROKEN says that in words.
# Without NUMBER: the sides stand still, and that is found though no assertion is looked at.
breaks() {
	# shellcheck disable=SC2086
	search="$everywhere ${4:+-E}" speed=-O0 check "-D$1" "-DONLY=${4:-0}" $also >"$scratch/report"
	why=$(sed -n 's/^pan:[0-9]*: \(.*\) (at depth.*/\1/p' "$scratch/report" | head -n 1)
	case $why in
	"assertion violated - "*) why= ;; # a mistake in the model
	"assertion violated"*) why=${4:+$3} ;;
	"invalid end state"*) why=$([ $# -gt 2 ] || echo "they stand still") ;;
	esac
	if grep -q 'errors: 1$' "$scratch/report" && [ -n "$why" ]; then
		echo "mutant: $2: found ($why)"
		[ -z "${TRAIL-}" ] || trail
	else
		echo "FAILED: mutant: $2: not found${3:+ ($3)}"
		grep -E '^pan|errors:' "$scratch/report"
		failed=1
	fi
}

# The steps that lead to the error, of those the model prints.
trail() { (cd "$scratch" && ./pan -r -n 2>/dev/null | grep '^ *[AB]:' | head -n 60); }
