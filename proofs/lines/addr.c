/* addr: addresses as people, files and servers write them, base/addr. */
#include "proofs/reading/texts.h"

#include "base/addr.h"

/* Formatted text. */
/*@ requires is_string(t);
    assigns t->len, t->cut, t->at[0 .. t->cap - 1];
    ensures is_string(t); */
void add_format(struct text *t);
#define text_add_format(t, ...) add_format(t)

/*@ requires bytes(text.at, text.len) && \valid(ip + (0 .. 3));
    assigns ip[0 .. 3]; */
static bool parse_v4(struct span text, uint8_t ip[static 4]);

/*@ requires bytes(text.at, text.len) && \valid(out + (0 .. 1));
    assigns out[0 .. 1]; */
static bool parse_group(struct span text, uint8_t out[static 2]);

/*@ requires bytes(text.at, text.len) && \valid(ip + (0 .. 15)) && \valid(len);
    assigns ip[0 .. 15], *len;
    ensures \result ==> *len <= 16; */
static bool parse_groups(struct span text, uint8_t ip[static 16], size_t *len);

/*@ requires bytes(text.at, text.len) && \valid(ip + (0 .. 15));
    assigns ip[0 .. 15]; */
bool addr_parse_v6(struct span text, uint8_t ip[static 16]);

/*@ requires bytes(text.at, text.len) && \valid(zone);
    assigns *zone;
    ensures bytes(\result.at, \result.len) && bytes(zone->at, zone->len);
    ensures \base_addr(\result.at) == \base_addr(text.at); */
static struct span without_zone(struct span text, struct span *zone);

/*@ requires bytes(text.at, text.len);
    assigns \nothing;
    ensures \result ==> text.len > 0; */
static bool is_bracketed(struct span text);

/*@ requires bytes(text.at, text.len) && \valid(host) && \valid(port) && \separated(host, port);
    assigns *host, *port;
    ensures \result ==> bytes(host->at, host->len) && host->len > 0 &&
      \base_addr(host->at) == \base_addr(text.at); */
bool addr_split_host_port(struct span text, uint16_t port_default, struct span *host,
                          uint16_t *port);

/*@ requires bytes(text.at, text.len) && \valid(out) && \valid(zone) && \separated(out, zone);
    assigns *out, *zone;
    ensures \result ==> bytes(zone->at, zone->len); */
bool addr_parse_zone(struct span text, uint16_t port_default, struct addr *out, struct span *zone);

/*@ requires bytes(text.at, text.len) && \valid(out);
    assigns *out; */
bool addr_parse(struct span text, uint16_t port_default, struct addr *out);

/*@ assigns \nothing; */
struct addr addr_v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint16_t port);

/*@ requires is_reader(r);
    assigns *r;
    ensures is_reader(r) && took{Pre, Post}(r, ADDR_WIRE); */
struct addr addr_read(struct reader *r);

#include "base/addr.c"
