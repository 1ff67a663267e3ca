# Copies C for Eva: without loop annotations, which are for WP, and with hints, in comments, to keep states apart in which what is
# left to read has another length.
/\/\*@ loop/ { skip = 1 }
skip { if (/\*\//) skip = 0; next }
/struct reader \*r[,)]/ { left = "r->left" }
/^[a-z].*[(]struct span s[,)]/ { left = "s.len" }
/^[a-z].*struct span \*s[,)]/ { left = "s->len" }
{ print }
left && /^\{/ { print "\t//@ dynamic_split " left ";\n\t;"; left = "" }
/;$/ { left = "" }
/^\tstruct reader [a-z]+ = / { print "\t//@ dynamic_split " $3 ".left;\n\t;" }
/^\tconst uint8_t \*at = r->at;/ { print "\t//@ split len;\n\t;" }
