#include "crypto/contact.h"

#include <string.h>

#include "base/access_key.h"
#include "base/addr.h"
#include "base/assert.h"
#include "base/base32.h"
#include "base/split.h"
#include "base/text.h"
#include "base/utf8.h"

enum { PAIR_TEXT = 52, DATE_TEXT = 10 }; /* characters */

enum {
	LIMIT_VALUES = LIMIT_NAME + LIMIT_KEY_LINE + 2 * LIMIT_HOST + PAIR_TEXT + 2 * DATE_TEXT + 8
};
_Static_assert(LIMIT_VALUES + 64 < LIMIT_CONTACT_LINE, "what is written can be read again");

/* ---- fields ---- */

static const char *put_text(struct span value, char to[static LIMIT_HOST])
{
	if (value.len >= LIMIT_HOST)
		return "an address is too long";
	memcpy(to, value.at, value.len);
	to[value.len] = 0;
	return NULL;
}

/* Which schemes there are, and what a place looks like, is known by whoever connects. */
static const char *read_addr(struct span value, struct contact *c)
{
	size_t letters = 0;
	/*@ loop invariant letters <= value.len;
	    loop assigns letters;
	    loop variant value.len - letters; */
	while (letters < value.len && value.at[letters] >= 'a' && value.at[letters] <= 'z')
		letters++;
	struct span place = span_of(value.at + letters, value.len - letters);
	if (letters == 0 || !split_prefix(&place, "://") || place.len == 0)
		return "addr is not SCHEME://PLACE, such as tcp://HOST:PORT";
	return put_text(value, c->addr);
}

static const char *read_signal(struct span value, struct contact *c)
{
	struct span host;
	uint16_t port;
	struct span server = value;
	struct access_key key;
	bool good = access_key_split(&server, &key);
	bytes_wipe(&key, sizeof key);
	if (!good || !addr_split_host_port(server, LIMIT_PORT, &host, &port) || port == 0)
		return "signal is not HOST or HOST:PORT, with /KEY behind it if the server wants "
		       "one";
	return put_text(value, c->signal);
}

static const char *read_suite(struct span value, struct contact *c)
{
	const struct encryptor_class *suite = encryptor_class_named(value);
	if (suite == NULL || suite->key_type != c->key.type)
		return "suite is not one for keys of that type";
	c->suite = suite;
	return NULL;
}

static const char *read_pair(struct span value, struct contact *c)
{
	c->has_pair = base32_decode(value, c->pair, sizeof c->pair);
	return c->has_pair ? NULL : "pair is not 52 characters of base32";
}

/* YYYY-MM-DD. Not whether that month has that day. */
static const char *read_date(struct span value, char to[static DATE_TEXT + 1])
{
	uint64_t year, month, day;
	if (value.len != DATE_TEXT || value.at[4] != '-' || value.at[7] != '-' ||
	    !text_read_u64(span_of(value.at, 4), 9999, &year) ||
	    !text_read_u64(span_of(value.at + 5, 2), 12, &month) || month < 1 ||
	    !text_read_u64(span_of(value.at + 8, 2), 31, &day) || day < 1)
		return "a date is not YYYY-MM-DD";
	memcpy(to, value.at, DATE_TEXT);
	to[DATE_TEXT] = 0;
	return NULL;
}

static const char *read_since(struct span value, struct contact *c)
{
	return read_date(value, c->since);
}

static const char *read_verified(struct span value, struct contact *c)
{
	return read_date(value, c->verified);
}

/* People may set the first three. */
static const struct field {
	const char *name;
	/* NULL: read; else what is wrong */
	const char *(*read)(struct span value, struct contact *c);
} fields[] = {
	{ "addr=", read_addr }, { "signal=", read_signal }, { "suite=", read_suite },
	{ "pair=", read_pair }, { "since=", read_since },   { "verified=", read_verified },
};

enum { FIELDS = sizeof fields / sizeof *fields };

/* Which field it is, and *word its value; FIELDS: none that we know. */
static unsigned field_of(struct span *word)
{
	unsigned i = 0;
	/*@ loop invariant i <= FIELDS && is_span(word) && word->len <= \at(word->len, Pre);
	    loop invariant \base_addr(word->at) == \base_addr(\at(word->at, Pre));
	    loop assigns i, *word;
	    loop variant FIELDS - i; */
	while (i < FIELDS && !split_prefix(word, fields[i].name))
		i++;
	return i;
}

