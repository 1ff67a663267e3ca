/* control: the messages of stream 0, whose bytes come in pieces as the peer and the network like,
 * session/control. */
#include "proofs/reading/given.h"

#include "session/stream.h"

/* What there is: any bytes, of which it may take any number. */
/*@ assigns \nothing;
    ensures bytes(\result.at, \result.len);
    ensures \result.len > 0 ==> \base_addr(\result.at) == \base_addr(s->ring.at); */
struct span stream_read(const struct stream_receive *s);

/*@ requires \valid(s);
    assigns *s;
    ensures s->ring.at == \old(s->ring.at); */
void stream_consume(struct stream_receive *s, size_t len);

#include "session/control.h"

/*@ requires \valid(c) && \valid(from);
    requires \base_addr(c) != \base_addr(from) && \base_addr(c) != \base_addr(from->ring.at);
    requires \base_addr(from) != \base_addr(from->ring.at);
    requires c->len <= sizeof(c->bytes);
    requires want <= sizeof(c->bytes);
    assigns *c, *from;
    ensures c->len <= sizeof(c->bytes) && c->taken == \old(c->taken);
    ensures from->ring.at == \old(from->ring.at);
    ensures \result ==> c->len >= want; */
static bool gather(struct control *c, struct stream_receive *from, size_t want);

/*@ requires \valid(c) && \valid(from) && \valid(type) && \valid(body);
    requires \base_addr(c) != \base_addr(from) && \base_addr(c) != \base_addr(from->ring.at);
    requires \base_addr(from) != \base_addr(from->ring.at);
    requires \separated(c, type, body, from);
    requires c->len <= sizeof(c->bytes);
    assigns *c, *from, *type, *body;
    ensures c->len <= sizeof(c->bytes);
    ensures \result == OK ==> bytes(body->at, body->len) && body->len <= CONTROL_BODY_MAX; */
enum err control_take(struct control *c, struct stream_receive *from, uint8_t *type,
                      struct span *body);

#include "session/control.c"
