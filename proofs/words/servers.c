/* servers: a list of servers, and whether a target has a code in it, cmd/talk/target; of up to so
 * many bytes, of which two servers are read. */
#include "cmd/talk/target.h"
#include "proofs/words/known.h"

static const uint8_t part_lens[] = { 0, 1, 2, 3, 4, 5, 6, 7, 255 };

#include "proofs/words/parts.h"

static const struct communicator_class meets = { .scheme = "", .meets = true };
static const struct communicator_class tcp = { .scheme = "t:" };
const struct communicator_class *const communicator_classes[] = { &meets, &tcp, NULL };

struct text text_of(char *at, size_t cap)
{
	at[0] = 0;
	return (struct text){ at, 0, cap, false };
}

void text_add_span(struct text *t, struct span s)
{
	size_t len = min_of(s.len, t->cap - 1 - t->len);
	if (s.len > 0)
		s.at[s.len - 1];
	memcpy(t->at + t->len, s.at, len);
	t->len += len;
	t->at[t->len] = 0;
}

enum err code_parse(struct span text, struct code *c, struct span *unknown)
{
	if (text.len > 0)
		text.at[0], text.at[text.len - 1];
	*c = (struct code){ .has_nameplate = any_bool() };
	*unknown = text;
	return any_bool() ? OK : any_bool() ? ERR_AUTH : ERR_FORMAT;
}

static void read_all(size_t len)
{
	struct span list = any_bytes(len);
	struct target_server s;
	(void)target_has_secret(list);
	for (int i = 0; i < 2 && target_next_server(&list, &s);)
		i++;
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
