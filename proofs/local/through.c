/* through: what a running program says to another of its user, cmd/through, in events of JSON; any
 * bytes in any pieces. In run, a line has few. */
#include "os/port.h"
#include "proofs/local/texts.h"

static void add_span(struct text *t, struct span s)
{
	if (s.len > 0)
		s.at[0], s.at[s.len - 1];
	give_any(t);
}

#define text_add_span add_span

/* Frama-C wants a byte at either pointer even where none is moved. */
static void *move_some(void *to, const void *from, size_t len)
{
	return len > 0 ? memmove(to, from, len) : to;
}
#define memmove move_some

#include "cmd/through.c"

/* Each field may be given or not; texts are in scratch, and no longer than the line. */
const char *json_read(struct span event, struct json_field *fields, size_t count, struct writer *w)
{
	if (event.len > 0)
		event.at[0], event.at[event.len - 1];
	if (w->cap < event.len)
		base_panic("json_read", 0);
	Frama_C_make_unknown((char *)w->at, event.len);
	for (size_t i = 0; i < count; i++) {
		strlen(fields[i].name);
		fields[i].given = any_bool();
		if (fields[i].number)
			fields[i].value = any_number(UINT64_C(9007199254740991));
		else
			fields[i].text =
			    span_of(w->at, (size_t)Frama_C_interval(0, (int)event.len));
	}
	return any_bool() ? NULL : "why";
}

/* What came, and was not heard before. */
static void hear_bytes(size_t len)
{
	struct through t = { .path = "path", .whom = "bob", .id = "0123456789abcdef" };
	t.in = any_bool();
	t.said = any_bool();
	t.sent = any_bool();
	t.skipping = any_bool();
	t.conv = any_number(UINT64_MAX);
	t.number = any_number(UINT64_MAX);
	Frama_C_make_unknown((char *)line, sizeof line);
	if (hear_all(&t, &len) < 0 && len >= sizeof line)
		base_panic("hear_all", 0);
}

int main(void)
{
	for (size_t len = 0; len <= LINE; len++)
		hear_bytes(len);
}
