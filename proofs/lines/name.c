/* name: names of contacts, which a nick becomes as well, crypto/contact_name; and codes, whose
 * shape a name must not have, crypto/code. */
#include "proofs/lines/given.h"

#include "base/addr.h"
#include "crypto/code.h"
#include "crypto/contact_name.h"
#include "crypto/words.h"

/*@ requires bytes(text.at, text.len) && \valid(out);
    assigns *out; */
bool addr_parse(struct span text, uint16_t port_default, struct addr *out);

/* ---- crypto/code ---- */

/*@ requires bytes(text.at, text.len);
    assigns \nothing;
    ensures -1 <= \result < WORDS_COUNT; */
int words_index(struct span text);

/*@ requires is_span(text);
    assigns *text;
    ensures is_span(text) && text->len + \result.len <= \old(text->len);
    ensures bytes(\result.at, \result.len); */
static struct span next_part(struct span *text);

/*@ requires bytes(s.at, s.len);
    assigns \nothing; */
static bool is_letters(struct span s);

/*@ requires bytes(text.at, text.len) && \valid(c) && c->words_count == 0;
    requires \valid(parts + (0 .. CODE_WORDS_MAX - 1));
    requires \separated(c, parts + (0 .. CODE_WORDS_MAX - 1));
    assigns *c, parts[0 .. CODE_WORDS_MAX - 1];
    ensures c->words_count <= CODE_WORDS_MAX;
    ensures \forall integer i; 0 <= i < c->words_count ==> bytes(parts[i].at, parts[i].len); */
static bool split(struct span text, struct code *c, struct span parts[static CODE_WORDS_MAX]);

/*@ requires bytes(text.at, text.len) && \valid(c) && \valid(unknown) && \separated(c, unknown);
    assigns *c, *unknown;
    ensures \result == ERR_AUTH ==> bytes(unknown->at, unknown->len); */
enum err code_parse(struct span text, struct code *c, struct span *unknown);

#include "crypto/code.c"

/* ---- crypto/contact_name ---- */

/* That the name made of a nick is a valid one is for the tests. */
#undef assert
#define assert(condition) ((void)0)

/*@ assigns \nothing; */
static bool is_digit(uint32_t c);
/*@ assigns \nothing; */
static bool is_latin(uint32_t c);
/*@ assigns \nothing; */
static bool is_foreign_letter(uint32_t rune);
/*@ assigns \nothing; */
static bool may_begin(uint32_t c);
/*@ assigns \nothing; */
static bool may_follow(uint32_t c);
/*@ assigns \nothing; */
static bool is_blank(uint32_t c);
/*@ assigns \nothing; */
static uint32_t look(uint32_t c);

/*@ requires bytes(a.at, a.len) && bytes(b.at, b.len);
    assigns \nothing; */
bool contact_name_alike(struct span a, struct span b);

/*@ requires bytes(name.at, name.len);
    assigns \nothing; */
static bool is_code_or_address(struct span name);

/*@ requires bytes(name.at, name.len);
    assigns \nothing; */
static bool is_number(struct span name);

/*@ requires bytes(name.at, name.len);
    assigns \nothing; */
static bool is_ours(struct span name);

/*@ requires bytes(name.at, name.len);
    assigns \nothing;
    ensures \result ==> 1 <= name.len <= LIMIT_NAME; */
bool contact_name_valid(struct span name);

/* A writer of a name. */
/*@ predicate is_name(struct writer *w) = is_writer(w) && w->cap == LIMIT_NAME; */

/*@ requires is_name(w) && bytes(name.at, name.len);
    requires \separated(name.at + (0 .. name.len - 1), w, w->at + (0 .. w->cap - 1));
    assigns *w, w->at[0 .. WHATEVER];
    ensures is_name(w) && w->at == \old(w->at); */
static void replace(struct writer *w, struct span name);

/*@ requires is_name(w);
    assigns *w, w->at[0 .. WHATEVER];
    ensures is_name(w) && w->at == \old(w->at); */
static void make_latin(struct writer *w);

/*@ requires is_name(w);
    assigns *w, w->at[0 .. WHATEVER];
    ensures is_name(w) && w->at == \old(w->at); */
static void make_unmistakable(struct writer *w);

/*@ requires bytes(nick.at, nick.len) && \valid(out + (0 .. LIMIT_NAME));
    assigns out[0 .. WHATEVER]; */
void contact_name_from(struct span nick, char out[static LIMIT_NAME + 1]);

#include "crypto/contact_name.c"
