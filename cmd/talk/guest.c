#include "cmd/talk/guest.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/min_max.h"
#include "os/descriptor.h"
#include "os/port.h"

#define TO_ASK   (10 * SECOND) /* for a whole request */
#define TO_LEAVE SECOND        /* for a browser to take the answer and close */

struct guest *guest_new(int fd, uint64_t now)
{
	struct guest *g = calloc(1, sizeof *g);
	if (g == NULL)
		return NULL;
	g->fd = fd;
	g->line = -1;
	g->until = now + TO_ASK;
	return g;
}

static void close_line(struct guest *g)
{
	poller_forget(&g->asked[1], g->line);
	descriptor_close(g->line);
	g->line = -1;
}

void guest_free(struct guest *g)
{
	if (g == NULL)
		return;
	close_line(g);
	upload_leave(g->upload, UPLOAD_GIVES);
	poller_forget(&g->asked[0], g->fd);
	descriptor_close(g->fd);
	bytes_wipe(g, sizeof *g);
	free(g);
}

static bool writes(const struct guest *g)
{
	return g->out_at < g->out_len || g->rest.len > 0;
}

/* Nobody wants what it gives any more. */
static bool is_vain(const struct guest *g)
{
	return g->upload && upload_is_left(g->upload, UPLOAD_TAKES);
}

uint64_t guest_deadline(const struct guest *g)
{
	return g->gone || is_vain(g) ? 0 : g->until;
}

void guest_ask(struct guest *g, struct poller *p, uint32_t who)
{
	size_t room;
	if (g->upload) {
		(void)upload_room(g->upload, &room);
		g->stuck = room == 0;
	}
	bool in = g->state != ANSWERED && !(g->state == SAYS && g->stuck);
	short line = g->state == HEARS && !writes(g) ? POLLIN
	             : g->state == SAYS && g->stuck  ? POLLOUT
	                                             : 0;
	short browser =
	    (short)((in ? POLLIN : 0) | (writes(g) || g->state == ANSWERED ? POLLOUT : 0));
	g->gone |= !poller_ask(p, g->fd, browser, &g->asked[0], who);
	if (g->line >= 0)
		g->gone |= !poller_ask(p, g->line, line, &g->asked[1], who + 1);
}

/* ---- answers ---- */

static void answer(struct guest_of *w, struct guest *g, struct span body)
{
	struct writer to = writer_of(g->out, HTTP_ANSWER);
	bool good = g->http.status == 200;
	http_answer(&g->http, body.len, w->page.script, w->page.style, &to);
	g->out_at = 0;
	g->out_len = to.len;
	g->rest = good ? body : span_of(NULL, 0);
	g->state = good && g->http.wants == HTTP_EVENTS ? HEARS : ANSWERED;
	upload_leave(g->upload, UPLOAD_GIVES);
	g->upload = NULL;
	if (g->state == HEARS)
		g->until = NEVER;
	else
		close_line(g);
}

static void refuse(struct guest_of *w, struct guest *g, unsigned status)
{
	g->http.status = status;
	answer(w, g, span_of(NULL, 0));
}

/* True: all is written. */
static bool write_out(struct guest *g)
{
	size_t taken;
	while (!g->gone && (g->out_at < g->out_len || g->rest.len > 0)) {
		bool head = g->out_at < g->out_len;
		struct span some =
		    head ? span_of(g->out + g->out_at, g->out_len - g->out_at) : g->rest;
		g->gone = !port_write(g->fd, some, &taken);
		g->out_at += head ? taken : 0;
		g->rest = head ? g->rest : span_after(g->rest, taken);
		if (taken < some.len)
			return false;
	}
	return !g->gone;
}

/* ---- questions ---- */

/* What it says is added to in. True: there is something. */
static bool read_in(struct guest *g)
{
	size_t len = 0;
	g->in_len -= g->in_at; /* what is taken makes room */
	memmove(g->in, g->in + g->in_at, g->in_len);
	g->in_at = 0;
	if (g->in_len == sizeof g->in)
		return true;
	enum err err = descriptor_read(g->fd, g->in + g->in_len, sizeof g->in - g->in_len, &len);
	g->in_len += err == OK ? len : 0;
	g->gone |= err == OK ? len == 0 : err != ERR_FULL;
	return len > 0 && !g->gone;
}

static struct span unread(const struct guest *g)
{
	return span_of(g->in + g->in_at, g->in_len - g->in_at);
}

/* An upload that is awaited. A body of another length is none of it. */
static void take_up(struct guest_of *w, struct guest *g)
{
	unsigned i = 0;
	while (i < GUEST_UPLOADS &&
	       (w->awaited[i].upload == NULL || w->awaited[i].transfer != g->http.transfer))
		i++;
	if (i == GUEST_UPLOADS) {
		refuse(w, g, 404);
		return;
	}
	g->upload = w->awaited[i].upload;
	w->awaited[i].upload = NULL;
	g->until = NEVER;
	if (g->http.body != upload_bytes(g->upload))
		refuse(w, g, 400);
}

