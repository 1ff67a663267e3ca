"""changes: the small changes of a C source, as clang-format writes it here. Each keeps the numbers of the lines."""
import collections
import re

# What is in the way of looking at code: comments, strings, and lines of the preprocessor.
SKIPPED = re.compile(r"/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.S | re.M)

# No change of these can be seen, or none should: our asserts, what only says how large something is, zeros that stand for all.
PASSED = [
    re.compile(r"\b(?:assert|_Static_assert)\("),
    re.compile(r"^\t*(?:(?:static|const|unsigned|struct|enum) )*(?!return\b)\w+ (?:const )?\**(?:const )?\w+(?=\[[^\]]*\](?:\[[^\]]*\])?(?:;| =))", re.M),
    re.compile(r"= (?=\{ ?0 ?\})"),
]

# What unit tests cannot see without reading freed memory: that a function's own secret is wiped. (scripts/run-ct and review do.)
OWN_WIPE = re.compile(r"\tbytes_wipe\(&?(\w+), sizeof \1\);")

SWAPS = {
    "==": ["!="], "!=": ["=="], "<=": ["<", ">"], ">=": [">", "<"], "<": ["<=", ">="], ">": [">=", "<="], "&&": ["||"], "||": ["&&"],
    "<<": [">>"], ">>": ["<<"], "+": ["-"], "-": ["+"], "*": ["+"], "/": ["*"], "%": ["/"], "&": ["|"], "|": ["&"], "^": ["|"],
    "+=": ["-="], "-=": ["+="], "|=": ["&="], "&=": ["|="], "^=": ["|="], "<<=": [">>="], ">>=": ["<<="],
}
# With blanks on both sides an operator has two operands.
OPERATOR = re.compile(r"(?<= )(<<=|>>=|[-+|&^]=|[=!<>]=|&&|\|\||<<|>>|[-<>+&|*/%^])(?=\s)")
STEP = re.compile(r"\+\+|--")
NUMBER = re.compile(r"(?<![\w.])(0x[0-9a-fA-F]+|\d+)(?=[uUlL]*(?![\w.]))")
TRUTH = re.compile(r"\b(?:true|false)\b")
NOT = re.compile(r"(?<![\w)])!(?=[\w(*])")
CONDITION = re.compile(r"\b(?:if|while) \((?=.)")
STATEMENT = re.compile(r"^\t+((?!return\b|case\b|else\b|static\b|const\b|struct\b|enum\b|goto\b)[\w>.\[\]*&()-]+(?:\(| [-+|&^<>]*= |\+\+|--)[^;{}]*;)$", re.M)
LEAVE = re.compile(r"^\t+((?:return|break|continue);)$", re.M)
RESULT = re.compile(r"(?<=\breturn )(OK|ERR_\w+)(?=;)")
CALL = re.compile(r"(?<=[\t (!])([a-z]\w*)\((?=[^)])")
NO_ORDER = re.compile(r"(?:min_of|max_of|memcmp|assert|sizeof|\w+_equal|\w+_same(?:_ip)?)$") # of whose arguments the order is the same

Change = collections.namedtuple("Change", "start end new line what nth")


def blank(m):
    return re.sub(r"[^\n]", " ", m[0])


def closing(code, at):
    """Where the bracket closes that opens right before at."""
    depth = 1
    while depth:
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(code[at], 0)
        at += 1
    return at - 1


def arguments(code, at):
    """(start, end) of each argument of a call whose parenthesis opens right before at."""
    end, depth, start = closing(code, at), 0, at
    for i in range(at, end + 1):
        if i == end or (code[i] == "," and not depth):
            yield start + len(code[start:i]) - len(code[start:i].lstrip()), i
            start = i + 1
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(code[i], 0)


def looked_at(text):
    """The text without what is never changed, places as before."""
    code = SKIPPED.sub(blank, text)
    for pattern in PASSED:
        for m in pattern.finditer(code):
            open_at = m.end() - 1 if code[m.end() - 1] == "(" else m.end()
            end = closing(code, open_at + 1) + 1
            code = code[:open_at] + blank([code[open_at:end]]) + code[end:]
    return code


def raw(text):
    """(start, end, new text) of each change."""
    code = looked_at(text)
    for m in OPERATOR.finditer(code):
        yield from ((m.start(), m.end(), new) for new in SWAPS[m[0]])
    for m in STEP.finditer(code):
        yield m.start(), m.end(), "--" if m[0] == "++" else "++"
    for m in NUMBER.finditer(code):
        yield m.start(), m.end(), str(int(m[0], 0) + 1 if m[0].startswith("0x") else int(m[0]) + 1)
    for m in TRUTH.finditer(code):
        yield m.start(), m.end(), "false" if m[0] == "true" else "true"
    for m in NOT.finditer(code):
        yield m.start(), m.end(), ""
    for m in CONDITION.finditer(code):
        end = closing(code, m.end())
        if re.search("&&|[|][|]", code[m.end() : end]) or not re.search("[=!<>]=| [<>] |^!", code[m.end() : end]): # the others are changed above
            yield m.end(), end, f"!({text[m.end():end]})"
    for m in STATEMENT.finditer(code):
        if not OWN_WIPE.match(text, m.start(1) - 1):
            yield m.start(1), m.end(1), ";"
    for m in LEAVE.finditer(code):
        yield m.start(1), m.end(1), ";"
    for m in RESULT.finditer(code):
        yield m.start(), m.end(), "ERR_FULL" if m[0] == "OK" else "OK"
    for m in CALL.finditer(code):
        if not NO_ORDER.match(m[1]) and code[: m.start()].rsplit("\n", 1)[-1].startswith("\t"):
            places = list(arguments(code, m.end()))
            for (a, b), (c, d) in zip(places, places[1:]):
                if text[a:b] != text[c:d]:
                    yield a, d, text[c:d] + text[b:c] + text[a:b]


def changes(text):
    """All changes, in the order of the text. line: the source line where it begins; what: old -> new; nth: of those that are the same in both."""
    seen = collections.Counter()
    for start, end, new in sorted(raw(text)):
        line = text[text.rfind("\n", 0, start) + 1 : (text + "\n").find("\n", start)].strip()
        what = f"{' '.join(text[start:end].split())} -> {' '.join(new.split()) or 'nothing'}"
        seen[line, what] += 1
        yield Change(start, end, new + "\n" * (text.count("\n", start, end) - new.count("\n")), line, what, seen[line, what])


def self_test():
    """A source with one of each, and with what is passed over. Prints what is wrong; how many are right, and wrong."""
    text = """/* a + b */
#define ONE 1
static const uint8_t table[2] = { 5, 0x1f };
int f(struct s *s, int n)
{
\tuint8_t bytes[32];
\tstruct t t = { 0 };
\tassert(n > 7);
\tif (n < 3 || !s)
\t\treturn OK;
\tfor (int i = 0; i < n; i++)
\t\tgive(s, n);
\ts->n += max_of(n, s->n);
\tbytes_wipe(bytes, sizeof bytes);
\treturn " + ";
}
"""
    want = [
        "5 -> 6", "0x1f -> 32", "n < 3 || !s -> !(n < 3 || !s)", "< -> <=", "< -> >=", "3 -> 4", "|| -> &&", "! -> nothing", "OK -> ERR_FULL",
        "0 -> 1", "< -> <=", "< -> >=", "++ -> --", "give(s, n); -> ;", "s, n -> n, s", "s->n += max_of(n, s->n); -> ;", "+= -> -=",
        "bytes, sizeof bytes -> sizeof bytes, bytes",
    ]
    found = sorted(c.what for c in changes(text))
    wanted = sorted(want)
    kept = all((text[: c.start] + c.new + text[c.end :]).count("\n") == text.count("\n") for c in changes(text))
    if found != wanted:
        print("changes:", set(found) ^ set(wanted))
    if not kept:
        print("changes: the lines have other numbers")
    return 2 - (found != wanted) - (not kept), (found != wanted) + (not kept)
