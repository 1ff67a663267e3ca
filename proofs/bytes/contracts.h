/* What base/bytes promises, function by function, in ACSL. scripts/evidence bytes proves that the
 * code keeps it.
 * Before and After are two states of memory. */
#pragma once

#include "proofs/bytes/string.h"

#include "base/bytes.h"

/* proofs/reading takes it as given that the program's own texts end with a 0, and has no use for
 * what is said of bits. Who does not care how long a number is has fewer cases to look at. */
#ifndef PROOF_GIVEN
#define PROOF_GIVEN
#endif

/* base/assert.h: that no assertion fails is proved too. */
/*@ requires asserted: \false;
    assigns \nothing;
    ensures \false; */
_Noreturn void base_panic(const char *file, int line);

/*@ predicate bytes{L}(uint8_t *at, integer len) = len > 0 ==> \valid_read(at + (0 .. len - 1));
    predicate room{L}(uint8_t *at, integer len) = len > 0 ==> \valid(at + (0 .. len - 1));
    predicate is_reader{L}(struct reader *r) =
      \valid(r) && bytes(r->at, r->left) && \separated(r, r->at + (0 .. r->left - 1));
    predicate is_writer{L}(struct writer *w) =
      \valid(w) && w->len <= w->cap && room(w->at, w->cap) &&
      \separated(w, w->at + (0 .. w->cap - 1));

    predicate can_read{L}(struct reader *r, integer len) = !r->bad && len <= r->left;
    predicate took{Before, After}(struct reader *r, integer len) =
      \at(can_read(r, len), Before)
        ? (\at(r->bad, After) == 0 && \at(r->at, After) == \at(r->at, Before) + len &&
           \at(r->left, After) == \at(r->left, Before) - len)
        : (\at(r->bad, After) && \at(r->left, After) == 0 &&
      \at(r->at, After) == \at(r->at, Before));

    predicate can_write{L}(struct writer *w, integer len) = !w->full && len <= w->cap - w->len;
    predicate grew{Before, After}(struct writer *w, integer len) =
      \at(w->at, After) == \at(w->at, Before) && \at(w->cap, After) == \at(w->cap, Before) &&
      (\at(can_write(w, len), Before)
        ? (\at(w->full, After) == 0 && \at(w->len, After) == \at(w->len, Before) + len)
        : (\at(w->full, After) && \at(w->len, After) == \at(w->len, Before)));
*/

/* ---- spans ---- */

/*@ assigns \nothing;
    ensures \result.at == (uint8_t *)at && \result.len == len; */
static inline struct span span_of(const void *at, size_t len);

/*@ requires at <= s.len;
    requires bytes(s.at, s.len);
    assigns \nothing;
    ensures \result.at == s.at + at && \result.len == s.len - at;
    ensures bytes(\result.at, \result.len); */
struct span span_after(struct span s, size_t at);

/*@ PROOF_GIVEN requires text: is_text((char *)text);
    assigns \nothing;
    ensures \result.at == (uint8_t *)text && \result.len == text_len((char *)text); */
struct span span_text(const char *text);

/*@ requires bytes(a.at, a.len) && bytes(b.at, b.len);
    assigns \nothing;
    ensures \result <==> a.len == b.len && (\forall integer i; 0 <= i < a.len ==>
      a.at[i] == b.at[i]); */
bool span_equal(struct span a, struct span b);

/*@ requires bytes(a.at, a.len);
    PROOF_GIVEN requires text: is_text((char *)text);
    assigns \nothing;
    ensures \result <==> a.len == text_len((char *)text) &&
                         (\forall integer i; 0 <= i < a.len ==>
      a.at[i] == ((uint8_t *)text)[i]); */
bool span_is(struct span a, const char *text);

/* ---- integers ---- */

/*@ requires bytes(p, 2);
    assigns \nothing; */
static inline uint16_t load_be16(const uint8_t *p);
#ifndef PROOF_WITHOUT_BITS
/*@ ensures \result == (uint16_t)((uint32_t)p[0] << 8 | p[1]); */
static inline uint16_t load_be16(const uint8_t *p);
#endif

/*@ requires bytes(p, 4);
    assigns \nothing; */
static inline uint32_t load_be32(const uint8_t *p);

/*@ requires bytes(p, 8);
    assigns \nothing; */
static inline uint64_t load_be64(const uint8_t *p);

/*@ requires room(p, 2);
    assigns p[0 .. 1];
    ensures p[0] == (uint8_t)(v >> 8) && p[1] == (uint8_t)v; */
static inline void store_be16(uint8_t *p, uint16_t v);

/*@ requires room(p, 4);
    assigns p[0 .. 3]; */
static inline void store_be32(uint8_t *p, uint32_t v);

/*@ requires room(p, 8);
    assigns p[0 .. 7]; */
static inline void store_be64(uint8_t *p, uint64_t v);

/*@ requires room(p, 8);
    assigns p[0 .. 7]; */
static inline void store_le64(uint8_t *p, uint64_t v);

