/* fuzz: what the sanitizer lets out is visible UTF-8, fits, and does not depend on where the input
 * was cut. The first byte gives the flags, the second the size of the pieces. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "ui/safe.h"
#include "ui/width.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool condition)
{
	if (!condition)
		abort();
}

/* Joiners and styles are the only hidden runes that may pass, and only behind something. */
static void check(struct span out, unsigned flags)
{
	uint32_t rune = 0, before = 0;
	while (out.len > 0) {
		int size = utf8_decode(out, &rune);
		must(size > 0);
		bool blank = (rune == '\n' && flags & SAFE_NEWLINE) ||
		             (rune == '\t' && flags & (SAFE_TAB | SAFE_LINE));
		bool joins =
		    (rune == 0x200c || rune == 0x200d || rune == 0xfe0e || rune == 0xfe0f) &&
		    before != 0;
		must(blank || joins || !safe_hides(rune));
		must(rune < 0x7f || !(flags & SAFE_ASCII));
		before = blank ? 0 : rune;
		out = span_of(out.at + size, out.len - (size_t)size);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	static uint8_t whole[SAFE_ROOM(4096)], parts[SAFE_ROOM(4096)];
	if (len < 2 || len > 4096)
		return 0;
	unsigned flags = at[0] & 15;
	struct span in = span_of(at + 2, len - 2);
	struct writer w = writer_of(whole, SAFE_ROOM(in.len)),
		      p = writer_of(parts, SAFE_ROOM(in.len));
	safe_text(in, flags, &w);
	must(!w.full);
	check(written(&w), flags);

	/* What was made safe is safe: escapes are plain text. */
	p = writer_of(parts, sizeof parts);
	if (w.len <= 4096) {
		safe_text(written(&w), flags & ~(unsigned)SAFE_LINE, &p);
		check(written(&p), flags);
	}
	/* Nor does it matter what follows. */
	w = writer_of(whole, sizeof whole);
	safe_part(in, in.len > 0 ? in.at[0] : 0, flags, &w);
	check(written(&w), flags);
	(void)width_text(written(&w));
	(void)width_is_sure(written(&w));
	return 0;
}
