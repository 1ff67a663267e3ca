/* schat peers: the contact book on the command line. */
#include <string.h>

#include "base/access_key.h"
#include "base/split.h"
#include "base/text.h"
#include "cmd/absent.h"
#include "cmd/book.h"
#include "cmd/completion.h"
#include "cmd/help.h"
#include "cmd/home.h"
#include "cmd/key_file.h"
#include "cmd/listing.h"
#include "cmd/outbox_file.h"
#include "cmd/report.h"
#include "cmd/talk/target.h"
#include "os/clock.h"

struct request {
	struct book *book;
	const struct contact *contact; /* that the first word names; NULL for list and add */
	char *const *words;            /* after the action's own */
	size_t count;
	bool json;
};

/* An action on the book: its word, the words it takes (and how many), and what it does. */
struct action {
	const char *word, *takes;
	size_t least, most;
	int (*run)(const struct request *r);
	bool needs_contact; /* the first word after it names one */
};

static int list(const struct request *r)
{
	return listing_print(r->book, r->json);
}

static int show(const struct request *r)
{
	const struct contact *c = r->contact;
	char fingerprint[FINGERPRINT_TEXT], key[LIMIT_KEY_LINE] = "", waiting[ABSENT_TEXT] = "",
					    met[LIMIT_HOST];
	struct writer w = writer_of(key, sizeof key - 1);
	struct text t = text_of(waiting, sizeof waiting), at = text_of(met, sizeof met);
	const struct absent a = absent_for(c);
	const struct {
		const char *what, *value;
	} rows[] = {
		{ "name         ", c->name },
		{ "fingerprint  ", fingerprint },
		{ "key          ", key },
		{ "address      ", c->addr },
		{ "met at       ", met },
		{ "known since  ", c->since },
		{ "verified     ", c->verified[0] ? c->verified : "no" },
		{ "waiting      ", waiting },
	};
	int code = 0;
	public_key_fingerprint(&c->key, fingerprint);
	(void)public_key_write(&c->key, &w);
	absent_write(&a, &t);
	access_key_hide(c->signal, &at);
	for (size_t i = 0; i < sizeof rows / sizeof *rows && !code; i++)
		if (rows[i].value[0])
			code = report_out("%s%s\n", rows[i].what, rows[i].value);
	return code;
}

static int forget(const struct request *r)
{
	char fingerprint[FINGERPRINT_TEXT];
	public_key_fingerprint(&r->contact->key, fingerprint);
	int code = book_change(r->book, r->words[0], NULL);
	if (!code && outbox_file_remove(fingerprint))
		code = report_error(EXIT_LOCAL, "can't remove the outbox: %s", file_why());
	if (!code)
		report_say("forgot %s", r->words[0]);
	return code;
}

/* renamed: the contact that is to have this name; NULL: a new one. */
static int check_name(const struct book *b, const char *name, const struct contact *renamed)
{
	if (!contact_name_valid(span_text(name)))
		return report_error(EXIT_USAGE,
		                    "'%s' can't be a contact's name: " CONTACT_NAME_RULE, name);
	const struct contact *other = book_alike(b, span_text(name));
	if (other == NULL || other == renamed)
		return 0;
	if (strcmp(other->name, name) != 0)
		return report_error(EXIT_USAGE,
		                    "'%s' looks like %s, who is already a contact. Choose a name "
		                    "that can't be mistaken for that.",
		                    name, other->name);
	if (renamed)
		return report_error(EXIT_USAGE, "%s is already a contact.", name);
	return report_error(EXIT_USAGE,
	                    "%s is already a contact. To replace its key: schat peers trust %s "
	                    "KEYLINE",
	                    name, name);
}

static int rename_contact(const struct request *r)
{
	const char *name = r->words[1];
	struct contact new = *r->contact;
	int code = check_name(r->book, name, r->contact);
	if (!code) {
		text_copy(new.name, sizeof new.name, name);
		code = book_change(r->book, r->words[0], &new);
	}
	if (!code)
		report_say("renamed %s to %s", r->words[0], name);
	bytes_wipe(&new, sizeof new);
	return code;
}

