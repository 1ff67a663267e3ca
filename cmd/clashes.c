#include "cmd/clashes.h"

#include "base/split.h"

enum kind {
	CLASH, /* none of these beside it: the weaker gives way */
	FIRM,  /* ... but it protects the user, and does not give way itself */
	NEEDS  /* typed without any of these it does nothing */
};

/* An option is "NAME", or "NAME=VALUE": only with that value. */
static const struct clash {
	uint16_t commands;
	uint8_t kind;
	const char *option, *others, *why;
} clashes[] = {
	{ FOR_SERVE, CLASH, "to",
	  "pipe ui socket bell relay-lines inbox outbox=on dir accept-from quota",
	  "a forwarded port carries no messages and no files" },
	{ FOR_SERVE, CLASH, "to", "tofu words name", "only contacts reach a forwarded port" },
	{ FOR_CONNECT, CLASH, "listen", "pipe ui socket bell outbox=on dir accept-from quota",
	  "a forwarded port carries no messages and no files" },
	{ FOR_CONNECT, CLASH, "listen", "tofu name crypto=pseudo",
	  "only contacts reach a forwarded port" },
	{ FOR_TALK, CLASH, "pipe",
	  "ui socket bell relay-lines inbox outbox=on dir accept-from quota max",
	  "a pipe carries the bytes of one peer, and no messages or files" },
	{ FOR_CONNECT, CLASH, "pipe", "keep", "a pipe that was cut off isn't resumed" },
	{ FOR_TALK, CLASH, "socket", "ui=console ui=lines ui=web bell",
	  "programs talk JSON at a socket" },
	{ FOR_TALK, CLASH, "bell", "ui=lines ui=json ui=web", "only the console rings it" },
	{ FOR_SERVE, CLASH, "inbox", "relay-lines", "what goes into the inbox isn't passed on" },
	{ FOR_SERVE, FIRM, "inbox", "accept-from", "the inbox takes the files of every contact" },
	{ FOR_MEET, FIRM, "allow", "tofu", "the one lets in contacts only, the other anyone" },
	{ FOR_FILES, CLASH, "allow", "words name", "only that contact comes, without a code" },
	{ FOR_MEET, CLASH, "tofu", "words", "whoever is trusted on first use needs no code" },
	{ FOR_FILES, CLASH, "listen", "signal", "it waits either at an address or at a server" },
	{ FOR_MEET, FIRM, "relay-only", "no-relay punch=full punch=easy",
	  "with --relay-only everything goes through the server" },
	{ FOR_MEET, FIRM, "punch=off", "no-relay", "that leaves no path to the peer" },
	{ FOR_MEET, CLASH, "crypto=pseudo",
	  "tofu identity name words accept-from inbox outbox=on max relay-lines",
	  "without keys nobody is known, and one peer comes at a time" },
	{ FOR_SIGNAL, CLASH, "stats", "listen relay user alive log",
	  "it asks a server that runs, and starts none" },
	{ FOR_MEET, CLASH, "quiet", "verbose", "the one prints less, the other more" },
	{ FOR_SERVE, NEEDS, "quota", "accept-from inbox", "it limits what nobody is asked about" },
	{ FOR_CONNECT, NEEDS, "quota", "accept-from", "it limits what nobody is asked about" },
	{ FOR_RECEIVE, NEEDS, "quota", "yes", "it limits what nobody is asked about" },
};

/* One side of a clash, as the user has given it. */
struct given {
	const struct option *row;
	struct span value; /* of which it is spoken; else empty */
	enum option_from from;
};

/* word: an option of the table above. False: it was not given, or not with that value. */
static bool is_given(const struct options *o, struct span word, struct given *g)
{
	char value[64];
	struct text t = text_of(value, sizeof value);
	g->row = options_named(split_word_at(&word, "="));
	g->value = split_word_at(&word, "=");
	if (!options_have(o, g->row))
		return false;
	g->from = options_from(o, g->row);
	options_show(o, g->row, &t);
	return g->value.len == 0 || span_is(g->value, value);
}

/* "--ui lines", "relay-only (in the settings)" */
static void name(const struct given *g, struct text *out)
{
	bool typed = g->from == FROM_COMMAND;
	text_add_format(out, "%s%s%s", typed ? "--" : "", g->row->name, g->value.len ? " " : "");
	text_add_span(out, g->value);
	text_add(out, typed ? "" : " (in the settings)");
}

static bool refuse(const struct clash *c, const struct given *a, const struct given *b,
                   struct text *why)
{
	name(a, why);
	text_add(why, " and ");
	name(b, why);
	text_add_format(why, " can't be used together: %s. Leave one of them out.", c->why);
	return false;
}

/* Both were given. */
static bool settle(struct options *o, const struct clash *c, const struct given *a,
                   const struct given *b, struct text *why)
{
	bool firm = c->kind == FIRM;
	if (b->from == FROM_COMMAND && (firm || a->from == FROM_COMMAND))
		return refuse(c, a, b, why);
	options_unset(o, b->from < a->from && !firm ? a->row : b->row);
	return true;
}

static bool settle_all(struct options *o, const struct clash *c, const struct given *a,
                       struct text *why)
{
	struct given b;
	struct span others = span_text(c->others);
	bool needs = c->kind == NEEDS, any = false;
	for (struct span word; (word = split_word(&others)).len > 0;) {
		bool given = options_have(o, a->row) && is_given(o, word, &b);
		any |= given;
		if (given && !needs && !settle(o, c, a, &b, why))
			return false;
	}
	if (!needs || any || a->from != FROM_COMMAND)
		return true;
	others = span_text(c->others);
	text_add_format(why, "--%s", c->option);
	for (const char *gap = " needs --"; others.len > 0; gap = " or --") {
		text_add(why, gap);
		text_add_span(why, split_word(&others));
	}
	text_add_format(why, ": %s.", c->why);
	return false;
}

bool clashes_settle(struct options *o, struct text *why)
{
	struct given a;
	for (size_t i = 0; i < sizeof clashes / sizeof *clashes; i++) {
		const struct clash *c = &clashes[i];
		if (c->commands & o->command && is_given(o, span_text(c->option), &a) &&
		    !settle_all(o, c, &a, why))
			return false;
	}
	return true;
}