/* The head of its request. True: it is whole. */
static bool ask(struct guest_of *w, struct guest *g)
{
	if (!read_in(g))
		return false;
	g->in_at += http_input(&g->http, &w->place, unread(g));
	enum http_wants wants = g->http.wants;
	if (g->http.status == 0)
		return true;
	g->state = SAYS;
	if (g->http.status != 200)
		refuse(w, g, g->http.status);
	else if (wants == HTTP_PAGE)
		answer(w, g, w->page.text);
	else if (wants == HTTP_UPLOAD)
		take_up(w, g);
	else if (wants != HTTP_QR) {
		g->line = w->audience ? audience_join(w->audience, wants == HTTP_COMMANDS) : -1;
		if (g->line < 0)
			refuse(w, g, 503);
	}
	return true;
}

/* A text as a QR code. True: it is whole, and answered. */
static bool say_qr(struct guest_of *w, struct guest *g)
{
	static struct qr qr;
	if (unread(g).len < g->http.body)
		return read_in(g);
	struct text t = text_of((char *)g->out + HTTP_ANSWER, QR_LINES);
	if (!qr_make(&qr, http_take_body(&g->http, unread(g)))) {
		refuse(w, g, 413);
		return true;
	}
	qr_draw(&qr, false, &t);
	answer(w, g, text_span(&t));
	return true;
}

/* Bytes of files, as they are taken. True: some came, or it is answered. */
static bool give(struct guest_of *w, struct guest *g)
{
	size_t room, len = 0;
	uint8_t *to = upload_room(g->upload, &room);
	struct span some = unread(g);
	if (is_vain(g) || g->http.body == 0) {
		refuse(w, g, g->http.body > 0 ? 503 : 200);
		return true;
	}
	room = (size_t)min_of(room, g->http.body);
	if (some.len > 0) {
		len = min_of(some.len, room);
		memcpy(to, some.at, len);
		g->in_at += len;
	} else if (room > 0) {
		enum err err = descriptor_read(g->fd, to, room, &len);
		len = err ? 0 : len;
		g->gone |= err != ERR_FULL && len == 0;
	}
	upload_came(g->upload, http_take_body(&g->http, span_of(to, len)).len);
	return len > 0;
}

/* What it says goes to the audience, and the end of a line behind it. True: something went. */
static bool say(struct guest_of *w, struct guest *g)
{
	size_t taken = 0;
	bool whole = g->http.body == 0;
	if (g->upload)
		return give(w, g);
	if (g->http.wants == HTTP_QR)
		return say_qr(w, g);
	if (!whole && unread(g).len == 0 && !read_in(g))
		return false;
	struct span some = unread(g);
	some.len = (size_t)min_of(some.len, g->http.body);
	g->gone |= !port_write(g->line, whole ? span_text("\n") : some, &taken);
	g->stuck = taken < (whole ? 1 : some.len);
	if (whole && !g->stuck)
		answer(w, g, span_of(NULL, 0));
	else if (!whole)
		g->in_at += http_take_body(&g->http, span_of(some.at, taken)).len;
	return !g->stuck && !g->gone;
}

/* ---- events ---- */

/* What the audience has for it goes out, as a chunk. True: something went. */
static bool hear(struct guest *g)
{
	uint8_t some[GUEST_PIECE];
	size_t len = 0;
	enum err err = descriptor_read(g->line, some, sizeof some, &len);
	if (err == ERR_FULL)
		return false;
	struct writer to = writer_of(g->out, sizeof g->out);
	http_chunk(err ? 0 : len, &to);
	if (len > 0) {
		write_span(&to, span_of(some, len));
		write_text(&to, "\r\n");
	} else {
		g->state = ANSWERED;
		close_line(g);
	}
	g->out_at = 0;
	g->out_len = to.len;
	bytes_wipe(some, len);
	return true;
}

/* It is wanted no longer what it says, but when it goes. */
static void look(struct guest *g)
{
	for (g->in_at = g->in_len = 0; read_in(g);)
		g->in_len = 0;
}

/* ---- in each turn ---- */

void guest_serve(struct guest *g, struct guest_of *w, uint64_t now)
{
	bool more = true;
	for (int i = 0; more && !g->gone && i < 64; i++) {
		more = write_out(g);
		if (g->state == HEARS || g->state == LEAVES)
			look(g);
		if (!more)
			continue;
		switch (g->state) {
		case ASKS: more = ask(w, g); break;
		case SAYS: more = say(w, g); break;
		case HEARS: more = hear(g); break;
		case ANSWERED:
			port_end(g->fd);
			g->state = LEAVES;
			g->until = now + TO_LEAVE;
			break;
		case LEAVES: more = false; break;
		}
	}
	g->gone |= now >= g->until;
}
