#include "cmd/ports.h"

#include <string.h>

#include "base/split.h"
#include "cmd/report.h"
#include "crypto/contact.h"
#include "os/clock.h"
#include "os/interfaces.h"
#include "os/resolve.h"
#include "os/signals.h"

/* ---- opening ---- */

/* Opens one link and waits for the answer, which is left in p. */
static enum err open_link(struct ports *p, uint16_t link, const char *kind, struct addr *local)
{
	struct link_event event;
	net_request(p->net, &(struct link_request){
				.open = true, .link = link, .kind = kind, .local = *local });
	while (!net_event(p->net, &event))
		net_wait(p->net, clock_us() + SECOND, NULL, 0);
	p->reason = event.reason;
	if (event.state == LINK_DOWN)
		return event.why;
	*local = event.local;
	return OK;
}

/* UDP and TCP of one address; where port was 0 both get the same one. */
static enum err open_both(struct ports *p, struct addr *local)
{
	bool choose = local->port == 0;
	uint16_t link = (uint16_t)(p->links + 1);
	enum err err = ERR_BUSY;
	for (int tries = 0; err == ERR_BUSY && tries < (choose ? 16 : 1); tries++) {
		struct addr at = *local;
		err = open_link(p, link, LINK_UDP, &at);
		if (!err)
			err = open_link(p, link + 1, LINK_LISTEN, &at);
		if (err)
			net_request(p->net, &(struct link_request){ .open = false, .link = link });
		else
			*local = at;
	}
	if (!err)
		p->links = (uint16_t)(link + 1);
	return err;
}

static int cannot_listen(const struct ports *p, const struct addr *at, enum err err)
{
	char text[ADDR_TEXT];
	interfaces_format(at, text);
	return report_error(EXIT_LOCAL, "can't listen on %s: %s. %s", text,
	                    p->reason ? p->reason : err_text(err), report_listen_hint(err));
}

/* [::] means every address, of a host without IPv6 too. */
static int open_every(struct ports *p, struct addr *at)
{
	enum err err = open_both(p, at);
	if (err && err != ERR_USAGE)
		return cannot_listen(p, at, err);
	struct addr v4 = addr_v4(0, 0, 0, 0, at->port);
	enum err err_v4 = open_both(p, &v4);
	if (err_v4 && (err || err_v4 != ERR_USAGE))
		return cannot_listen(p, &v4, err_v4);
	if (err)
		*at = v4;
	return 0;
}

static int open_at(struct ports *p, struct addr at)
{
	bool every = addr_is_any(&at) && !addr_is_v4(&at);
	if (p->count == PORTS_MAX)
		return report_error(EXIT_USAGE, "there are too many addresses to listen on");
	p->first[p->count] = (uint16_t)(p->links + 1);
	enum err err = every ? OK : open_both(p, &at);
	int code = every ? open_every(p, &at) : err ? cannot_listen(p, &at, err) : 0;
	if (!code)
		p->at[p->count++] = at;
	return code;
}

/* beside: the link of the first port at that address. */
static bool open_udp(struct ports *p, struct addr at, uint16_t beside)
{
	uint16_t link = (uint16_t)(p->links + 1);
	if (open_link(p, link, LINK_UDP, &at) != OK)
		return false;
	p->links = link;
	p->beside[link] = beside;
	p->beside[beside] = link;
	return true;
}

/* If the port is not free on one of the addresses, it is used on none. */
static void open_other(struct ports *p)
{
	uint16_t first = p->at[0].port, links = p->links;
	bool open = first < UINT16_MAX;
	for (size_t i = 0; i < p->count && open; i++) {
		struct addr at = p->at[i];
		if (at.port != first)
			continue;
		at.port++;
		bool v4 = addr_is_v4(&at), every = addr_is_any(&at) && !v4;
		open = open_udp(p, at, p->first[i]);
		if (every) /* as in open_every: UDP, TCP, and the same of IPv4 */
			open |=
			    open_udp(p, addr_v4(0, 0, 0, 0, at.port), (uint16_t)(p->first[i] + 2));
	}
	p->other = open ? (uint16_t)(first + 1) : 0;
	if (!open)
		memset(p->beside, 0, sizeof p->beside);
	for (; !open && p->links > links; p->links--)
		net_request(p->net, &(struct link_request){ .open = false, .link = p->links });
}

/* ---- what people write ---- */

static int bad(const char *text)
{
	return report_error(
	    EXIT_USAGE,
	    "'%s' isn't an address to listen on. Write it as 0.0.0.0:" LIMIT_PORT_TEXT
	    ", [::]:" LIMIT_PORT_TEXT ", NAME:" LIMIT_PORT_TEXT ", or " LIMIT_PORT_TEXT ".%s",
	    text, report_port_hint(text));
}

static int look_up(struct ports *p, const char *text, struct span host, uint16_t port,
                   struct addr out[static LIMIT_PEER_ADDRS], size_t *count)
{
	static struct resolve r;
	char name[LIMIT_HOST];
	struct text t = text_of(name, sizeof name);
	text_add_span(&t, host);
	enum err err = resolve_check(host);
	if (err)
		return report_no_host(name, err);
	err = resolve_start(&r, host, port, out, count, clock_us());
	int code = 0;
	while (err == ERR_FULL && !code) {
		struct watch w[RESOLVE_FAMILIES + 1];
		resolve_watch(&r, w);
		w[RESOLVE_FAMILIES] = poller_lasting(signals_fd(), true);
		net_wait(p->net, r.deadline, w, RESOLVE_FAMILIES + 1);
		code = signals_ending(signals_take());
		err = resolve_take(&r, out, count, clock_us());
	}
	resolve_end(&r);
	if (code || !err)
		return code;
	return report_error(EXIT_LOCAL, "can't listen on %s: %s", text,
	                    err == ERR_UNREACHABLE
	                        ? "no such host"
	                        : "the name servers don't answer. An address works without them.");
}

static int open_text(struct ports *p, struct span word)
{
	char text[LIMIT_HOST];
	struct text t = text_of(text, sizeof text);
	struct span number = word, host;
	uint64_t every = 0;
	uint16_t port;
	struct addr at[LIMIT_PEER_ADDRS];
	size_t count = 0;
	text_add_span(&t, word);
	(void)split_prefix(&number, ":");
	if (text_read_u64(number, UINT16_MAX, &every))
		return open_at(p, (struct addr){ .port = (uint16_t)every });
	if (t.cut || report_port_hint(text)[0] ||
	    !addr_split_host_port(word, LIMIT_PORT, &host, &port))
		return bad(text);
	int code = look_up(p, text, host, port, at, &count);
	for (size_t i = 0; i < count && !code; i++)
		code = open_at(p, at[i]);
	return code;
}

int ports_open(struct ports *p, struct net *net, const struct option_list *listen)
{
	int code = 0;
	*p = (struct ports){ .net = net };
	for (size_t i = 0; i < listen->count && !code; i++)
		code = open_text(p, split_trim(span_text(listen->at[i])));
	if (!code && p->count == 0)
		code = open_text(p, span_text(LIMIT_PORT_TEXT));
	p->both = p->links;
	if (!code)
		open_other(p);
	return code;
}

bool ports_datagrams(const struct ports *p, uint16_t link)
{
	return link > 0 && link <= p->links && (link > p->both || link % 2 == 1);
}

void ports_text(const struct ports *p, struct text *out)
{
	for (size_t i = 0; i < p->count; i++) {
		char text[ADDR_TEXT];
		interfaces_format(&p->at[i], text);
		text_add_format(out, "%s%s", i > 0 ? ", " : "", text);
	}
}
