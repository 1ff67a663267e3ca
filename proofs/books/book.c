/* book: the file of contacts as a whole, cmd/book. Lines are read and written by stubs: a name of
 * one letter, or none, comes of any of them. In run, lines and books are short. */
#include "cmd/book.c"
#include "proofs/books/any.h"

enum err contact_read(struct span line, struct contact *c, const char **why)
{
	if (line.len > 0) {
		line.at[0];
		line.at[line.len - 1];
	}
	*why = "it is wrong";
	if (any_bool())
		return ERR_FORMAT;
	c->name[0] = (char)(any_bool() ? Frama_C_interval('a', 'b') : 0);
	c->name[1] = 0;
	return OK;
}

enum err contact_write(const struct contact *c, struct writer *line)
{
	if (any_bool())
		return ERR_FULL;
	write_text(line, c->name);
	write_u8(line, '\n');
	return OK;
}

bool contact_knows_field(struct span word)
{
	if (word.len > 0)
		word.at[word.len - 1];
	return any_bool();
}

static uint8_t new[2 * LEN + 4];

static void read_all(size_t len)
{
	struct book b;
	struct book_faults faults;
	book_read(&b, any_bytes(len), &faults);
	book_named(&b, span_text("a"));
}

static void edit_all(size_t len, const char *name, bool forget)
{
	struct contact c = { .name = "a" };
	struct writer out = writer_of(new + sizeof new - 2 * len - 4, 2 * len + 4);
	book_edit(any_bytes(len), name, forget ? NULL : &c, &out);
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++) {
		read_all(len);
		edit_all(len, NULL, false);
		edit_all(len, "a", false);
		edit_all(len, "a", true);
	}
}
