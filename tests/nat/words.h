/* words: a NAT and the weather on a line, as words: "nat=port delay=40ms loss=1%". */
#pragma once

#include "nat.h"
#include "weather.h"

/* Weather:
 *   delay=T jitter=T reorder loss=P% burst=N rate=R queue=BYTES police=R allowance=BYTES mtu=BYTES
 *   icmp (too big and refused are told) udp=blocked|refused tcp=PORT
 * NAT:
 *   nat=none|endpoint|address|port (what a mapping depends on)
 *   filter=none|address|port       (what filtering depends on)
 *   ports=sequential|random|preserve|near range=A-B step=N overload lowports strays hairpin
 *   addresses=N pooled idle=T unanswered=T absolute=T inbound mappings=N
 * T is a number with us, ms or s; R one with kbit, mbit or gbit; BYTES one with or without k or m
 * (1000 and 1000000). A word of weather that begins with "out." or "in." is for that way only.
 * False: no such word, or not with that value. */
bool words_read(const char *word, struct nat_config *nat, struct weather ways[static 2]);