const struct encryptor_class *contact_suite(const struct contact *c)
{
	return c->suite != NULL ? c->suite : encryptor_class_for(c->key.type);
}

bool contact_knows_field(struct span word)
{
	return field_of(&word) < FIELDS;
}

const char *contact_set(struct contact *c, struct span word)
{
	const char *wrong = NULL;
	unsigned i = field_of(&word);
	if (i > 2)
		return "only addr=, signal= and suite= can be set";
	if (word.len > 0)
		//@ calls read_addr, read_signal, read_suite;
		wrong = fields[i].read(word, c);
	else if (i == 0)
		c->addr[0] = 0;
	else if (i == 1)
		c->signal[0] = 0;
	else
		c->suite = NULL;
	return wrong;
}

/* seen: a bit for each field that stood before. What we do not know may be a newer version's: it is
 * skipped. */
static const char *read_field(struct span word, struct contact *c, unsigned *seen)
{
	unsigned i = field_of(&word);
	if (i == FIELDS)
		return NULL;
	if (*seen & 1u << i)
		return "a field stands twice";
	*seen |= 1u << i;
	//@ calls read_addr, read_signal, read_suite, read_pair, read_since, read_verified;
	return fields[i].read(word, c);
}

/* ---- lines ---- */

static bool is_text(struct span s)
{
	/*@ loop invariant i <= s.len;
	    loop assigns i;
	    loop variant s.len - i; */
	for (size_t i = 0; i < s.len; i++)
		if ((s.at[i] < ' ' && s.at[i] != '\t' && s.at[i] != '\r') || s.at[i] == 0x7f)
			return false;
	return utf8_valid(s);
}

/* What is wrong, or NULL. */
static const char *read_line(struct span line, struct contact *c)
{
	if (line.len > LIMIT_CONTACT_LINE)
		return "the line is too long";
	if (!is_text(line))
		return "the line has characters that are not text";
	struct span name = split_word(&line);
	if (name.len == 0 || name.at[0] == '#')
		return NULL;
	if (!contact_name_valid(name))
		return CONTACT_NAME_RULE;
	memcpy(c->name, name.at, name.len);

	struct span key = line; /* two words of it */
	(void)split_word(&line);
	(void)split_word(&line);
	if (public_key_read(key, &c->key))
		return "the name is not followed by schat-x25519 or schat-rsa and a public key";

	const char *wrong = NULL;
	unsigned seen = 0;
	struct span word = split_word(&line);
	/*@ loop invariant is_span(&line) && bytes(word.at, word.len) && \valid(c);
	    loop invariant \base_addr(line.at) == \base_addr(\at(line, Pre).at);
	    loop invariant \base_addr(word.at) == \base_addr(\at(line, Pre).at);
	    loop assigns word, line, seen, wrong, *c;
	    loop variant line.len + word.len; */
	for (; word.len > 0 && wrong == NULL; word = split_word(&line))
		wrong = read_field(word, c, &seen);
	return wrong;
}

enum err contact_read(struct span line, struct contact *c, const char **why)
{
	struct contact read = { .has_pair = false };
	const char *wrong = read_line(line, &read);
	if (wrong)
		*why = wrong;
	else
		*c = read;
	bytes_wipe(&read, sizeof read);
	return wrong ? ERR_FORMAT : OK;
}

static void write_field(struct writer *w, const char *name, const char *value)
{
	if (value[0] == 0)
		return;
	write_u8(w, ' ');
	write_span(w, span_text(name));
	write_span(w, span_text(value));
}

enum err contact_write(const struct contact *c, struct writer *line)
{
	assert(contact_name_valid(span_text(c->name)));
	struct writer w = *line;
	write_span(&w, span_text(c->name));
	write_u8(&w, ' ');
	if (public_key_write(&c->key, &w))
		return ERR_FULL;
	write_field(&w, "addr=", c->addr);
	write_field(&w, "signal=", c->signal);
	if (contact_suite(c) != encryptor_class_for(c->key.type))
		write_field(&w, "suite=", c->suite->name);
	if (c->has_pair) {
		char pair[PAIR_TEXT + 1];
		base32_encode(span_of(c->pair, sizeof c->pair), pair);
		write_field(&w, "pair=", pair);
		bytes_wipe(pair, sizeof pair);
	}
	write_field(&w, "since=", c->since);
	write_field(&w, "verified=", c->verified);
	write_u8(&w, '\n');
	if (w.full)
		return ERR_FULL;
	*line = w;
	return OK;
}