/* addr= is kept as connect writes it, so that it is found again. */
static int read_address(const struct request *r, struct contact *c)
{
	struct target t;
	if (c->addr[0] == 0)
		return 0;
	int code = target_read(&t, span_text(c->addr), r->book, false);
	if (!code && t.has_code)
		code = report_error(EXIT_USAGE, "a saved address can't have the words of a code");
	if (!code && !target_direct_text(&t, c->addr))
		code = report_error(EXIT_USAGE, "this address is too long");
	bytes_wipe(&t, sizeof t);
	return code;
}

/* Takes the addr= and signal= among these words. others: there may be other words. */
static int read_fields(const struct request *r, struct span words, bool others, struct contact *c)
{
	struct span word;
	while ((word = split_word(&words)).len > 0) {
		if (!others && span_is(word, "verified=")) {
			c->verified[0] = 0;
			continue;
		}
		const char *wrong =
		    others && !contact_knows_field(word) ? NULL : contact_set(c, word);
		if (wrong)
			return report_error(EXIT_USAGE, "%s", wrong);
	}
	return read_address(r, c);
}

/* The words from the second on, as one line: quotes may stand around it, or not. */
static int read_line(const struct request *r, char line[static LIMIT_CONTACT_LINE])
{
	struct text t = text_of(line, LIMIT_CONTACT_LINE);
	for (size_t i = 1; i < r->count; i++)
		text_add_format(&t, "%s%s", i > 1 ? " " : "", r->words[i]);
	return t.cut ? report_error(EXIT_USAGE, "that is too long") : 0;
}

static int read_key(struct span line, struct public_key *key)
{
	bool read = public_key_read(line, key) == OK;
	if (read && key_file_is_own(key))
		return report_error(EXIT_USAGE,
		                    "that is your own key. A contact has the one that schat keygen "
		                    "--show prints on the other host.");
	if (read)
		return 0;
	return report_error(EXIT_USAGE,
	                    "that isn't a public key. It looks like 'schat-x25519 BASE64' and is "
	                    "in the file id_x25519.pub on the other host.");
}

static int add(const struct request *r)
{
	struct contact new = { .name = "" };
	char line[LIMIT_CONTACT_LINE];
	int code = check_name(r->book, r->words[0], NULL);
	if (!code)
		code = read_line(r, line);
	if (!code)
		code = read_key(span_text(line), &new.key);
	if (!code)
		code = read_fields(r, span_text(line), true, &new);
	if (code)
		return code;
	const struct contact *same = book_of_key(r->book, &new.key);
	if (same)
		return report_error(EXIT_USAGE, "that is the key of %s, who is already a contact",
		                    same->name);
	text_copy(new.name, sizeof new.name, r->words[0]);
	clock_today(new.since);
	if (new.suite == NULL && encryptor_classes[0]->key_type == new.key.type)
		new.suite = encryptor_classes[0]; /* as when they pair */
	code = book_add(r->book, &new);
	if (!code)
		report_say("added %s. To talk: schat connect %s%s", new.name, new.name,
		           new.addr[0] || new.signal[0]
		               ? ""
		               : ", the first time with -s SERVER unless your settings name one");
	return code;
}

static int set(const struct request *r)
{
	struct contact new = *r->contact;
	bool was_verified = new.verified[0] != 0;
	char line[LIMIT_CONTACT_LINE], server[LIMIT_HOST];
	struct text t = text_of(server, sizeof server);
	int code = read_line(r, line);
	if (!code)
		code = read_fields(r, span_text(line), false, &new);
	if (!code)
		code = book_change(r->book, r->words[0], &new);
	access_key_hide(new.signal, &t);
	if (!code && was_verified && !new.verified[0])
		report_say("%s's key is no longer marked as verified", new.name);
	else if (!code)
		report_say("schat connect %s now uses %s%s", new.name,
		           new.addr[0]     ? ""
		           : new.signal[0] ? "the signaling server "
		                           : "the server given by -s or your settings",
		           new.addr[0] ? new.addr : server);
	bytes_wipe(&new, sizeof new);
	return code;
}

static int trust(const struct request *r)
{
	char old[FINGERPRINT_TEXT], fresh[FINGERPRINT_TEXT];
	struct public_key key;
	char line[LIMIT_CONTACT_LINE];
	int code = read_line(r, line);
	if (!code)
		code = read_key(span_text(line), &key);
	if (code)
		return code;
	struct contact new = *r->contact;
	public_key_fingerprint(&new.key, old);
	public_key_fingerprint(&key, fresh);
	new.key = key;
	new.has_pair = false; /* its secret was agreed with the old key */
	bytes_wipe(new.pair, sizeof new.pair);
	new.verified[0] = 0;
	clock_today(new.since);
	code = book_change(r->book, new.name, &new);
	if (!code)
		report_say("%s's key is now %s; it was %s", new.name, fresh, old);
	return code;
}

