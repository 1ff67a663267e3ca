/* orders: commands of the console, as they were typed, ui/orders: one after another, what comes of
 * them for the program, and lines of the past. In run, texts, names, words and shelves are
 * short. */
#include "proofs/orders/console.h"
#include "ui/past.c"

static void one(struct span line)
{
	begin();
	orders_run(&o, line);
	take_all();
}

/* Commands before it wait: so many that there is no room. */
static void behind(const char *before, const char *then, size_t len)
{
	begin();
	orders_run(&o, any_line(before, 0));
	orders_run(&o, any_line("/nick 12345678", 0));
	orders_run(&o, any_line("/send 87654321", 0));
	orders_run(&o, any_line(then, len));
	take_all();
}

static void said(size_t len)
{
	struct past_line said = { .text = any_bytes(len), .name = span_text("a") };
	past_add(&transcript.past, &said);
}

/* Lines of the past are shown again; in the meantime another one is said, of any length. */
static void look_back(const char *begins, size_t len)
{
	begin();
	said(1);
	said(2);
	orders_run(&o, any_line(begins, len));
	orders_draw(&o);
	said(any_bool() ? 10 : 0);
	orders_draw(&o);
	orders_draw(&o);
}

int main(void)
{
	//@ loop unroll LEN + 1;
	for (size_t len = 0; len <= LEN; len++) {
		one(any_command(len));
		//@ loop unroll 20;
		for (const struct commands_row *row = commands_table; row->name; row++)
			one(any_line(row->name, len));
		one(any_line("/to a", len));
		one(any_line("/to a /send", len));
	}
	//@ loop unroll 20;
	for (const struct commands_row *row = commands_table; row->name; row++) {
		behind("/who", row->name, 1);
		behind("/to a b", row->name, 1);
	}
	//@ loop unroll 3;
	for (size_t len = 0; len <= 2; len++) {
		look_back("/history", len);
		look_back("/search", len);
	}
}
