/* heard: records of the chat, chat/record, put together from pieces as they come, chat/heard. */
#include "proofs/reading/texts.h"

#include "chat/heard.h"

/* What is compared may be what a function returns, which is called once. */
/*@ assigns \nothing;
    ensures \result == (a < b ? a : b); */
static inline uint64_t min_of_numbers(uint64_t a, uint64_t b);
#undef min_of
#define min_of(a, b) min_of_numbers((a), (b))

/* ---- chat/record ---- */

/*@ requires len <= 0x20000;
    assigns \nothing;
    ensures len <= \result && RECORD_MIN <= \result; */
static size_t padded(size_t len);

/*@ requires bytes(length, RECORD_LENGTH);
    assigns \nothing;
    ensures \result == 0 || RECORD_MIN <= \result <= LIMIT_RECORD; */
size_t record_size(const uint8_t length[static RECORD_LENGTH]);

/*@ assigns \nothing; */
static bool has_text(uint8_t type);

/*@ requires bytes(whole.at, whole.len) && \valid(r) && \base_addr(r) != \base_addr(whole.at);
    assigns *r;
    ensures \result == OK ==> bytes(r->text.at, r->text.len) && r->text.len <= LIMIT_TEXT; */
enum err record_read(struct span whole, struct record *r);

#include "chat/record.c"

/* ---- chat/heard ---- */

/*@ predicate is_heard{L}(struct heard *h) = \valid(h) && h->len <= LIMIT_RECORD; */

/*@ requires is_heard(h);
    assigns \nothing;
    ensures h->len + \result <= LIMIT_RECORD; */
static size_t wants(const struct heard *h);

/*@ requires is_heard(h) && is_span(bytes) && \valid(r);
    requires \base_addr(h) != \base_addr(bytes) && \base_addr(h) != \base_addr(bytes->at);
    requires \base_addr(r) != \base_addr(bytes) && \base_addr(r) != \base_addr(bytes->at);
    requires \base_addr(h) != \base_addr(r);
    assigns *h, *bytes, *r;
    ensures is_heard(h) && is_span(bytes) && bytes->len <= \old(bytes->len);
    ensures \base_addr(bytes->at) == \old(\base_addr(bytes->at));
    ensures \result == OK ==> bytes(r->text.at, r->text.len) && r->text.len <= LIMIT_TEXT; */
enum err heard_record(struct heard *h, struct span *bytes, struct record *r);

/*@ requires \valid(h) && \valid_read(r) && bytes(r->text.at, r->text.len);
    requires \separated(&h->next, r, r->text.at + (0 .. r->text.len - 1));
    assigns h->next; */
bool heard_kept(struct heard *h, const struct record *r);

/*@ requires is_heard(h) && \valid_read(r) && \separated(h, r);
    assigns h->count, h->mark, h->next, h->text, h->more, h->state;
    ensures is_heard(h); */
bool heard_text(struct heard *h, const struct record *r);

/*@ requires is_heard(h) && bytes(bytes.at, bytes.len) && \base_addr(h) != \base_addr(bytes.at);
    assigns h->looked;
    ensures is_heard(h); */
uint64_t heard_ahead(struct heard *h, struct span bytes, uint64_t least, uint64_t most);

#include "chat/heard.c"
