/* proxy: what a proxy answers, in pieces as it likes, os/proxy_talk. */
#include "proofs/wire/given.h"

#include "base/addr.h"
#include "base/base64.h"
#include "os/proxy_talk.h"

/* Formatted text. */
/*@ requires is_writer(w);
    assigns w->len, w->full, w->at[0 .. WHATEVER];
    ensures is_writer(w); */
void write_format(struct writer *w);
#define text_write(w, ...) write_format(w)

/*@ requires bytes(in.at, in.len) && is_writer(out);
    assigns out->len, out->full, out->at[0 .. WHATEVER];
    ensures is_writer(out); */
void base64_encode(struct span in, struct writer *out);

/*@ requires bytes(text.at, text.len) && \valid(out);
    assigns *out; */
bool addr_parse(struct span text, uint16_t port_default, struct addr *out);

/*@ requires \valid_read(a);
    assigns \nothing; */
bool addr_is_v4(const struct addr *a);

/*@ predicate is_talk{L}(struct proxy_talk *t) = \valid(t) && t->have <= sizeof(t->in) &&
      t->want <= sizeof(t->in) && \valid_read(t->proxy);
    predicate waits{L}(struct proxy_talk *t) = t->have < t->want;
    predicate apart{L}(struct proxy_talk *t, struct writer *out) =
      is_writer(out) && \base_addr(t) != \base_addr(out) && \base_addr(t) != \base_addr(out->at) &&
      \base_addr(t->proxy) != \base_addr(t) && \base_addr(t->proxy) != \base_addr(out) &&
      \base_addr(t->proxy) != \base_addr(out->at);
*/

/*@ requires \valid(t) && want > 0;
    assigns t->step, t->have, t->want;
    ensures t->have == 0 && t->want == want && t->step == step && \result == ERR_FULL; */
static enum err await(struct proxy_talk *t, enum step step, size_t want);

/*@ requires \valid(t);
    assigns t->why;
    ensures \result == ERR_UNREACHABLE; */
static enum err fail(struct proxy_talk *t, const char *why);

/*@ requires \valid(t) && \valid_read(t->proxy);
    assigns t->why;
    ensures \result == ERR_UNREACHABLE; */
static enum err fail_as(struct proxy_talk *t, uint8_t first);

/*@ requires is_writer(out);
    admit requires text: is_text(s);
    assigns out->len, out->full, out->at[0 .. WHATEVER];
    ensures is_writer(out); */
static void write_string(struct writer *out, const char *s);

/*@ requires is_talk(t) && apart(t, out);
    admit requires text: is_text((char *)t->host);
    assigns *t, out->len, out->full, out->at[0 .. WHATEVER];
    ensures is_talk(t) && waits(t) && apart(t, out); */
static enum err ask_for_connection(struct proxy_talk *t, struct writer *out);

/*@ requires is_talk(t) && apart(t, out);
    assigns *t, out->len, out->full, out->at[0 .. WHATEVER];
    ensures is_talk(t) && apart(t, out) && (\result == ERR_FULL ==> waits(t)); */
static enum err take_method(struct proxy_talk *t, struct writer *out);

/*@ assigns \nothing; */
static const char *refusal(uint8_t code);

/*@ requires is_talk(t);
    assigns t->step, t->have, t->want, t->why;
    ensures is_talk(t) && (\result == ERR_FULL ==> waits(t)); */
static enum err take_reply(struct proxy_talk *t);

/*@ requires is_talk(t);
    assigns t->why;
    ensures is_talk(t); */
static enum err take_status(struct proxy_talk *t);

/*@ requires is_talk(t) && 1 <= t->have;
    assigns t->step, t->have, t->want, t->why;
    ensures is_talk(t) && (\result == ERR_FULL ==> waits(t)); */
static enum err take_line(struct proxy_talk *t);

/*@ requires is_talk(t);
    assigns \nothing;
    ensures waits(t) ==> 1 <= \result <= sizeof(t->in) - t->have; */
size_t proxy_talk_wants(const struct proxy_talk *t);

/*@ requires is_talk(t) && waits(t) && apart(t, out) && bytes(bytes.at, bytes.len);
    requires 1 <= bytes.len <= t->want - t->have && \base_addr(bytes.at) != \base_addr(t);
    assigns *t, out->len, out->full, out->at[0 .. WHATEVER];
    ensures is_talk(t) && apart(t, out) && (\result == ERR_FULL ==> waits(t)); */
enum err proxy_talk_input(struct proxy_talk *t, struct span bytes, struct writer *out);

#include "os/proxy_talk.c"
