/* Texts that end with a 0, because a 0 stands somewhere in what is theirs. The driver built
 * proves what is said here of base/text and split, beside what proofs/reading says. */
#pragma once

#include "proofs/texts/given.h"

/*@ axiomatic Ended {
      axiom ended{L}: \forall char *text, integer n; 0 <= n <= SIZE_MAX &&
        \valid_read(text + (0 .. n)) && text[n] == 0 ==> is_text(text) && text_len(text) <= n;
      // as text_end says; provers find it more easily alone
      axiom zero{L}: \forall char *text; is_text(text) ==> text[text_len(text)] == 0;
    }
    predicate is_ended{L}(struct text *t) = is_string(t) && t->at[t->len] == 0;
*/

/*@ ensures \result.at[0] == 0; */
struct text text_of(char *at, size_t cap);

/*@ ensures \old(is_ended(t)) ==> is_ended(t);
    ensures t->at == \old(t->at) && t->cap == \old(t->cap); */
void text_add_span(struct text *t, struct span s);

/* Where a line goes on. */
/*@ ensures \base_addr(s->at) == \old(\base_addr(s->at)); */
bool split_line(struct span *s, struct span *line);

/*@ ensures \base_addr(\result.at) == \base_addr(s.at); */
struct span split_trim(struct span s);

/* What the program itself says. */
/*@ requires is_string(t);
    admit requires text: is_text(s) &&
      \separated(s + (0 .. text_len(s) - 1), t, t->at + (0 .. t->cap - 1));
    assigns t->len, t->cut, t->at[0 .. t->cap - 1];
    ensures is_string(t) && t->at == \old(t->at) && t->cap == \old(t->cap);
    ensures \old(is_ended(t)) ==> is_ended(t); */
void text_add(struct text *t, const char *s);
