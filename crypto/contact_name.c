#include "crypto/contact_name.h"

#include "base/addr.h"
#include "base/assert.h"
#include "base/text.h"
#include "base/utf8.h"
#include "crypto/code.h"

/* ---- characters ---- */

static bool is_digit(uint32_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_latin(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* From the blocks of Unicode 15, without their punctuation, what only combines (except in scripts
 * that cannot be written otherwise), presentation forms, and letters made to look like others. */
static bool is_foreign_letter(uint32_t rune)
{
	static const uint16_t ranges[][2] = {
		{ 0xc0, 0xd6 },     { 0xd8, 0xf6 },     { 0xf8, 0x1bf },    { 0x1cd, 0x24f },
		{ 0x386, 0x386 },   { 0x388, 0x3ce },   { 0x400, 0x481 },   { 0x48a, 0x52f },
		{ 0x531, 0x556 },   { 0x561, 0x587 },   { 0x5d0, 0x5ea },   { 0x620, 0x63f },
		{ 0x641, 0x64a },   { 0x660, 0x669 },   { 0x671, 0x6d3 },   { 0x6f0, 0x6fc },
		{ 0x900, 0x963 },   { 0x966, 0xdf3 },   { 0xe01, 0xe4e },   { 0xe50, 0xe59 },
		{ 0xe81, 0xedf },   { 0x1000, 0x1049 }, { 0x1050, 0x10fa }, { 0x1200, 0x135a },
		{ 0x1780, 0x17b3 }, { 0x17b6, 0x17d3 }, { 0x1820, 0x1878 }, { 0x1e00, 0x1eff },
		{ 0x3041, 0x3096 }, { 0x30a1, 0x30fa }, { 0x30fc, 0x30fe }, { 0x3105, 0x312f },
		{ 0x3400, 0x4dbf }, { 0x4e00, 0x9fff }, { 0xa000, 0xa48c }, { 0xac00, 0xd7a3 },
	};
	/*@ loop invariant i <= sizeof(ranges) / sizeof(*ranges);
	    loop assigns i;
	    loop variant sizeof(ranges) / sizeof(*ranges) - i; */
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (rune >= ranges[i][0] && rune <= ranges[i][1])
			return true;
	return rune >= 0x20000 && rune < 0x32000;
}

static bool may_begin(uint32_t c)
{
	return is_digit(c) || is_latin(c) || is_foreign_letter(c);
}

static bool may_follow(uint32_t c)
{
	return may_begin(c) || c == '.' || c == '_' || c == '-';
}

static bool is_blank(uint32_t c)
{
	return c == ' ' || c == '\t' || c == 0xa0 || c == 0x3000;
}

/* ---- looks ---- */

/* The lower-case Latin letter that each letter of a block looks like, in upper or lower case; a dot
 * where there is none. */
static const struct block {
	uint32_t first;
	const char *looks;
} blocks[] = {
	{ 0xc0, "aaaaaaaceeeeiiiidnooooo.ouuuuypsaaaaaaaceeeeiiiidnooooo.ouuuuypy"
	        "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllll"
	        "nnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzf" },
	{ 0x386, "a.ehi.o.y.iab..ezh.ik.mn.o.p..ty.x..iyaeniuaby.ezn.ik..v.o.p.otu.x.wiuouw" },
	{ 0x400, "ee...siij...k.y.a.br.e.3..k.mho.pcty.x......b...a.br.e.3..k.mho.pcty.x......b..."
	         "ee...siij...k.y." },
	{ 0x4ae, "yy" },
	{ 0x4ba, "hh" },
	{ 0x4c0, "i" },
	{ 0x4cf, "i" },
	{ 0x500, "dd" },
	{ 0x51a, "qqww" },
	{ 0x566, "q.........h.......n....u...g...o" },
};

/* The letter that c looks like, or c in lower case. */
static uint32_t look(uint32_t c)
{
	/*@ loop invariant i <= sizeof(blocks) / sizeof(*blocks);
	    loop assigns i;
	    loop variant sizeof(blocks) / sizeof(*blocks) - i; */
	for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
		const char *looks = blocks[i].looks;
		//@ admit is_text((char *)looks);
		uint32_t at = c - blocks[i].first;
		if (c >= blocks[i].first && at < span_text(looks).len && looks[at] != '.')
			return (uint8_t)looks[at];
	}
	bool capital =
	    (c >= 'A' && c <= 'Z') || (c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f);
	return capital ? c + 0x20 : c;
}

/* A name with all that looks alike made the same. */
struct looks {
	size_t count;
	uint32_t runes[LIMIT_NAME];
};

/*@ requires bytes(name.at, name.len);
    assigns \nothing;
    ensures \result.count <= LIMIT_NAME; */
static struct looks looks_of(struct span name)
{
	struct looks l = { .count = 0 };
	/*@ loop invariant is_span(&name) && l.count <= LIMIT_NAME;
	    loop assigns name, l;
	    loop variant name.len; */
	while (name.len > 0 && l.count < LIMIT_NAME) {
		uint32_t c = look(utf8_take(&name)), last = l.count > 0 ? l.runes[l.count - 1] : 0;
		bool m = last == 'r' && c == 'n', w = last == 'v' && c == 'v';
		if (m || w)
			l.runes[l.count - 1] = m ? 'm' : 'w';
		else
			l.runes[l.count++] = c == '0' ? 'o' : c == '1' || c == 'i' ? 'l' : c;
	}
	return l;
}

bool contact_name_alike(struct span a, struct span b)
{
	struct looks x = looks_of(a), y = looks_of(b);
	size_t i = 0;
	/*@ loop invariant i <= x.count && i <= y.count;
	    loop assigns i;
	    loop variant x.count - i; */
	while (i < x.count && i < y.count && x.runes[i] == y.runes[i])
		i++;
	return i == x.count && i == y.count;
}

/* ---- what a name must not be ---- */

/* What `schat connect` would take for something else. A mistyped code must not turn into a name, so
 * the shape is enough. */
static bool is_code_or_address(struct span name)
{
	struct code code;
	struct span unknown;
	struct addr addr;
	bool is_code = code_parse(name, &code, &unknown) != ERR_FORMAT;
	bytes_wipe(&code, sizeof code);
	return is_code || addr_parse(name, 1, &addr);
}

static bool is_number(struct span name)
{
	size_t i = 0;
	/*@ loop invariant i <= name.len;
	    loop assigns i;
	    loop variant name.len - i; */
	while (i < name.len && is_digit(name.at[i]))
		i++;
	return i == name.len;
}

/* Lines of ours begin with these. */
static bool is_ours(struct span name)
{
	return contact_name_alike(name, span_text("you")) ||
	       contact_name_alike(name, span_text("schat"));
}

bool contact_name_valid(struct span name)
{
	if (name.len < 1 || name.len > LIMIT_NAME || !utf8_valid(name))
		return false;
	struct span rest = name;
	if (!may_begin(utf8_take(&rest)))
		return false;
	/*@ loop invariant is_span(&rest);
	    loop assigns rest;
	    loop variant rest.len; */
	while (rest.len > 0)
		if (!may_follow(utf8_take(&rest)))
			return false;
	return !is_number(name) && !is_ours(name) && !is_code_or_address(name);
}

/* ---- names of nicks ---- */

static void replace(struct writer *w, struct span name)
{
	*w = writer_of(w->at, w->cap);
	write_span(w, name);
}

/* Letters that look Latin, in a name that is Latin otherwise, were put there to deceive: they
 * become what they look like, so that the name can be typed. */
static void make_latin(struct writer *w)
{
	char made[LIMIT_NAME];
	struct writer out = writer_of(made, sizeof made);
	struct span rest = written(w);
	bool latin = false;
	/*@ loop invariant is_span(&rest) && is_writer(&out);
	    loop invariant out.at == (uint8_t *)made && out.cap == LIMIT_NAME;
	    loop assigns rest, out.len, out.full, made[0 .. WHATEVER], latin;
	    loop variant rest.len; */
	while (rest.len > 0) {
		uint32_t c = utf8_take(&rest);
		bool similar = c >= 0x370 && c < 0x590;
		if (similar && look(c) > 'z')
			return;
		latin = latin || is_latin(c);
		utf8_write(&out, similar ? look(c) : c);
	}
	if (latin)
		replace(w, written(&out));
}

/* What would be taken for something else is changed: "bob-laptop" has the shape of a code,
 * "10.0.0.1" is an address. */
static void make_unmistakable(struct writer *w)
{
	if (is_code_or_address(written(w)))
		/*@ loop invariant i <= w->len;
		    loop assigns i, w->at[0 .. w->cap - 1];
		    loop variant w->len - i; */
		for (size_t i = 0; i < w->len; i++)
			if (w->at[i] == '-' || w->at[i] == '.')
				w->at[i] = '_';
	if (w->len == 0 || is_ours(written(w))) {
		replace(w, span_text("peer"));
	} else if (is_number(written(w))) {
		w->len -= w->len == LIMIT_NAME;
		w->at[w->len++] = '_';
	}
}

void contact_name_from(struct span nick, char out[static LIMIT_NAME + 1])
{
	struct writer w = writer_of(out, LIMIT_NAME);
	bool blank = false;
	/*@ loop invariant is_span(&nick) && is_writer(&w);
	    loop invariant w.at == (uint8_t *)out && w.cap == LIMIT_NAME;
	    loop assigns nick, w.len, w.full, out[0 .. WHATEVER], blank;
	    loop variant nick.len; */
	while (nick.len > 0 && !w.full) {
		uint32_t c = utf8_take(&nick);
		blank = blank || (is_blank(c) && w.len > 0);
		if (w.len == 0 ? !may_begin(c) : !may_follow(c))
			continue;
		if (blank)
			write_u8(&w, '_');
		blank = false;
		utf8_write(&w, c);
	}
	make_latin(&w);
	make_unmistakable(&w);
	out[w.len] = 0;
	assert(contact_name_valid(span_text(out)));
}