/*@ requires bytes(p, 8);
    assigns \nothing; */
static inline uint64_t load_le64(const uint8_t *p);

/* ---- reading ---- */

/*@ requires bytes(bytes.at, bytes.len);
    assigns \nothing;
    ensures \result.at == bytes.at && \result.left == bytes.len && !\result.bad; */
struct reader reader_of(struct span bytes);

/*@ requires is_reader(r);
    assigns *r;
    ensures is_reader(r) && took{Pre, Post}(r, len);
    ensures !r->bad ==> \result == \old(r->at) && bytes(\result, len) &&
      \separated(r, \result + (0 .. len - 1));
    ensures r->bad ==> \result == \null;
    ensures \result != \null ==> !r->bad;
    ensures !r->bad ==> len > 0 ==> \result != \null; */
static const uint8_t *take(struct reader *r, size_t len);

/*@ requires is_reader(r);
    assigns *r;
    ensures is_reader(r) && took{Pre, Post}(r, 1);
    ensures \result == (r->bad ? 0 : \old(r->at)[0]); */
uint8_t read_u8(struct reader *r);

/*@ requires is_reader(r);
    assigns *r;
    ensures is_reader(r) && took{Pre, Post}(r, 2);
    ensures r->bad ==> \result == 0; */
uint16_t read_be16(struct reader *r);

/*@ requires is_reader(r);
    assigns *r;
    ensures is_reader(r) && took{Pre, Post}(r, 4);
    ensures r->bad ==> \result == 0; */
uint32_t read_be32(struct reader *r);

/*@ requires is_reader(r);
    assigns *r;
    ensures is_reader(r) && took{Pre, Post}(r, 8);
    ensures r->bad ==> \result == 0; */
uint64_t read_be64(struct reader *r);

/* The smallest of the sizes that a number can have is the only one that is taken. */
/*@ requires is_reader(r);
    assigns *r;
    ensures is_reader(r) && \result < 0x4000000000000000;
    ensures \base_addr(r->at) == \old(\base_addr(r->at)) && r->left <= \old(r->left);
    ensures \old(r->bad) ==> r->bad;
    ensures r->bad ==> \result == 0 && r->left == 0;
    ensures !r->bad ==> r->left < \old(r->left); */
uint64_t read_varint(struct reader *r);
#ifndef PROOF_ANY_SIZE
/*@ ensures !r->bad ==> \result < 0x40 ==> took{Pre, Post}(r, 1);
    ensures !r->bad ==> 0x40 <= \result < 0x4000 ==> took{Pre, Post}(r, 2);
    ensures !r->bad ==> 0x4000 <= \result < 0x40000000 ==> took{Pre, Post}(r, 4);
    ensures !r->bad ==> 0x40000000 <= \result ==> took{Pre, Post}(r, 8); */
uint64_t read_varint(struct reader *r);
#endif

/*@ requires is_reader(r);
    assigns *r;
    ensures is_reader(r) && took{Pre, Post}(r, len);
    ensures bytes(\result.at, \result.len);
    ensures !r->bad ==> \result.at == \old(r->at) && \result.len == len;
    ensures r->bad ==> \result.at == \null && \result.len == 0; */
struct span read_span(struct reader *r, size_t len);

/*@ requires is_reader(r) && room((uint8_t *)to, len);
    requires \separated((uint8_t *)to + (0 .. len - 1), r, r->at + (0 .. r->left - 1));
    assigns *r, ((uint8_t *)to)[0 .. len - 1];
    ensures is_reader(r) && (len > 0 ==> took{Pre, Post}(r, len));
    ensures len > 0 ==> !r->bad ==> \forall integer i; 0 <= i < len ==>
      ((uint8_t *)to)[i] == \old(r->at)[i];
    ensures r->bad ==> \forall integer i; 0 <= i < len ==> ((uint8_t *)to)[i] == 0; */
void read_bytes(struct reader *r, void *to, size_t len);

/*@ requires is_reader(r);
    assigns \nothing;
    ensures \result <==> !r->bad && r->left == 0; */
static inline bool read_end(const struct reader *r);

/* ---- writing ---- */

/*@ requires room((uint8_t *)at, cap);
    assigns \nothing;
    ensures \result.at == (uint8_t *)at && \result.len == 0 && \result.cap == cap &&
      !\result.full; */
struct writer writer_of(void *at, size_t cap);

/*@ requires is_writer(w);
    requires some: len > 0;
    assigns w->len, w->full;
    ensures is_writer(w) && grew{Pre, Post}(w, len);
    ensures !w->full ==> \result == w->at + \old(w->len) && room(\result, len) &&
      \separated(w, \result + (0 .. len - 1));
    ensures w->full <==> \result == \null; */
static uint8_t *grow(struct writer *w, size_t len);

/*@ requires is_writer(w);
    assigns w->len, w->full, w->at[w->len];
    ensures is_writer(w) && grew{Pre, Post}(w, 1);
    ensures !w->full ==> w->at[\old(w->len)] == v; */
