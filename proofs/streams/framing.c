/* framing: packets on a stream, whose bytes come in pieces as the peer and the network like,
 * wire/framing. */
#include "proofs/reading/texts.h"

#include "wire/framing.h"

/* WP knows no numbers that come of bits. */
/*@ admit ensures \result == p[0] * 256 + p[1]; */
static inline uint16_t load_be16(const uint8_t *p);

/*@ predicate is_framing{L}(struct framing *f) = \valid(f) && f->len <= sizeof(f->bytes);
    logic integer whole_in{L}(struct framing *f) =
      FRAMING_HEADER + f->bytes[0] * 256 + f->bytes[1];
    // what is gathered is not a whole packet
    predicate begun{L}(struct framing *f) =
      is_framing(f) && (f->len >= FRAMING_HEADER ==> f->len < whole_in(f));
*/

/*@ requires is_framing(f) && is_span(in) && want <= sizeof(f->bytes);
    requires \base_addr(f) != \base_addr(in) && \base_addr(f) != \base_addr(in->at);
    assigns f->len, f->bytes[0 .. sizeof(f->bytes) - 1], *in;
    ensures is_framing(f) && \old(f->len) <= f->len;
    ensures \old(f->len) < want ==> f->len <= want;
    ensures \result <==> f->len >= want;
    ensures !\result ==> in->len == 0;
    ensures \forall integer i; 0 <= i < \old(f->len) ==> f->bytes[i] == \old(f->bytes[i]);
    ensures \forall integer i; 0 <= i < f->len - \old(f->len) ==>
      f->bytes[\old(f->len) + i] == \old(in->at)[i];
    ensures is_span(in) && gave{Pre, Post}(in, f->len - \old(f->len)); */
static bool gather(struct framing *f, struct span *in, size_t want);

/*@ requires begun(f) && is_span(in) && \valid(packet);
    requires \base_addr(f) != \base_addr(in) && \base_addr(f) != \base_addr(in->at);
    requires \base_addr(packet) != \base_addr(in) && \base_addr(packet) != \base_addr(in->at);
    requires \base_addr(f) != \base_addr(packet);
    assigns *f, *in, *packet;
    ensures begun(f) && is_span(in) && in->len <= \old(in->len);
    ensures \base_addr(in->at) == \old(\base_addr(in->at));
    ensures \result ==> bytes(packet->at, packet->len) && 1 <= packet->len <= FRAMING_PACKET_MAX;
    ensures !\result ==> in->len == 0 || f->bad; */
bool framing_next(struct framing *f, struct span *in, struct span *packet);

#include "wire/framing.c"
