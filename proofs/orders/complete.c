/* complete: what Tab adds to a line of any bytes, ui/orders and complete, where it is known which
 * words there are. */
#include "proofs/orders/console.h"

static struct edit e;

static void complete(struct span line)
{
	begin();
	edited = line;
	e.len = line.len;
	e.cursor = any_bool() ? line.len : 0;
	orders_complete(&o, &e);
	take_all();
}

/* Two letters that differ in their second byte; an unfinished one; a word that is too long. */
static void names(size_t len, size_t typed_len)
{
	static const char names[] = "b\xc3\xa4\0b\xc3\xb6\0b\xc3\0"
				    "12345678\0"
				    "98765432109876543\0b\nb\0b";
	struct event event = { .text = span_of(names, sizeof names - 1) };
	begin();
	edited = any_command(len);
	e.len = e.cursor = len + 1;
	event.id = span_of(edited.at + edited.len - typed_len, typed_len);
	orders_names(&o, &e, &event);
}

int main(void)
{
	ui.sentences.present =
	    (struct present){ .count = 2,
		              .at = { { .name = "b\xc3\xa4" }, { .name = "b\xc3\xb6" } } };
	//@ loop unroll LEN + 1;
	for (size_t len = 0; len <= LEN; len++) {
		complete(any_command(len));
		//@ loop unroll 20;
		for (const struct commands_row *row = commands_table; row->name; row++)
			complete(any_line(row->name, len));
		//@ loop unroll LEN + 1;
		for (size_t typed = 0; typed <= len; typed++)
			names(len, typed);
	}
}
