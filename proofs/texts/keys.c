/* keys: the bytes that a terminal sends, ui/keys. */
#include "proofs/texts/given.h"

#include "ui/keys.h"

/*@ predicate is_keys{L}(struct keys *k) = \valid(k) && k->len <= sizeof(k->part);
    predicate is_key(struct span in, struct key *key) =
      bytes(in.at, in.len) && \valid(key) && \base_addr(key) != \base_addr(in.at); */

/*@ requires \valid(key);
    assigns *key;
    ensures \result == size; */
static size_t found(struct key *key, enum key_kind kind, uint32_t rune, size_t size);

/*@ requires is_key(in, key) && in.len > 0;
    assigns *key;
    ensures \result <= in.len; */
static size_t parse_rune(struct span in, enum key_kind kind, struct key *key);

/*@ requires \valid(key);
    assigns *key;
    ensures \result == 1; */
static size_t parse_control(uint8_t c, struct key *key);

/*@ assigns \nothing; */
static enum key_kind arrow(uint8_t final, bool by_word);

/*@ assigns \nothing; */
static enum key_kind numbered(uint64_t number);

/*@ requires \valid(key);
    assigns *key;
    ensures \result == size; */
static size_t modified(uint64_t code, uint64_t modifiers, size_t size, struct key *key);

/*@ requires is_key(in, key) && in.len >= 2;
    assigns *key;
    ensures \result <= in.len; */
static size_t parse_csi(struct span in, struct key *key);

/*@ requires is_key(in, key) && in.len >= 2;
    assigns *key;
    ensures \result <= in.len; */
static size_t parse_ss3(struct span in, struct key *key);

/*@ requires is_key(in, key) && in.len >= 1;
    assigns *key;
    ensures \result <= in.len; */
static size_t parse_escape(struct span in, struct key *key);

/*@ requires is_key(in, key) && in.len >= 1;
    assigns *key;
    ensures \result <= in.len; */
static size_t parse_key(struct span in, struct key *key);

/*@ requires is_key(in, key) && in.len >= 1 && \valid(k) && \separated(k, key);
    assigns *key, k->after_cr;
    ensures \result <= in.len; */
static size_t parse_pasted(struct keys *k, struct span in, struct key *key);

/*@ requires is_keys(k) && \valid(key) && \base_addr(k) != \base_addr(key);
    assigns *k, *key;
    ensures is_keys(k);
    ensures \result ==> k->len < \old(k->len);
    ensures !\result ==> k->len < sizeof(k->part); */
static bool parse(struct keys *k, struct key *key);

/*@ requires is_keys(k) && \valid(key) && is_span(in);
    requires \base_addr(k) != \base_addr(key) && \base_addr(k) != \base_addr(in) &&
      \base_addr(k) != \base_addr(in->at) && \base_addr(key) != \base_addr(in) &&
      \base_addr(key) != \base_addr(in->at);
    assigns *k, *in, *key;
    ensures is_keys(k) && is_span(in); */
bool keys_next(struct keys *k, struct span *in, uint64_t now, struct key *key);

/*@ requires is_keys(k);
    assigns \nothing; */
uint64_t keys_deadline(const struct keys *k);

/*@ requires is_keys(k) && \valid(key) && \base_addr(k) != \base_addr(key);
    assigns *k, *key;
    ensures is_keys(k); */
bool keys_timer(struct keys *k, uint64_t now, struct key *key);

#include "ui/keys.c"
