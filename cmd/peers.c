/* schat peers: the contact book on the command line. */
#include <string.h>

#include "base/text.h"
#include "cmd/book.h"
#include "cmd/help.h"
#include "cmd/report.h"
#include "os/clock.h"

/* An action on the book: its word, the words it takes (and how many), and what it does. */
struct action {
	const char *word, *takes;
	size_t least, most;
	int (*run)(struct book *b, const struct contact *c, struct options *o);
	bool needs_contact; /* the first word after it names one */
};

static int print_contact(const struct contact *c, bool whole)
{
	char fingerprint[FINGERPRINT_TEXT], line[LIMIT_KEY_LINE] = "";
	struct writer w = writer_of(line, sizeof line - 1);
	public_key_fingerprint(&c->key, fingerprint);
	if (!whole)
		return report_out("%s\t%s\t%s%s%s\n", c->name, public_key_type_name(c->key.type),
		                  fingerprint, c->verified[0] ? "\tverified " : "", c->verified);
	(void)public_key_write(&c->key, &w);
	line[w.len] = 0;
	int code = report_out("name         %s\nfingerprint  %s\nkey          %s", c->name,
	                      fingerprint, line);
	if (!code && c->addr[0])
		code = report_out("\naddress      %s", c->addr);
	if (!code && c->signal[0])
		code = report_out("\nmet at       %s", c->signal);
	if (!code && c->since[0])
		code = report_out("\nknown since  %s", c->since);
	if (!code)
		code = report_out("\nverified     %s\n", c->verified[0] ? c->verified : "no");
	return code;
}

static int list(struct book *b, const struct contact *c, struct options *o)
{
	(void)c;
	(void)o;
	int code = 0;
	for (size_t i = 0; i < b->count && !code; i++)
		code = print_contact(&b->contacts[i], false);
	if (b->count == 0)
		report_say("no contacts yet");
	return code;
}

static int show(struct book *b, const struct contact *c, struct options *o)
{
	(void)b;
	(void)o;
	return print_contact(c, true);
}

static int forget(struct book *b, const struct contact *c, struct options *o)
{
	(void)c;
	int code = book_change(b, o->arguments[1], NULL);
	if (!code)
		report_say("forgot %s", o->arguments[1]);
	return code;
}

static int bad_name(const char *name)
{
	return report_error(EXIT_USAGE,
	                    "'%s' can't be a contact's name. A name has up to 32 letters, digits, "
	                    "'.', '_' or '-', and doesn't look like a code or an address.",
	                    name);
}

static int name_alike(const struct contact *other, const char *name)
{
	return report_error(EXIT_USAGE,
	                    "'%s' looks like %s, who is already a contact. Choose a name that "
	                    "can't be mistaken for that.",
	                    name, other->name);
}

static int rename_contact(struct book *b, const struct contact *c, struct options *o)
{
	const char *name = o->arguments[2];
	struct contact new = *c;
	if (!contact_name_valid(span_text(name)))
		return bad_name(name);
	const struct contact *other = book_alike(b, span_text(name));
	if (other && other != c && strcmp(other->name, name) == 0)
		return report_error(EXIT_USAGE, "%s is already a contact.", name);
	if (other && other != c)
		return name_alike(other, name);
	text_copy(new.name, sizeof new.name, name);
	int code = book_change(b, o->arguments[1], &new);
	if (!code)
		report_say("renamed %s to %s", o->arguments[1], name);
	contact_wipe(&new);
	return code;
}

/* The words from the third on, as one line: the quotes around a key line may be forgotten. */
static int read_key_words(const struct options *o, struct public_key *key)
{
	char line[LIMIT_KEY_LINE];
	struct text t = text_of(line, sizeof line);
	for (size_t i = 2; i < o->arguments_count; i++)
		text_add_format(&t, "%s%s", i > 2 ? " " : "", o->arguments[i]);
	if (!t.cut && public_key_read(span_text(line), key) == OK)
		return 0;
	return report_error(EXIT_USAGE,
	                    "that isn't a public key. It looks like 'schat-x25519 BASE64' and is "
	                    "in the file id_x25519.pub on the other host.");
}

static int add(struct book *b, const struct contact *c, struct options *o)
{
	(void)c;
	const char *name = o->arguments[1];
	struct contact new = { .name = "" };
	if (!contact_name_valid(span_text(name)))
		return bad_name(name);
	const struct contact *other = book_alike(b, span_text(name));
	if (other && strcmp(other->name, name) == 0)
		return report_error(EXIT_USAGE,
		                    "%s is already a contact. To replace its key: schat peers "
		                    "trust %s KEYLINE",
		                    name, name);
	if (other)
		return name_alike(other, name);
	int code = read_key_words(o, &new.key);
	if (code)
		return code;
	const struct contact *same = book_of_key(b, &new.key);
	if (same)
		return report_error(EXIT_USAGE, "that is the key of %s, who is already a contact",
		                    same->name);
	text_copy(new.name, sizeof new.name, name);
	clock_today(new.since);
	code = book_add(b, &new);
	if (!code)
		report_say("added %s. To talk: schat connect %s", new.name, new.name);
	return code;
}

