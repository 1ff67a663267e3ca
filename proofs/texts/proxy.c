/* proxy: the URL of a proxy, and the hosts that are reached without it, os/proxy. */
#include "proofs/texts/ended.h"

#include "base/addr.h"
#include "os/proxy.h"

/*@ requires bytes(text.at, text.len) && \valid(host) && \valid(port) && \separated(host, port);
    assigns *host, *port;
    ensures \result ==> bytes(host->at, host->len) && host->len > 0 &&
      \base_addr(host->at) == \base_addr(text.at); */
bool addr_split_host_port(struct span text, uint16_t port_default, struct span *host,
                          uint16_t *port);

/*@ requires bytes(text.at, text.len) && \valid(out);
    assigns *out; */
bool addr_parse(struct span text, uint16_t port_default, struct addr *out);

/*@ requires \valid_read(a);
    assigns \nothing; */
bool addr_is_v4(const struct addr *a);

/* In a text; what is found, of so many bytes, is a part of it. */
/*@ admit requires text: is_text(text);
    assigns \nothing;
    ensures \result != \null ==> \exists integer i; 0 <= i && i + len <= text_len(text) &&
      \result == text + i; */
char *find_text(const char *text, const char *wanted, size_t len);
#define strstr(text, wanted) find_text(text, wanted, sizeof(wanted) - 1)

/*@ admit requires text: is_text(text);
    assigns \nothing;
    ensures \result != \null ==> \exists integer i; 0 <= i < text_len(text) &&
      \result == text + i; */
char *strrchr(const char *text, int byte);

/* memset of the whole. */
#undef memset
#define memset(at, byte, len) clear_all()
static void clear_all(void);

#include "os/proxy.c"

/*@ assigns the; */
static void clear_all(void);

/*@ predicate not_ours(struct span s) = bytes(s.at, s.len) && \base_addr(s.at) != \base_addr(&the);
*/

/*@ requires bytes(s.at, s.len) && cap >= 1 && room(out, cap);
    requires \base_addr(s.at) != \base_addr(out);
    assigns out[0 .. cap - 1]; */
static bool put(struct span s, char *out, size_t cap);

/*@ requires bytes(s.at, s.len) && room(out, PROXY_SECRET);
    requires \base_addr(s.at) != \base_addr(out);
    assigns out[0 .. PROXY_SECRET - 1]; */
static bool unescape(struct span s, char *out);

/*@ requires not_ours(login);
    assigns the; */
static bool take_login(struct span login);

/*@ requires not_ours(url) && url.len <= SIZE_MAX - 3;
    assigns the; */
enum err proxy_use(struct span url, struct span exceptions);

/*@ requires is_text(url) && is_string(out);
    requires \base_addr(url) != \base_addr(out) && \base_addr(url) != \base_addr(out->at);
    assigns out->len, out->cut, out->at[0 .. out->cap - 1];
    ensures is_string(out); */
void proxy_show(const char *url, struct text *out);

/*@ requires \valid_read(a) && bytes(rule.at, rule.len);
    assigns \nothing; */
static bool in_network(const struct addr *a, struct span rule);

/*@ requires bytes(a.at, a.len) && bytes(b.at, b.len) && a.len <= b.len;
    assigns \nothing; */
static bool same_letters(struct span a, struct span b);

/*@ requires bytes(host.at, host.len) && bytes(rule.at, rule.len);
    assigns \nothing; */
static bool above(struct span host, struct span rule);

/*@ requires bytes(host.at, host.len) && bytes(the.exceptions.at, the.exceptions.len);
    assigns \nothing; */
bool proxy_covers(struct span host);

/*@ requires not_ours(host) && \valid(out) && the.names_count <= PROXY_NAMES;
    assigns the.names[0 .. PROXY_NAMES - 1][0 .. PROXY_NAME - 1], the.names_count, *out;
    ensures the.names_count <= PROXY_NAMES; */
bool proxy_name(struct span host, uint16_t port, struct addr *out);
