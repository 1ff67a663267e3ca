# Copies C for Eva, as proofs/parsers/hints.awk does, with hints after every declaration of something that has a length: states stay
# apart in which it has another one. Formatted text is modelled in frama_c.h; the empty assembler statement behind a memset, which Eva
# takes for one that writes, is left out.
function hint(kind, what) { printf "\t//@ %s %s;\n\t;\n", kind, what }
function keep_apart(parameters,   n, i, each, name) {
	n = split(parameters, each, /[(),]/)
	for (i = 2; i < n; i++) {
		name = each[i]
		sub(/.*[ *]/, "", name)
		if (name !~ /^[a-z_0-9]+$/)
			continue
		if (each[i] ~ /struct span \*/)
			hint("dynamic_split", name "->len")
		else if (each[i] ~ /struct span /)
			hint("dynamic_split", name ".len")
		else if (each[i] ~ /struct code \*/)
			hint("dynamic_split", name "->words_count")
		else if (each[i] ~ /struct reader \*/)
			hint("dynamic_split", name "->left")
		else if (each[i] ~ /struct roll_call \*/)
			hint("dynamic_split", name "->entries.len")
		else if (each[i] ~ /size_t left/)
			hint("dynamic_split", name)
	}
}
/^void text_(write|add_format|add_format_list)\(|^static const char \*fill_gap\(/ { gone = 1 }
/^\t__asm__ .*"memory"/ { next }
gone { if (/^}/) gone = 0; next }
/\/\*@ loop/ { skip = 1 }
skip { if (/\*\//) skip = 0; next }
/^[a-z].*\(/ { header = "" }
{ header = header $0 }
/^\t\tbroken .= breaks/ { hint("split", "m.len") }
{ print }
/^\{/ { keep_apart(header) }
/;$/ { header = "" }
/^\tstruct reader [a-z]+ = / { hint("dynamic_split", $3 ".left") }
/^\tstruct span [a-z]+ = .*;$/ { hint("dynamic_split", $3 ".len") }
/^\tstruct message m = / { hint("dynamic_split", "m.end - m.at") }
/^\tconst uint8_t \*(at = r->at|nonce = file->at .*);/ { hint("split", "len") }
