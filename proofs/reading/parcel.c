/* parcel: the records of a transfer of files, whose bytes come in pieces as the peer and the
 * network like, files/parcel. That body_of says the same of the same bytes is given: WP knows no
 * numbers that come of bits. */
#include "proofs/reading/texts.h"

#include "crypto/sha256.h"
#undef PARTS
#define PARTS(...) ((struct parts){ 0 })

#include "files/parcel.h"

/*@ assigns out[0 .. HASH_LEN - 1]; */
void sha256(struct parts message, uint8_t out[static HASH_LEN]);

/*@ axiomatic Parcel {
      logic integer body_in{L}(struct parcels *k) reads k->bytes[0 .. 8];
      logic integer type_in{L}(struct parcels *k) reads k->bytes[0 .. 8];
      axiom same{Before, After}: \forall struct parcels *k;
        (\forall integer i; 0 <= i <= 8 ==> \at(k->bytes[i], Before) == \at(k->bytes[i], After))
        ==> body_in{Before}(k) == body_in{After}(k) && type_in{Before}(k) == type_in{After}(k);
    }
    logic integer header_in{L}(struct parcels *k) =
      k->bytes[0] < 64 ? 2 : k->bytes[0] < 128 ? 3 : k->bytes[0] < 192 ? 5 : 9;
    predicate whole(integer type) = 1 <= type <= 6 && type != 5 || 17 <= type <= 21;
    predicate is_parcels{L}(struct parcels *k) = \valid(k) && k->len <= sizeof(k->bytes);
    // a record that is whole is there
    predicate there{L}(struct parcels *k) =
      whole(type_in(k)) ==> header_in(k) + body_in(k) <= sizeof(k->bytes);
*/

/*@ assigns \nothing;
    ensures \result <==> whole(type); */
static bool is_whole(uint8_t type);

/*@ requires is_parcels(k);
    admit requires bits: 0 <= (int)(k->bytes[0] >> 6) < 4;
    assigns \nothing;
    admit ensures \result == header_in(k); */
static size_t header_of(const struct parcels *k);

/*@ requires is_parcels(k) && \valid(type) && \base_addr(type) != \base_addr(k);
    assigns *type;
    admit ensures \result == body_in(k) && *type == type_in(k); */
static size_t body_of(const struct parcels *k, uint8_t *type);

/*@ requires is_parcels(k);
    assigns \nothing;
    ensures \result <= sizeof(k->bytes);
    ensures 0 < \result <= k->len ==> there(k); */
static size_t wanted(const struct parcels *k);

/*@ requires is_parcels(k) && is_span(in);
    requires \base_addr(k) != \base_addr(in) && \base_addr(k) != \base_addr(in->at);
    requires k->len <= want <= sizeof(k->bytes);
    assigns k->len, k->bytes[0 .. sizeof(k->bytes) - 1], *in;
    ensures is_parcels(k) && \old(k->len) <= k->len && (\result <==> k->len == want);
    ensures is_span(in) && gave{Pre, Post}(in, \old(in->len) - in->len); */
static bool gather(struct parcels *k, struct span *in, size_t want);

/*@ requires is_parcels(k) && is_span(in) && \valid(p);
    requires \base_addr(k) != \base_addr(in) && \base_addr(k) != \base_addr(in->at);
    requires \base_addr(p) != \base_addr(in) && \base_addr(p) != \base_addr(in->at);
    requires \base_addr(k) != \base_addr(p);
    assigns k->passing, *in, *p;
    ensures is_span(in) && gave{Pre, Post}(in, \old(in->len) - in->len);
    ensures bytes(p->body.at, p->body.len); */
static void pass(struct parcels *k, struct span *in, struct parcel *p);

/*@ requires is_parcels(k) && is_span(in) && \valid(p);
    requires \base_addr(k) != \base_addr(in) && \base_addr(k) != \base_addr(in->at);
    requires \base_addr(p) != \base_addr(in) && \base_addr(p) != \base_addr(in->at);
    requires \base_addr(k) != \base_addr(p);
    assigns *k, *in, *p;
    ensures is_parcels(k);
    ensures is_span(in);
    ensures \base_addr(in->at) == \old(\base_addr(in->at));
    ensures body: \result == OK ==> bytes(p->body.at, p->body.len); */
static enum err take_parcel(struct parcels *k, struct span *in, struct parcel *p);

/*@ requires is_parcels(k) && is_span(in) && \valid(p);
    requires \base_addr(k) != \base_addr(in) && \base_addr(k) != \base_addr(in->at);
    requires \base_addr(p) != \base_addr(in) && \base_addr(p) != \base_addr(in->at);
    requires \base_addr(k) != \base_addr(p);
    assigns *k, *in, *p;
    ensures is_parcels(k) && is_span(in);
    ensures \result == OK ==> bytes(p->body.at, p->body.len); */
enum err parcel_take(struct parcels *k, struct span *in, struct parcel *p);

#define take take_parcel /* base/bytes has another */
#include "files/parcel.c"
