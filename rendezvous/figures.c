#include "rendezvous/figures.h"

#include "base/assert.h"

#define FIGURES_PREFIX "schat_signal_"

enum { ROWS = 12, NOW = 3 }; /* of which NOW say how it is now; the others only grow */

/* In words; a program has _ for each blank. */
static const char *const words[ROWS] = {
	"waiting", "pairs",   "connections", "packets",       "dropped",   "hellos",
	"joins",   "refused", "pushed out",  "introductions", "forwarded", "forwarded bytes",
};

static void values_of(const struct server *s, uint64_t values[static ROWS])
{
	struct rendezvous_counts c = server_counts(s);
	const uint64_t all[ROWS] = { c.members, c.pairs,     server_connections(s),
		                     c.packets, c.dropped,   c.hellos,
		                     c.joins,   c.refused,   c.pushed_out,
		                     c.intros,  c.forwarded, c.forwarded_bytes };
	for (unsigned i = 0; i < ROWS; i++)
		values[i] = all[i];
}

void figures_line(const struct server *s, bool all, struct text *out)
{
	uint64_t values[ROWS];
	values_of(s, values);
	for (unsigned i = 0; i < (all ? ROWS : NOW); i++)
		text_add_format(out, "%s%s %ju", i > 0 ? ", " : "", words[i], values[i]);
}

static void add_name(struct text *out, const char *name)
{
	text_add(out, FIGURES_PREFIX);
	for (char letter[2] = ""; (letter[0] = *name) != 0; name++) {
		letter[0] = letter[0] == ' ' ? '_' : letter[0];
		text_add(out, letter);
	}
}

static void add_type(struct text *out, const char *name, const char *type)
{
	text_add(out, "# TYPE ");
	add_name(out, name);
	text_add_format(out, " %s\n", type);
}

static void add_metric(struct text *out, const char *name, bool grows, uint64_t value)
{
	add_type(out, name, grows ? "counter" : "gauge");
	add_name(out, name);
	text_add_format(out, "%s %ju\n", grows ? "_total" : "", value);
}

void figures_metrics(const struct server *s, const char *version, uint64_t began_s,
                     struct text *out)
{
	uint64_t values[ROWS];
	values_of(s, values);
	add_type(out, "build", "info");
	text_add_format(out, FIGURES_PREFIX "build_info{version=\"%s\"} 1\n", version);
	add_metric(out, "start_time_seconds", false, began_s);
	for (unsigned i = 0; i < ROWS; i++)
		add_metric(out, words[i], i >= NOW, values[i]);
	text_add(out, "# EOF\n");
	assert(!out->cut);
}
