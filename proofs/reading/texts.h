/* What base/utf8, base/split and base/text promise to the parsers above them. */
#pragma once

#include "proofs/reading/given.h"

#include "base/split.h"
#include "base/text.h"
#include "base/utf8.h"

/*@ predicate part{L}(struct span part, struct span all) =
      bytes(part.at, part.len) && part.len <= all.len &&
      (part.len > 0 ==> \base_addr(part.at) == \base_addr(all.at));
    predicate is_span{L}(struct span *s) =
      \valid(s) && bytes(s->at, s->len) && \separated(s, s->at + (0 .. s->len - 1));
    // *s gave so many bytes from its front away
    predicate gave{Before, After}(struct span *s, integer len) =
      0 <= len <= \at(s->len, Before) && \at(s->len, After) == \at(s->len, Before) - len &&
      \at(s->at, After) == \at(s->at, Before) + len;
    predicate is_string{L}(struct text *t) =
      \valid(t) && t->len < t->cap && room(t->at, t->cap) &&
      \separated(t, t->at + (0 .. t->cap - 1));
*/

/* ---- utf8 ---- */

/*@ requires bytes(s.at, s.len) && \valid(rune);
    assigns *rune;
    ensures -2 <= \result <= 4 && (\result > 0 ==> \result <= s.len);
    ensures s.len > 0 ==> \result != 0; */
int utf8_decode(struct span s, uint32_t *rune);

/*@ requires \valid(out + (0 .. 3));
    assigns out[0 .. 3];
    ensures \result <= 4; */
size_t utf8_encode(uint32_t rune, uint8_t out[4]);

/*@ requires is_span(s) && s->len > 0;
    assigns *s;
    ensures is_span(s) && (gave{Pre, Post}(s, 1) || gave{Pre, Post}(s, 2) ||
      gave{Pre, Post}(s, 3) || gave{Pre, Post}(s, 4)); */
uint32_t utf8_take(struct span *s);

/*@ requires is_writer(w);
    assigns w->len, w->full, w->at[w->len .. w->len + 3];
    ensures is_writer(w) && w->at == \old(w->at) && w->cap == \old(w->cap);
    ensures \old(w->len) <= w->len <= \old(w->len) + 4; */
void utf8_write(struct writer *w, uint32_t rune);

/*@ requires bytes(s.at, s.len);
    assigns \nothing; */
bool utf8_valid(struct span s);

/*@ requires bytes(s.at, s.len);
    assigns \nothing;
    ensures \result <= s.len; */
size_t utf8_ascii(struct span s);

/*@ assigns \nothing; */
bool utf8_continues(uint8_t byte);

/*@ requires bytes(s.at, s.len);
    assigns \nothing;
    ensures \result <= s.len; */
size_t utf8_whole(struct span s);

/* ---- split ---- */

/*@ admit requires text: is_text(set);
    assigns \nothing; */
static bool is_one_of(uint8_t c, const char *set);

/*@ assigns \nothing; */
bool split_is_blank(uint8_t c);

/*@ requires bytes(s.at, s.len);
    assigns \nothing;
    ensures part(\result, s); */
struct span split_trim(struct span s);

/*@ requires is_span(s);
    admit requires text: is_text(gaps);
    assigns *s;
    ensures is_span(s) && gave{Pre, Post}(s, \old(s->len) - s->len);
    ensures bytes(\result.at, \result.len);
    ensures \result.len <= \old(s->len) - s->len;
    ensures \base_addr(\result.at) == \base_addr(\old(s->at)); */
struct span split_word_at(struct span *s, const char *gaps);

/*@ requires is_span(s);
    assigns *s;
    ensures is_span(s) && gave{Pre, Post}(s, \old(s->len) - s->len);
    ensures bytes(\result.at, \result.len);
    ensures \result.len <= \old(s->len) - s->len;
    ensures \base_addr(\result.at) == \base_addr(\old(s->at)); */
struct span split_word(struct span *s);

/*@ requires bytes(s.at, s.len) && \valid(before) && \valid(after);
    requires \separated(before, after);
    assigns *before, *after;
    ensures !\result ==> *before == \old(*before) && *after == \old(*after);
    ensures \result ==> bytes(before->at, before->len) && bytes(after->at, after->len);
    ensures \result ==> before->at == s.at && before->len < s.len;
    ensures \result ==> after->at == s.at + before->len + 1;
    ensures \result ==> after->len == s.len - before->len - 1; */
bool split_at(struct span s, char c, struct span *before, struct span *after);

/*@ requires is_span(s) && \valid(line) && \separated(s, line);
    assigns *s, *line;
    ensures \result <==> \old(s->len) > 0;
    ensures !\result ==> *s == \old(*s) && *line == \old(*line);
    ensures is_span(s) && s->len <= \old(s->len);
    ensures \result ==> bytes(line->at, line->len) && line->at == \old(s->at) &&
      line->len <= \old(s->len) && s->len < \old(s->len); */
bool split_line(struct span *s, struct span *line);

/*@ requires is_span(s);
    requires \separated(s, prefix + (0 ..));
    admit requires text: is_text(prefix);
    assigns *s;
    ensures is_span(s) && gave{Pre, Post}(s, \result ? text_len(prefix) : 0); */
bool split_prefix(struct span *s, const char *prefix);

/* ---- text ---- */

/*@ requires cap >= 1 && room(at, cap);
    assigns at[0];
    ensures \result.at == at && \result.len == 0 && \result.cap == cap && \result.cut == 0; */
struct text text_of(char *at, size_t cap);

/*@ requires is_string(t);
    assigns \nothing;
    ensures \result.at == t->at && \result.len == t->len;
    ensures bytes(\result.at, \result.len); */
struct span text_span(const struct text *t);

/*@ requires is_string(t) && bytes(s.at, s.len);
    requires \separated(s.at + (0 .. s.len - 1), t, t->at + (0 .. t->cap - 1));
    assigns t->len, t->cut, t->at[0 .. t->cap - 1];
    ensures is_string(t); */
void text_add_span(struct text *t, struct span s);

/*@ requires bytes(s.at, s.len) && \valid(v);
    assigns *v;
    ensures \result ==> *v <= max && s.len > 0; */
bool text_read_u64(struct span s, uint64_t max, uint64_t *v);

/*@ requires bytes(s.at, s.len) && \valid(v);
    requires \separated(v, s.at + (0 .. s.len - 1));
    assigns *v;
    ensures \result ==> 1 <= s.len <= 8; */
bool text_read_hex(struct span s, uint32_t *v);
