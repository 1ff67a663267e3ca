/* fuzz: lines of the peers file, and names made of nicks. What was read is written and read again:
 * the same; what is written stays one line. */
#include <stdlib.h>
#include <string.h>

#include "crypto/contact.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void same(bool condition)
{
	if (!condition)
		abort();
}

static void fuzz_line(struct span in)
{
	static struct contact a, b;
	const char *why = NULL;
	uint8_t line[LIMIT_CONTACT_LINE];
	struct writer w = writer_of(line, sizeof line);

	if (contact_read(in, &a, &why) != OK) {
		same(why != NULL && *why != 0);
		return;
	}
	if (a.name[0] == 0)
		return; /* blank, or a comment */
	same(contact_name_valid(span_text(a.name)));
	same(public_key_check(&a.key) == OK);
	if (contact_write(&a, &w) != OK)
		return;
	same(w.len > 0 && memchr(line, '\n', w.len) == line + w.len - 1);
	same(contact_read(span_of(line, w.len - 1), &b, &why) == OK);
	same(strcmp(a.name, b.name) == 0 && public_key_equal(&a.key, &b.key));
	same(strcmp(a.addr, b.addr) == 0 && strcmp(a.signal, b.signal) == 0);
	same(a.has_pair == b.has_pair &&
	     (!a.has_pair || memcmp(a.pair, b.pair, sizeof a.pair) == 0));
	same(strcmp(a.since, b.since) == 0 && strcmp(a.verified, b.verified) == 0);
	bytes_wipe(&a, sizeof a);
	bytes_wipe(&b, sizeof b);
}

/* A good line with the input in one of its fields. */
static void fuzz_field(struct span in, unsigned which)
{
	static const char *const before[] = {
		"bob schat-x25519 hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo= addr=",
		"bob schat-x25519 hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo= signal=",
		"bob schat-x25519 hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo= pair=",
		"bob schat-x25519 hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo= since=",
		"bob schat-x25519 hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo= ",
		"bob schat-x25519 ",
		"bob schat-rsa ",
		"bob "
	};
	uint8_t line[2 * LIMIT_CONTACT_LINE];
	struct writer w = writer_of(line, sizeof line);
	write_span(&w, span_text(before[which % 8]));
	write_span(&w, in);
	if (!w.full)
		fuzz_line(written(&w));
}

static void fuzz_nick(struct span in)
{
	char name[LIMIT_NAME + 1], again[LIMIT_NAME + 1];
	contact_name_from(in, name);
	same(contact_name_valid(span_text(name)));
	contact_name_from(span_text(name), again);
	same(strcmp(name, again) == 0);
	(void)contact_name_valid(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct reader r = reader_of(span_of(at, len));
	uint8_t which = read_u8(&r);
	struct span in = read_span(&r, r.left);
	switch (which % 4) {
	case 0: fuzz_line(in); break;
	case 1: fuzz_nick(in); break;
	default: fuzz_field(in, which / 4); break;
	}
	return 0;
}
