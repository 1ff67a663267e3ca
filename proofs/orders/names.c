/* names: names of files that a line may go on with, ui/orders, of any bytes, behind what was typed,
 * of any bytes. What begins like it is for complete. */
#include "proofs/orders/console.h"

void complete_begin(struct complete *c, struct span typed)
{
	look_at(typed);
	memset(c, 0, sizeof *c);
}

void complete_offer(struct complete *c, struct span word)
{
	look_at(word);
	c->count += any_bool();
	c->list_len = any_number(sizeof c->list);
}

struct span complete_rest(const struct complete *c)
{
	return span_of(c->common, any_number(sizeof c->common));
}

static uint8_t names[LEN], typed[LEN];

/* So many bytes of any content at the end of an array. */
static struct span any_end(uint8_t *array, size_t len)
{
	if (len > 0)
		Frama_C_make_unknown((char *)array + LEN - len, len);
	return span_of(array + LEN - len, len);
}

static void names_of(size_t line_len, size_t typed_len, size_t names_len)
{
	static struct edit e;
	struct event event = { .id = any_end(typed, typed_len), .text = any_end(names, names_len) };
	begin();
	edited = any_bytes(line_len);
	e.len = line_len;
	e.cursor = any_bool() ? line_len : 0;
	orders_names(&o, &e, &event);
}

int main(void)
{
	//@ loop unroll LEN + 1;
	for (size_t line = 0; line <= LEN; line++)
		//@ loop unroll LEN + 1;
		for (size_t id = 0; id <= LEN; id++)
			//@ loop unroll LEN + 1;
			for (size_t len = 0; len <= LEN; len++)
				names_of(line, id, len);
}