void write_u8(struct writer *w, uint8_t v);

/*@ requires is_writer(w);
    assigns w->len, w->full, w->at[w->len .. w->len + 1];
    ensures is_writer(w) && grew{Pre, Post}(w, 2);
    ensures !w->full ==> w->at[\old(w->len)] == (uint8_t)(v >> 8) &&
      w->at[\old(w->len) + 1] == (uint8_t)v; */
void write_be16(struct writer *w, uint16_t v);

/*@ requires is_writer(w);
    assigns w->len, w->full, w->at[w->len .. w->len + 3];
    ensures is_writer(w) && grew{Pre, Post}(w, 4); */
void write_be32(struct writer *w, uint32_t v);

/*@ requires is_writer(w);
    assigns w->len, w->full, w->at[w->len .. w->len + 7];
    ensures is_writer(w) && grew{Pre, Post}(w, 8); */
void write_be64(struct writer *w, uint64_t v);

/*@ requires v < 0x4000000000000000;
    assigns \nothing;
    ensures \result == (v < 0x40 ? 1 : v < 0x4000 ? 2 : v < 0x40000000 ? 4 : 8); */
size_t varint_size(uint64_t v);

/*@ requires is_writer(w) && v < 0x4000000000000000;
    assigns w->len, w->full, w->at[w->len .. w->len + 7];
    ensures is_writer(w);
    ensures v < 0x40 ==> grew{Pre, Post}(w, 1);
    ensures 0x40 <= v < 0x4000 ==> grew{Pre, Post}(w, 2);
    ensures 0x4000 <= v < 0x40000000 ==> grew{Pre, Post}(w, 4);
    ensures 0x40000000 <= v ==> grew{Pre, Post}(w, 8); */
void write_varint(struct writer *w, uint64_t v);

/*@ requires is_writer(w) && bytes(bytes.at, bytes.len);
    requires \separated(bytes.at + (0 .. bytes.len - 1), w, w->at + (0 .. w->cap - 1));
    assigns w->len, w->full, w->at[w->len .. w->len + bytes.len - 1];
    ensures is_writer(w) && (bytes.len > 0 ==> grew{Pre, Post}(w, bytes.len));
    ensures bytes.len == 0 ==> w->len == \old(w->len) && w->full == \old(w->full);
    ensures !w->full ==> \forall integer i; 0 <= i < bytes.len ==>
      w->at[\old(w->len) + i] == bytes.at[i]; */
void write_span(struct writer *w, struct span bytes);

/*@ requires is_writer(w);
    assigns w->len, w->full, w->at[w->len .. w->len + len - 1];
    ensures is_writer(w) && (len > 0 ==> grew{Pre, Post}(w, len));
    ensures !w->full ==> \forall integer i; 0 <= i < len ==> w->at[\old(w->len) + i] == 0; */
void write_zeroes(struct writer *w, size_t len);

/*@ requires is_writer(w);
    assigns \nothing;
    ensures \result.at == w->at && \result.len == w->len && bytes(\result.at, \result.len); */
static inline struct span written(const struct writer *w);

/*@ requires is_writer(w);
    assigns \nothing;
    ensures can_write(w, \result) && (w->full ==> \result == 0) &&
      (!w->full ==> \result == w->cap - w->len) ||
            w->full && \result == 0; */
static inline size_t writer_room(const struct writer *w);

/*@ requires is_writer(w);
    PROOF_GIVEN requires text: is_text((char *)text);
    PROOF_GIVEN requires apart: \separated((uint8_t *)text + (0 .. text_len((char *)text) - 1), w,
      w->at + (0 .. w->cap - 1));
    assigns w->len, w->full, w->at[w->len .. w->len + text_len((char *)text) - 1];
    ensures is_writer(w); */
void write_text(struct writer *w, const char *text);

/*@ requires room((uint8_t *)at, len);
    assigns ((uint8_t *)at)[0 .. len - 1]; */
void bytes_clear(void *at, size_t len);

/* ---- secrets ---- */

/* The empty assembler statement in it, which says nothing but that v is looked at,
 * is left out. */
/*@ assigns \nothing;
    ensures \result == v; */
static uint64_t opaque(uint64_t v);

/*@ requires bytes((uint8_t *)a, len);
    assigns \nothing; */
bool bytes_zero(const void *a, size_t len);

/*@ requires room((uint8_t *)at, len);
    assigns ((uint8_t *)at)[0 .. len - 1];
    ensures \forall integer i; 0 <= i < len ==> ((uint8_t *)at)[i] == 0; */
void bytes_wipe(void *at, size_t len);

/*@ requires bytes((uint8_t *)a, len) && bytes((uint8_t *)b, len);
    assigns \nothing; */
bool bytes_equal(const void *a, const void *b, size_t len);

/*@ requires v < 0x80000000 && low < 0x80000000 && high < 0x80000000;
    assigns \nothing; */
uint32_t bytes_in_range(uint32_t v, uint32_t low, uint32_t high);
