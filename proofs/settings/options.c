/* options: the command line, cmd/options: each option with any value; any two words. */
#include "proofs/settings/any.h"

#include "cmd/options.c"

static const struct encryptor_class noise = { .name = "noise", .key_type = KEY_X25519 };
static const struct encryptor_class pseudo = { .name = "pseudo", .insecure = true };
const struct encryptor_class *const encryptor_classes[] = { &noise, &pseudo, NULL };

const struct encryptor_class *encryptor_class_for(enum key_type contact)
{
	return contact == KEY_X25519 ? &noise : NULL;
}

const char *public_key_type_name(enum key_type type)
{
	(void)type;
	return "x25519";
}

const char *interactor_name(size_t i)
{
	return i == 0 ? "console" : i == 1 ? "json" : NULL;
}

static char first[LEN + 3], second[LEN + 1], said[64];

/* An option in its long form, with what follows it in its word, in the next, or nowhere. */
static void read_one(const struct option *row, char *value, char *next)
{
	char *list[] = { "schat", "-", next };
	struct words w = { next ? 3 : 2, 1, list };
	struct options o = { .command = FOR_ALL };
	struct text why = text_of(said, sizeof said), shown = text_of(said, sizeof said);
	take_option(&o, row, value, &w, &why);
	options_have(&o, row);
	options_show(&o, row, &shown);
	options_unset(&o, row);
}

static void read_each(size_t len)
{
	//@ loop unroll LIMIT_OPTIONS;
	for (const struct option *row = options_table; row->name; row++) {
		read_one(row, any_text(first, sizeof first, len), NULL);
		read_one(row, NULL, any_text(second, sizeof second, len));
		read_one(row, NULL, NULL);
	}
}

static void read_words(size_t len)
{
	char *argv[] = { "schat", any_text(first, sizeof first, len),
		         any_text(second, sizeof second, LEN), NULL };
	struct options o;
	struct text why = text_of(said, sizeof said);
	options_parse(&o, FOR_ALL, 3, argv, &why);
}

int main(void)
{
	//@ loop unroll LEN + 1;
	for (size_t len = 0; len <= LEN; len++) {
		read_each(len);
		read_words(len);
	}
}
