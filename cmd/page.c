#include "cmd/page.h"

#include "base/base64.h"
#include "base/text.h"
#include "build/page_table.h"
#include "cmd/unpack.h"
#include "crypto/sha256.h"

/* The digest of what stands between two tags. */
static void digest(struct span page, const char *from, const char *to, char *out, size_t cap)
{
	uint8_t hash[HASH_LEN];
	struct writer w = writer_of(out, cap - 1);
	const char *at = strstr((const char *)page.at, from) + strlen(from);
	sha256(PARTS(span_of(at, (size_t)(strstr(at, to) - at))), hash);
	write_text(&w, "sha256-");
	base64_encode(span_of(hash, sizeof hash), &w);
	out[w.len] = 0;
}

bool page_load(struct page *p)
{
	static char text[page_bytes + 1];
	if (!unpack(span_of(page_table, sizeof page_table), text, page_bytes))
		return false;
	p->text = span_of(text, page_bytes);
	digest(p->text, "<script>", "</script>", p->script, sizeof p->script);
	digest(p->text, "<style>", "</style>", p->style, sizeof p->style);
	return true;
}
