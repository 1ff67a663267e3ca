/* contact: the lines of contacts, crypto/contact. */
#include "proofs/lines/key.h"

#include "base/access_key.h"
#include "base/addr.h"
#include "crypto/contact.h"

/*@ requires is_span(server) && \valid(key) && \separated(server, key);
    assigns *server, *key;
    ensures is_span(server) && server->at == \old(server->at);
    ensures server->len <= \old(server->len); */
bool access_key_split(struct span *server, struct access_key *key);

/*@ requires bytes(text.at, text.len) && \valid(host) && \valid(port) && \separated(host, port);
    assigns *host, *port; */
bool addr_split_host_port(struct span text, uint16_t port_default, struct span *host,
                          uint16_t *port);

/*@ requires bytes(name.at, name.len);
    assigns \nothing;
    ensures \result ==> 1 <= name.len <= LIMIT_NAME; */
bool contact_name_valid(struct span name);

/* A row of a table. */
/*@ requires bytes(name.at, name.len);
    assigns \nothing;
    ensures \result != \null ==> \valid_read(\result); */
const struct encryptor_class *encryptor_class_named(struct span name);

/*@ requires bytes(value.at, value.len) && \valid(to + (0 .. LIMIT_HOST - 1));
    requires \base_addr(to) != \base_addr(value.at);
    assigns to[0 .. LIMIT_HOST - 1]; */
static const char *put_text(struct span value, char to[static LIMIT_HOST]);

/*@ requires bytes(value.at, value.len) && \valid(c) && \base_addr(c) != \base_addr(value.at);
    assigns c->addr[0 .. LIMIT_HOST - 1]; */
static const char *read_addr(struct span value, struct contact *c);

/*@ requires bytes(value.at, value.len) && \valid(c) && \base_addr(c) != \base_addr(value.at);
    assigns c->signal[0 .. LIMIT_HOST - 1]; */
static const char *read_signal(struct span value, struct contact *c);

/*@ requires bytes(value.at, value.len) && \valid(c) && \base_addr(c) != \base_addr(value.at);
    assigns c->suite; */
static const char *read_suite(struct span value, struct contact *c);

/*@ requires bytes(value.at, value.len) && \valid(c) && \base_addr(c) != \base_addr(value.at);
    assigns c->has_pair, c->pair[0 .. 31]; */
static const char *read_pair(struct span value, struct contact *c);

/*@ requires bytes(value.at, value.len) && \valid(to + (0 .. 10));
    requires \base_addr(to) != \base_addr(value.at);
    assigns to[0 .. 10]; */
static const char *read_date(struct span value, char to[static 11]);

/*@ requires bytes(value.at, value.len) && \valid(c) && \base_addr(c) != \base_addr(value.at);
    assigns c->since[0 .. 10]; */
static const char *read_since(struct span value, struct contact *c);

/*@ requires bytes(value.at, value.len) && \valid(c) && \base_addr(c) != \base_addr(value.at);
    assigns c->verified[0 .. 10]; */
static const char *read_verified(struct span value, struct contact *c);

/*@ requires is_span(word);
    assigns *word;
    ensures \result <= 6 && is_span(word) && word->len <= \old(word->len);
    ensures \base_addr(word->at) == \old(\base_addr(word->at)); */
static unsigned field_of(struct span *word);

/*@ requires bytes(word.at, word.len);
    assigns \nothing; */
bool contact_knows_field(struct span word);

/*@ requires bytes(word.at, word.len) && \valid(c) && \base_addr(c) != \base_addr(word.at);
    assigns *c; */
const char *contact_set(struct contact *c, struct span word);

/*@ requires bytes(word.at, word.len) && \valid(c) && \valid(seen) && \separated(seen, c);
    requires \base_addr(c) != \base_addr(word.at);
    assigns *c, *seen; */
static const char *read_field(struct span word, struct contact *c, unsigned *seen);

/*@ requires bytes(s.at, s.len);
    assigns \nothing; */
static bool is_text(struct span s);

/*@ requires bytes(line.at, line.len) && \valid(c) && \base_addr(c) != \base_addr(line.at);
    assigns *c; */
static const char *read_line(struct span line, struct contact *c);

/*@ requires bytes(line.at, line.len) && \valid(c) && \valid(why) && \separated(c, why);
    assigns *c, *why; */
enum err contact_read(struct span line, struct contact *c, const char **why);

#include "crypto/contact.c"