static int verify(const struct request *r)
{
	const char *name = r->words[0];
	char fingerprint[FINGERPRINT_TEXT], words[PUBLIC_KEY_WORDS_TEXT];
	if (r->count == 1) {
		public_key_fingerprint(&r->contact->key, fingerprint);
		report_say(BOOK_VERIFY_HOW, name, "schat peers verify ", name, "", "");
		public_key_words(&r->contact->key, words);
		report_say("the saved words: %s", words);
		report_say("the saved fingerprint:");
		return report_out("%s\n", fingerprint);
	}
	char line[LIMIT_CONTACT_LINE];
	int code = read_line(r, line);
	if (!code)
		code = book_verify(r->book, r->contact, span_text(line));
	if (!code)
		report_say("%s's key is verified", name);
	return code;
}

static const struct action actions[] = {
	{ "list", "", 0, 0, list, false },
	{ "show", " NAME", 1, 1, show, true },
	{ "add", " NAME KEYLINE [addr=ADDRESS] [signal=SERVER] [suite=SUITE]", 2, 7, add, false },
	{ "set", " NAME [addr=ADDRESS] [signal=SERVER] [suite=SUITE] [verified=]", 2, 5, set,
	  true },
	{ "trust", " NAME KEYLINE", 2, 6, trust, true },
	{ "verify", " NAME [WORDS | FINGERPRINT]", 1, 1 + PUBLIC_KEY_WORDS, verify, true },
	{ "rename", " NAME NEW", 2, 2, rename_contact, true },
	{ "forget", " NAME", 1, 1, forget, true },
};

enum { ACTIONS = sizeof actions / sizeof *actions };

static const struct action *find_action(const char *word)
{
	for (size_t i = 0; i < ACTIONS; i++)
		if (strcmp(actions[i].word, word) == 0)
			return &actions[i];
	return NULL;
}

static int unknown_action(const char *word)
{
	char words[128];
	struct text t = text_of(words, sizeof words);
	text_add(&t, actions[0].word);
	for (size_t i = 1; i < ACTIONS; i++)
		text_add_format(&t, "%s%s", i + 1 < ACTIONS ? ", " : " or ", actions[i].word);
	return report_error(EXIT_USAGE, "unknown action '%s'. Use one of %s.", word, words);
}

static int run(struct options *o)
{
	static struct book book;
	size_t count = o->arguments_count;
	const char *word = count > 0 ? o->arguments[0] : "list";
	const struct action *a = find_action(word);
	struct request r = { .book = &book,
		             .words = o->arguments + 1,
		             .count = count > 0 ? count - 1 : 0,
		             .json = o->json };
	if (a == NULL)
		return unknown_action(word);
	if (o->json && a->run != list)
		return help_usage_error(o, "--json is for schat peers list");
	if (r.count < a->least || r.count > a->most)
		return report_error(EXIT_USAGE, "usage: schat peers %s%s", a->word, a->takes);
	int code = book_load(&book);
	if (!code && book.path[0] == 0)
		code = report_error(EXIT_LOCAL, HOME_MISSING);
	if (!code && a->needs_contact) {
		r.contact = book_look_up(&book, r.words[0]);
		code = r.contact ? 0 : EXIT_USAGE;
	}
	if (!code)
		code = a->run(&r);
	book_wipe(&book);
	return code;
}

static void offer(const char *before)
{
	const struct action *a = find_action(before);
	if (a && a->needs_contact)
		completion_offer_contacts();
	for (size_t i = 0; i < ACTIONS && strcmp(before, "peers") == 0; i++)
		completion_offer(actions[i].word,
		                 actions[i].takes[0] ? actions[i].takes + 1 : NULL);
}

const struct subcommand peers_subcommand = {
	.name = "peers",
	.bit = FOR_PEERS,
	.crypto = true,
	.calls = CALLS_WRITES | CALLS_TERMINAL,
	.run = run,
	.offer = offer,
};