static int trust(struct book *b, const struct contact *c, struct options *o)
{
	char old[FINGERPRINT_TEXT], fresh[FINGERPRINT_TEXT];
	struct contact new = *c;
	int code = read_key_words(o, &new.key);
	if (code)
		return code;
	new.has_pair = false; /* its secret was agreed with the old key */
	bytes_wipe(new.pair, sizeof new.pair);
	new.verified[0] = 0;
	clock_today(new.since);
	public_key_fingerprint(&c->key, old);
	public_key_fingerprint(&new.key, fresh);
	code = book_change(b, o->arguments[1], &new);
	if (!code)
		report_say("%s's key is now %s; it was %s", new.name, fresh, old);
	contact_wipe(&new);
	return code;
}

static int verify(struct book *b, const struct contact *c, struct options *o)
{
	char fingerprint[FINGERPRINT_TEXT];
	struct contact new = *c;
	public_key_fingerprint(&c->key, fingerprint);
	if (o->arguments_count == 2) {
		report_say("ask %s to read out the fingerprint that schat keygen --show prints "
		           "there, and enter it here: schat peers verify %s FINGERPRINT",
		           c->name, c->name);
		report_say("the saved fingerprint:");
		return report_out("%s\n", fingerprint);
	}
	if (!public_key_has_fingerprint(&c->key, span_text(o->arguments[2])))
		return report_error(
		    EXIT_TRUST,
		    "that is NOT the fingerprint of %s's key, which is %s. Ask again, in person. "
		    "If it still differs, this is not %s's key; run: schat peers forget %s",
		    c->name, fingerprint, c->name, c->name);
	clock_today(new.verified);
	int code = book_change(b, o->arguments[1], &new);
	if (!code)
		report_say("%s's key is verified", c->name);
	contact_wipe(&new);
	return code;
}

static const struct action actions[] = {
	{ "list", "", 0, 0, list, false },
	{ "show", " NAME", 1, 1, show, true },
	{ "add", " NAME KEYLINE", 2, 6, add, false },
	{ "trust", " NAME KEYLINE", 2, 6, trust, true },
	{ "verify", " NAME [FINGERPRINT]", 1, 2, verify, true },
	{ "rename", " NAME NEW", 2, 2, rename_contact, true },
	{ "forget", " NAME", 1, 1, forget, true },
};

static const struct action *find_action(const char *word)
{
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (strcmp(actions[i].word, word) == 0)
			return &actions[i];
	return NULL;
}

static int unknown_action(const char *word)
{
	char bytes[128];
	struct text t = text_of(bytes, sizeof bytes);
	size_t count = sizeof actions / sizeof *actions;
	for (size_t i = 0; i < count; i++)
		text_add_format(&t, "%s%s",
		                i == 0          ? ""
		                : i + 1 < count ? ", "
		                                : " or ",
		                actions[i].word);
	return report_error(EXIT_USAGE, "unknown action '%s'. Use one of %s.", word, bytes);
}

static int run(struct options *o)
{
	const char *word = o->arguments_count > 0 ? o->arguments[0] : "list";
	const struct action *a = find_action(word);
	size_t more = o->arguments_count > 0 ? o->arguments_count - 1 : 0;
	struct book *b;
	if (a == NULL)
		return unknown_action(word);
	if (more < a->least || more > a->most)
		return report_error(EXIT_USAGE, "usage: schat peers %s%s", a->word, a->takes);
	int code = book_load(&b);
	if (code)
		return code;
	const struct contact *c =
	    a->needs_contact ? book_named(b, span_text(o->arguments[1])) : NULL;
	if (a->needs_contact && c == NULL)
		code = report_error(EXIT_USAGE,
		                    "no such contact: %s. To list your contacts: schat peers",
		                    o->arguments[1]);
	else
		code = a->run(b, c, o);
	book_free(b);
	return code;
}

const struct subcommand peers_subcommand = {
	.name = "peers",
	.bit = FOR_PEERS,
	.crypto = true,
	.run = run,
	.line = "list and edit your contacts",
	.usage =
	    "usage: schat peers [list]               list your contacts and their fingerprints\n"
	    "       schat peers show NAME            show one contact in full\n"
	    "       schat peers add NAME KEYLINE     add a contact\n"
	    "       schat peers trust NAME KEYLINE   accept a new key, confirmed in person\n"
	    "       schat peers verify NAME [FINGERPRINT]\n"
	    "                                        show NAME's fingerprint; if FINGERPRINT "
	    "is the same,\n"
	    "                                        mark the contact as verified\n"
	    "       schat peers rename NAME NEW      give a contact another name\n"
	    "       schat peers forget NAME          delete a contact",
	.more = "A peer becomes a contact when the two hosts connect for the first time, on "
		"both sides.\n"
		"KEYLINE is the line in the file id_x25519.pub or id_rsa.pub on the contact's "
		"host.\n",
};
