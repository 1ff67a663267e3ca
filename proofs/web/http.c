/* http: a request, which whoever reaches the port of --ui web sends, ui/http. The answer, which is
 * ours, is left out. */
#include "proofs/wire/given.h"

#include "ui/http.h"

/* Formatted text. */
/*@ requires is_string(t);
    assigns t->len, t->cut, t->at[0 .. t->cap - 1];
    ensures is_string(t); */
void add_format(struct text *t);
/*@ requires is_writer(w);
    assigns w->len, w->full, w->at[0 .. WHATEVER];
    ensures is_writer(w); */
void write_format(struct writer *w);
#define text_add_format(t, ...) add_format(t)
#define text_write(w, ...)      write_format(w)

/*@ predicate six{L}(struct span *at) =
      bytes(at[0].at, at[0].len) && bytes(at[1].at, at[1].len) && bytes(at[2].at, at[2].len) &&
      bytes(at[3].at, at[3].len) && bytes(at[4].at, at[4].len) && bytes(at[5].at, at[5].len); */

#include "ui/http.c"

/*@ predicate is_request{L}(struct request *q) =
      \valid(q) && bytes(q->method.at, q->method.len) && bytes(q->target.at, q->target.len) &&
      bytes(q->version.at, q->version.len);
    predicate is_fields{L}(struct fields *h) = \valid(h) && six(&h->value[0]);
*/

/*@ assigns \nothing; */
static uint8_t lower(uint8_t c);

/*@ requires bytes(name.at, name.len);
    admit requires text: is_text(wanted);
    assigns \nothing; */
static bool named(struct span name, const char *wanted);

/*@ requires bytes(s.at, s.len);
    assigns \nothing; */
static bool is_token(struct span s);

/*@ requires bytes(s.at, s.len);
    assigns \nothing; */
static bool is_text(struct span s);

/*@ requires bytes(bytes.at, bytes.len);
    assigns \nothing;
    ensures \result.at != \null ==> bytes(\result.at, \result.len);
    ensures \result.at != \null ==> \result.at == bytes.at && \result.len + 2 <= bytes.len; */
static struct span first_line(struct span bytes);

/*@ requires bytes(line.at, line.len) && \valid(q) && \base_addr(q) != \base_addr(line.at);
    assigns *q;
    ensures \result ==> is_request(q); */
static bool read_request_line(struct span line, struct request *q);

/*@ requires bytes(line.at, line.len) && is_fields(h) && \base_addr(h) != \base_addr(line.at);
    assigns h->given[0 .. HEADERS - 1], h->value[0 .. HEADERS - 1];
    ensures is_fields(h); */
static bool read_header(struct span line, struct fields *h);

/*@ requires bytes(bytes.at, bytes.len) && \valid(q) && is_fields(h);
    requires \base_addr(h) != \base_addr(bytes.at) && \base_addr(q) != \base_addr(bytes.at) &&
      \base_addr(h) != \base_addr(q);
    assigns *q, *h;
    ensures \result ==> is_request(q);
    ensures \result ==> is_fields(h); */
static bool read_head(struct span bytes, struct request *q, struct fields *h);

/*@ requires bytes(name.at, name.len);
    assigns \nothing; */
static bool is_name(struct span name, const char *before, uint16_t port);

/*@ requires is_fields(h);
    assigns \nothing; */
static bool is_origin(const struct fields *h, uint16_t port);

/*@ requires bytes(token.at, token.len) && \valid_read(at);
    assigns \nothing; */
static bool has_token(struct span token, const struct http_place *at);

/*@ requires bytes(target.at, target.len) && \valid(transfer);
    assigns *transfer; */
static bool is_upload(struct span target, unsigned *transfer);

/*@ requires is_request(q) && \valid(wants) && \valid(transfer) && \separated(wants, transfer);
    requires \base_addr(q) != \base_addr(wants) && \base_addr(q) != \base_addr(transfer);
    assigns *wants, *transfer;
    ensures 0 <= *wants <= HTTP_UPLOAD; */
static unsigned wrong_target(const struct request *q, enum http_wants *wants, unsigned *transfer);

/*@ requires is_fields(h) && \valid(body) && \base_addr(h) != \base_addr(body);
    assigns *body; */
static unsigned wrong_length(const struct fields *h, enum http_wants wants, uint64_t *body);

/*@ requires bytes(bytes.at, bytes.len) && \valid(http) && \valid_read(at);
    assigns http->no_body, http->wants, http->transfer, http->body;
    ensures \result != 0; */
static unsigned status_of(struct http *http, const struct http_place *at, struct span bytes);

/*@ requires \valid(h) && \valid_read(at) && bytes(bytes.at, bytes.len);
    requires h->status == 0 ==> h->len < sizeof(h->head);
    requires h->len <= sizeof(h->head);
    requires \base_addr(h) != \base_addr(bytes.at) && \base_addr(h) != \base_addr(at);
    assigns *h;
    ensures \result <= bytes.len && h->len <= sizeof(h->head);
    ensures h->status == 0 ==> h->len < sizeof(h->head); */
size_t http_input(struct http *h, const struct http_place *at, struct span bytes);

/*@ requires \valid(h) && bytes(bytes.at, bytes.len);
    assigns h->body;
    ensures bytes(\result.at, \result.len) && \result.len <= bytes.len; */
struct span http_take_body(struct http *h, struct span bytes);
