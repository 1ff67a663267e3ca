/* access: the file with the keys of a closed server, rendezvous/access, and a key as text,
 * base/access_key. */
#include "proofs/lines/given.h"

#include "base/access_key.h"
#include "base/base32.h"
#include "rendezvous/access.h"

/* ---- base/access_key ---- */

/*@ requires bytes(in.at, in.len) && room(out, out_len);
    assigns out[0 .. out_len - 1]; */
bool base32_decode(struct span in, uint8_t *out, size_t out_len);

/*@ requires bytes(text.at, text.len) && \valid(key);
    assigns *key; */
bool access_key_read(struct span text, struct access_key *key);

/*@ requires is_span(server) && \valid(key) && \separated(server, key);
    assigns *server, *key;
    ensures is_span(server) && server->at == \old(server->at);
    ensures server->len <= \old(server->len); */
bool access_key_split(struct span *server, struct access_key *key);

/* ---- rendezvous/access ---- */

/*@ predicate is_access(struct access *a) = \valid(a) && a->count <= ACCESS_KEYS; */

/*@ requires room(id, STAMP_ID) && bytes(key, STAMP_KEY);
    assigns id[0 .. STAMP_ID - 1]; */
void stamp_id(const uint8_t key[static STAMP_KEY], uint8_t id[static STAMP_ID]);

/*@ requires bytes(message.at, message.len);
    assigns \nothing;
    ensures \result != \null ==> bytes(\result, STAMP_ID); */
const uint8_t *stamp_of(struct span message);

/*@ requires bytes(message.at, message.len) && bytes(key, STAMP_KEY);
    assigns \nothing; */
bool stamp_good(struct span message, const uint8_t key[static STAMP_KEY]);

/* memset and memmove, of what they are given here. */
/*@ requires \valid(a) && len == sizeof(*a) && byte == 0;
    assigns *a;
    ensures a->count == 0; */
void clear_access(struct access *a, int byte, size_t len);
#define memset clear_access

/*@ requires len % sizeof(struct access_entry) == 0;
    requires len > 0 ==> \valid(to + (0 .. len / sizeof(struct access_entry) - 1));
    requires len > 0 ==> \valid_read(from + (0 .. len / sizeof(struct access_entry) - 1));
    assigns to[0 .. len / sizeof(struct access_entry) - 1]; */
void move_entries(struct access_entry *to, const struct access_entry *from, size_t len);
#define memmove move_entries

/*@ assigns \nothing; */
static uint32_t day_of(uint64_t year, uint64_t month, uint64_t day);

/*@ requires bytes(value.at, value.len) && \valid(to);
    assigns *to; */
static bool read_day(struct span value, uint32_t *to);

/*@ requires bytes(value.at, value.len) && \valid(to);
    assigns *to; */
static bool read_number(struct span value, uint32_t min, uint32_t max, uint32_t *to);

/*@ requires bytes(word.at, word.len) && \valid(e);
    assigns e->members, e->relay_kbit, e->last_day; */
static bool read_limit(struct span word, struct access_entry *e);

/*@ requires is_access(a) && bytes(id, STAMP_ID);
    assigns \nothing;
    ensures 1 <= \result <= a->count + 1; */
static unsigned place_of(const struct access *a, const uint8_t id[static STAMP_ID]);

/*@ requires is_access(a) && bytes(line.at, line.len);
    assigns *a;
    ensures is_access(a); */
static const char *take_line(struct access *a, struct span line);

/*@ requires \valid(a) && bytes(text.at, text.len) && is_string(why);
    requires \base_addr(a) != \base_addr(why) && \base_addr(a) != \base_addr(why->at);
    assigns *a, why->len, why->cut, why->at[0 .. why->cap - 1];
    ensures is_access(a) && is_string(why); */
bool access_read(struct access *a, struct span text, const char *name, struct text *why);

/*@ requires is_access(a) && bytes(id, STAMP_ID);
    assigns \nothing;
    ensures \result <= a->count; */
unsigned access_find(const struct access *a, const uint8_t id[static STAMP_ID]);

/*@ requires is_access(a) && bytes(message.at, message.len);
    assigns \nothing;
    ensures \result <= a->count; */
unsigned access_check(const struct access *a, struct span message, uint64_t day);

#include "base/access_key.c"
#include "rendezvous/access.c"
