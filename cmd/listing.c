#include "cmd/listing.h"

#include "base/access_key.h"
#include "base/min_max.h"
#include "base/text.h"
#include "cmd/absent.h"
#include "cmd/report.h"
#include "os/terminal.h"
#include "ui/width.h"

enum { GAP = 2, FIELDS = 4 };

/* A contact as it is shown. Borrows from the contact, except for verified and fingerprint. */
struct row {
	const char *name, *type;
	char place[LIMIT_HOST], verified[32], fingerprint[FINGERPRINT_TEXT], waiting[ABSENT_TEXT];
	struct absent absent;
};

static void read_row(const struct contact *c, struct row *r)
{
	struct text t = text_of(r->verified, sizeof r->verified);
	r->name = c->name;
	struct text place = text_of(r->place, sizeof r->place);
	access_key_hide(c->addr[0] ? "" : c->signal, &place);
	text_add(&place, c->addr);
	r->type = public_key_type_name(c->key.type);
	text_add_format(&t, c->verified[0] ? "verified %s" : "not verified", c->verified);
	public_key_fingerprint(&c->key, r->fingerprint);
	t = text_of(r->waiting, sizeof r->waiting);
	r->absent = absent_for(c);
	absent_write(&r->absent, &t);
}

/* ---- on a terminal ---- */

static void add_cell(struct text *t, const char *s, unsigned width)
{
	text_add(t, s);
	for (unsigned at = width_text(span_text(s)); width > 0 && at < width + GAP; at++)
		text_add(t, " ");
}

static int print_columns(const struct book *b)
{
	unsigned name = 0, place = 0, verified = sizeof "verified 2026-11-26" - 1, type = 6;
	struct row r;
	int code = 0;
	for (size_t i = 0; i < b->count; i++) {
		read_row(&b->contacts[i], &r);
		name = (unsigned)max_of(name, width_text(span_text(r.name)));
		place = (unsigned)max_of(place, width_text(span_text(r.place)));
	}
	unsigned before = name + place + verified + type + FIELDS * GAP;
	bool fits = before + FINGERPRINT_TEXT - 1 <= terminal_size(1).columns;
	for (size_t i = 0; i < b->count && !code; i++) {
		char line[1024];
		struct text t = text_of(line, sizeof line);
		read_row(&b->contacts[i], &r);
		add_cell(&t, r.name, name);
		add_cell(&t, r.verified, verified);
		add_cell(&t, r.type, type);
		add_cell(&t, r.place, fits ? place : 0);
		code = report_out("%s%s%s\n%s%s%s", line, fits ? "" : "\n    ", r.fingerprint,
		                  r.waiting[0] ? "    waiting: " : "", r.waiting,
		                  r.waiting[0] ? "\n" : "");
	}
	return code;
}

/* ---- for programs ---- */

static void add_field(struct text *t, const char *name, const char *value)
{
	text_add_format(t, ",\"%s\":%s", name, *value ? "\"" : "null");
	for (const char *c = value; *c; c++) { /* nothing in a line of the file is a control */
		if (*c == '"' || *c == '\\')
			text_add(t, "\\");
		text_add_span(t, span_of(c, 1));
	}
	text_add(t, *value ? "\"" : "");
}

static int print_json(const struct contact *c)
{
	char key[LIMIT_KEY_LINE] = "", line[2 * LIMIT_CONTACT_LINE] = "";
	struct row r;
	struct writer w = writer_of(key, sizeof key - 1);
	struct text t = text_of(line, sizeof line);
	read_row(c, &r);
	(void)public_key_write(&c->key, &w);
	text_add(&t, "{\"v\":1");
	add_field(&t, "peer", c->name);
	add_field(&t, "fp", r.fingerprint);
	add_field(&t, "key", key);
	add_field(&t, "addr", c->addr);
	add_field(&t, "signal", c->signal);
	add_field(&t, "since", c->since);
	add_field(&t, "verified", c->verified);
	if (r.absent.why[0])
		text_add(&t, ",\"lines\":null,\"files\":null");
	else
		text_add_format(&t, ",\"lines\":%u,\"files\":%u", r.absent.lines, r.absent.files);
	if (r.absent.lines + r.absent.files > 0)
		text_add_format(&t, ",\"waiting_since\":%ju", (uintmax_t)r.absent.since_s);
	else
		text_add(&t, ",\"waiting_since\":null");
	return report_out("%s}\n", line);
}

static int print_tabs(const struct contact *c)
{
	struct row r;
	read_row(c, &r);
	return report_out("%s\t%s\t%s\t%s\t%s%s%s\n", r.name, r.type, r.fingerprint, r.verified,
	                  r.place, r.waiting[0] ? "\t" : "", r.waiting);
}

int listing_print(const struct book *b, bool json)
{
	int code = 0;
	if (b->count == 0)
		report_say("no contacts yet. A peer becomes one when you first connect.");
	else if (!json && terminal_is(1))
		return print_columns(b);
	for (size_t i = 0; i < b->count && !code; i++)
		code = json ? print_json(&b->contacts[i]) : print_tabs(&b->contacts[i]);
	return code;
}
