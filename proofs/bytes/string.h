/* string.h for proofs of base/bytes: what the C standard says of the functions that it calls,
 * for bytes. This is taken as
 * given, not proved. It stands in the place of the one that Frama-C brings,
 * which speaks of char. */
#pragma once
#define __FC_STRING_H_
#include <stddef.h>
#include <stdint.h>

/*@ requires room: n > 0 ==> \valid((uint8_t *)to + (0 .. n - 1));
    requires bytes: n > 0 ==> \valid_read((uint8_t *)from + (0 .. n - 1));
    requires apart: n > 0 ==> \separated((uint8_t *)to + (0 .. n - 1),
      (uint8_t *)from + (0 .. n - 1));
    assigns ((uint8_t *)to)[0 .. n - 1] \from ((uint8_t *)from)[0 .. n - 1];
    assigns \result \from to;
    ensures same: \forall integer i; 0 <= i < n ==> ((uint8_t *)to)[i] == ((uint8_t *)from)[i];
    ensures \result == to; */
void *memcpy(void *to, const void *from, size_t n);

/*@ requires room: n > 0 ==> \valid((uint8_t *)at + (0 .. n - 1));
    assigns ((uint8_t *)at)[0 .. n - 1] \from byte;
    assigns \result \from at;
    ensures set: \forall integer i; 0 <= i < n ==> ((uint8_t *)at)[i] == (uint8_t)byte;
    ensures \result == at; */
void *memset(void *at, int byte, size_t n);

/*@ requires bytes: n > 0 ==> \valid_read((uint8_t *)a + (0 .. n - 1)) &&
      \valid_read((uint8_t *)b + (0 .. n - 1));
    assigns \result \from ((uint8_t *)a)[0 .. n - 1], ((uint8_t *)b)[0 .. n - 1];
    ensures equal: \result == 0 <==> (\forall integer i; 0 <= i < n ==>
      ((uint8_t *)a)[i] == ((uint8_t *)b)[i]); */
int memcmp(const void *a, const void *b, size_t n);

/*@ axiomatic Text {
      logic integer text_len{L}(char *text) reads text[0 ..];
      predicate is_text{L}(char *text) reads text[0 ..];
      axiom text_end{L}: \forall char *text; is_text(text) ==>
        0 <= text_len(text) <= SIZE_MAX && text[text_len(text)] == 0 &&
      \valid_read(text + (0 .. text_len(text)));
    } */

/*@ requires text: is_text((char *)text);
    assigns \result \from text[0 ..];
    ensures len: \result == text_len((char *)text); */
size_t strlen(const char *text);
