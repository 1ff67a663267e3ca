/* The choice of a path: docs/PROTOCOL.md 6.6. Two sides, A and B (the initiator). One of them, the MOVER, may change its address from
   H to N and back: B notices, or does not, as when its NAT gives it another port. So the other side knows it by up to three
   addresses: H, N, and X, the attacker's. The mover knows the other one by two: H, which is its address, and X.

   The attacker sees all packets. What is sent to where a side is arrives; or it is lost, LOSSES times; or he is faster, and it
   arrives from X, or from the other one of H and N, which he forges (the packet itself then counts as repeated, 3.3-4, and
   changes nothing). What is sent to X, or to where nobody is any more, he has: he forwards it, from any of these addresses, or
   he does not. KEEPS packets that did not arrive he may keep for as long as he likes.
   phase 0: he does all that. 1: he is still faster where he likes, forges, and sends what he has kept, but forwards nothing. 2: he
   is gone. He begins in BEGINS. With ONE_WAY only packets of B have to fear that he is faster, and what he forwards comes from H.

   Packets arrive in any order. Time goes by turns: when nothing is under way any more, each side does what is due by then (a
   challenge, a repetition, suspicion); EARLY times one does so before. TRIES is how often a path is asked in vain, for 8, 3 and 12
   of 6.6. All addresses are equal (6.6-12). With SIZES the bytes to an address that has not answered are counted (6.6-8).

   The sides are in C, so that the state is small; what is chosen is in Promela. A number is that of a packet; those that nothing
   refers to any more are left out, and the others move up (tidy): so what is the same but for numbers is one state. */

#include "properties.pml"
#define WAITS 1		/* once he forwards no more, what a side has said is acknowledged within PATIENCE turns */
#define PROVED 2	/* his address is proved, and carries data, only if he forwards */
#define TRUE_ACKS 3	/* what is acknowledged has arrived */
#define HIS_NEVER 4	/* his address carries no data */
#define FITS 5		/* the model has numbers enough */
#define THERE 6		/* ... and each side's data goes to where the other one is */
#define UNDONE 7	/* an old packet does not take the data elsewhere */
#define LIMIT 8		/* not more than three times what came goes to an address that has not answered */

#ifndef BEGINS
#define BEGINS 0
#endif
#ifndef LOSSES
#define LOSSES 0
#endif
#ifndef EARLY
#define EARLY 0
#endif
#ifndef TEXTS_A
#define TEXTS_A 0
#endif
#ifndef TEXTS_B
#define TEXTS_B 1
#endif
#ifndef TURNS
#define TURNS 3
#endif
#ifndef PATIENCE
#define PATIENCE 5
#endif
#ifndef MOVES
#define MOVES 0
#endif
#ifndef KEEPS
#define KEEPS 0
#endif
#ifndef MOVER
#define MOVER 1
#endif
/* When the sides may not wait for long. A side that has moved may, while he is faster with whatever it sends. */
#if defined(MEDDLES) || defined(ALWAYS)
#define COUNTS (w.phase > 0)
#else
#define COUNTS (w.phase == 2 || (w.phase == 1 && w.moves == 0))
#endif
#ifdef MEDDLES /* so often he is faster; turns are counted since then */
#define FREE (w.meddles < MEDDLES)
#else
#define FREE 1
#endif
#define TRIES 2
#define SHORTS 2 /* after so many short turns 20 s are over */
#define NUMBERS 16
#define CHALLENGES 2 /* of the four (6.6-9) */
#ifdef ONE_WAY
#define FASTER(me) (me == 0)
#else
#define FASTER(me) 1
#endif

c_decl {
enum { H, X, N, PATHS, NOWHERE = PATHS };
enum { UNKNOWN, PROVING, VALIDATED, SILENT }; /* 11.4 */
enum { OLD = 1, FIRST };		      /* numbers: one that nothing can come of; those of packets */
enum { PING_LEN = 34, ACK_LEN = 50, CHALLENGE_LEN = 42, RESPONSE_LEN = 27, TEXT_LEN = 100, PADDED = 548 };

struct packet {
	unsigned there : 1, kept : 1;
	unsigned on : 2;	/* where to */
	unsigned from : 2;	/* where the mover was */
	unsigned ping : 1, text : 2; /* PING; STREAM: the text of this number, or 0 */
	unsigned challenge : 1, padded : 1; /* the challenge's bytes are the number of the packet */
	unsigned response : 4;	/* to the challenge of that number; 0: none */
	unsigned char acks[PATHS]; /* of the newest packet that the peer has in flight on each of its paths */
};
struct challenge {
	unsigned char number : 4; /* 0: none that is not answered */
	unsigned char fresh : 1;  /* since the doubt began */
	unsigned char padded : 1;
};
struct path {
	unsigned stage : 2, tries : 3;
	unsigned sure : 1;		/* has answered since the doubt began */
	unsigned ask : 1, asked : 1;	/* a challenge is due; one was sent in this turn */
	unsigned held : 1;		/* one was due, but 6.6-8 did not let it leave */
	unsigned reached : 1;		/* it has answered: 6.6-8 */
	unsigned respond : 4, pad : 1;	/* to this challenge, padded */
	unsigned highest : 4;		/* of the packets here that say that their sender is (6.6-11) */
	unsigned flying : 4;		/* the newest unacknowledged packet; 0: none */
	unsigned text : 2;		/* unacknowledged here */
	unsigned carries : 1;		/* that packet carries it */
	unsigned since : 1;		/* it was sent since the doubt began */
	unsigned copy : 1;		/* what is unacknowledged is to be sent here, too */
	struct challenge sent[CHALLENGES]; /* the newest first */
	short credit;			/* bytes that may go there */
};
struct side {
	struct path at[PATHS];
	struct packet sealed[NUMBERS]; /* under way */
	unsigned data : 2;	/* the path in use */
	unsigned asker : 2;	/* where the newest ack-eliciting packet came from */
	unsigned newest : 4;	/* its number */
	unsigned last : 2;	/* where a packet came last (LATEST) */
	unsigned doubt : 1, grace : 1;
	unsigned moved : 1;	/* it has chosen among equals in this turn */
	unsigned send : 1, ping : 1;	/* the text said last, or PING, is to be sent */
	unsigned said : 2, acked : 2, got : 2;
	unsigned ack : 1;	/* is due */
	unsigned listens : 1;	/* has heard since it sent something ack-eliciting */
	unsigned number : 5;	/* of its next packet */
	unsigned waits : 4, astray : 4; /* turns, since he forwards no more */
	unsigned short received; /* of what the peer has in flight */
};
struct world {
	struct side s[2];
	unsigned char phase, meddles, losses, early, turns, shorts, keeps, moves, away, forwarded, quiet, full;
	unsigned short broken;
};
}

c_code {
struct world w;
extern int readtrail; /* of the verifier */

void tell(int me, const char *what, int a, int b)
{
	if (readtrail)
		printf("%c: %s %d %d\n", 'A' + me, what, a, b);
}

/* ---- what goes out ---- */

void pay(struct path *at, int len)
{
#ifdef SIZES
	if (at->reached)
		return;
	at->credit -= len;
	if (at->credit < 0)
		w.broken |= 1 << LIMIT;
#endif
}

int pays(const struct path *at, int len)
{
#ifdef SIZES
	return at->reached || at->credit >= len;
#else
	return 1;
#endif
}

struct packet *seal(struct side *s, int where, int len)
{
	static struct packet nobody;
	struct packet *p = &s->sealed[s->number];

	memset(&nobody, 0, sizeof nobody);
	pay(&s->at[where], len);
	if (s->number >= NUMBERS - 1) {
		w.full = 1;
		return &nobody;
	}
	s->number++;
	memset(p, 0, sizeof *p);
	p->there = 1;
	p->on = where;
	p->from = s == &w.s[MOVER] && w.away ? N : H;
	return p;
}

void note(struct path *at, unsigned number, int padded)
{
	memmove(at->sent + 1, at->sent, sizeof at->sent - sizeof at->sent[0]);
	at->sent[0] = (struct challenge){ .number = number, .fresh = 1, .padded = padded };
}

/* A response and a challenge, where they are due. */
void probe(int me, int where)
{
	struct side *s = &w.s[me];
	struct path *at = &s->at[where];
	int padded = 0, len = at->respond ? CHALLENGE_LEN + RESPONSE_LEN - 9 : CHALLENGE_LEN;
	int respond = at->respond;

#ifndef RESPONDS_ONCE
	if (respond && s->data != NOWHERE && s->data != where && !s->at[s->data].respond)
		s->at[s->data].respond = respond; /* 6.6-6 */
#endif
#ifdef SIZES
	if (respond && at->pad && pays(at, PADDED))
		padded = 1;
#endif
	at->respond = at->pad = 0;
	int ask = at->ask;
	int known = at->stage == VALIDATED;
	at->ask = 0;
	if (ask) {
		at->asked = 1;
		at->held = 0;
		at->tries += known && at->tries == 0; /* and again, 6.6-13 */
#ifdef SIZES
#ifdef UNPAID
		padded |= !known;
#else
		padded |= !known && pays(at, PADDED);
		at->held = !pays(at, CHALLENGE_LEN + RESPONSE_LEN);
		ask = !at->held;
#endif
#endif
	}
	if (!ask && !respond)
		return;
	len = padded ? PADDED : respond && ask ? CHALLENGE_LEN + RESPONSE_LEN : respond ? CHALLENGE_LEN + RESPONSE_LEN - 9 : CHALLENGE_LEN;
	unsigned number = s->number;
	struct packet *p = seal(s, where, len);
	tell(me, ask ? "challenges (response to, on)" : "responds (to, on)", respond, where);
	p->response = respond;
	p->challenge = ask;
	p->padded = padded;
	if (ask)
		note(at, number, padded || known);
}

int usable(const struct side *s, int q)
{
	if (q == NOWHERE)
		return 0;
#ifdef UNPROVED
	if (s->at[q].stage == PROVING)
		return 1;
#endif
	return s->at[q].stage == VALIDATED;
}

/* 6.6-10 */
int ack_path(const struct side *s)
{
	int q = s->asker;

	if (q == NOWHERE || s->at[q].stage == UNKNOWN || !pays(&s->at[q], ACK_LEN))
		q = s->data;
	return q;
}

void write_acks(struct side *s, struct packet *p)
{
	const struct side *peer = &w.s[s == &w.s[0]];

	for (int q = H; q < PATHS; q++) {
		int number = peer->at[q].flying;
		p->acks[q] = number >= FIRST && (s->received >> number & 1) ? number : 0;
	}
	s->ack = 0;
}

/* A text, or PING. */
void speak(int me, int where, unsigned text)
{
	struct side *s = &w.s[me];
	unsigned number = s->number;
	struct packet *p = seal(s, where, text ? TEXT_LEN : PING_LEN);

	p->text = text;
	p->ping = text == 0;
	if (s->ack && ack_path(s) == where)
		write_acks(s, p);
	s->at[where].flying = number;
	s->at[where].carries = text > 0;
	if (text)
		s->at[where].text = text;
	s->at[where].since = 1;
	s->listens = 0;
	tell(me, "sends text, on", text, where);
}

void acknowledge(int me, int where)
{
	write_acks(&w.s[me], seal(&w.s[me], where, ACK_LEN));
	tell(me, "acknowledges on", where, 0);
}

void output(int me)
{
	struct side *s = &w.s[me];

	for (int i = 0; i < 2 * PATHS; i++)
		probe(me, i % PATHS);
	for (int q = H; q < PATHS; q++) {
		if (s->at[q].copy && s->at[q].stage == VALIDATED && q != s->data && s->said > s->acked)
			speak(me, q, s->said);
		s->at[q].copy = 0;
	}
	if (s->data != NOWHERE && (s->send || s->ping)) {
		speak(me, s->data, s->send ? s->said : 0);
		s->send = s->ping = 0;
	}
	int path = ack_path(s);
	if (!s->ack || path == NOWHERE)
		return;
	acknowledge(me, path);
#ifndef ACKS_ONCE
	if (path != s->data && s->data != NOWHERE && s->at[path].stage != VALIDATED) {
		s->asker = s->data;
		acknowledge(me, s->data);
	}
#endif
}

/* ---- which path ---- */

/* What is in flight there is sent again. */
void hand_back(struct side *s, int q)
{
#ifndef KEEPS_FLYING
	if (s->at[q].flying && s->at[q].text == s->said && s->said > s->acked)
		s->send = 1;
#endif
	s->at[q].flying = s->at[q].text = s->at[q].since = s->at[q].carries = 0;
}

void stop(struct side *s, int q, int to)
{
	hand_back(s, q);
	if (to == UNKNOWN) {
		memset(&s->at[q], 0, sizeof s->at[q]);
		s->asker = s->asker == q ? NOWHERE : s->asker;
	}
	s->at[q].stage = to;
	s->at[q].tries = 0;
	s->at[q].ask = to == SILENT;
}

void begin_doubt(int me, int news)
{
	struct side *s = &w.s[me];

	s->doubt = s->grace = 1;
	for (int q = H; q < PATHS; q++) {
		struct path *at = &s->at[q];

		for (int i = 0; i < CHALLENGES; i++)
			at->sent[i].fresh = 0;
		at->sure = at->since = 0;
		at->copy = at->stage == VALIDATED && q != s->data;
		if (at->stage == VALIDATED || (news && at->stage == SILENT))
			at->tries = 0;
		at->ask |= at->stage >= VALIDATED;
	}
	tell(me, "doubts", 0, 0);
}

/* Is the first one better? */
int better(const struct side *s, int one, int other)
{
	if (s->at[one].sure != s->at[other].sure)
		return s->at[one].sure;
#ifdef LATEST
	return s->last == one;
#else
	return s->at[one].highest > s->at[other].highest;
#endif
}

int best(const struct side *s, int except)
{
	int found = NOWHERE;

	for (int q = H; q < PATHS; q++)
		if (q != except && usable(s, q) && (found == NOWHERE || better(s, q, found)))
			found = q;
	return found;
}

/* 6.6-12, 6.6-19 */
void choose(int me)
{
	struct side *s = &w.s[me];
	int old = s->data, to = best(s, NOWHERE);
	int settled = me == 1 && s->moved && usable(s, old) && s->at[old].sure == s->at[to].sure;
	int stays = usable(s, old) && to != old && (settled || (s->doubt && !s->at[old].sure && s->grace));

	if (stays)
		to = old;
	s->data = to;
	if (to != NOWHERE && s->at[to].sure)
		s->doubt = s->grace = 0;
	if (to == old)
		return;
	tell(me, "chooses", to, 0);
	if (to != NOWHERE)
		s->ping = s->moved = 1;
	if (usable(s, old)) {
		s->at[old].tries = 0;
		s->at[old].ask |= !s->at[old].sure;
		hand_back(s, old);
	}
}

/* ---- what comes in ---- */

/* Answered by this response? Then *c is what was sent. */
int takes(struct path *at, unsigned response, struct challenge *c)
{
	if (at->stage == UNKNOWN || !response)
		return 0;
#ifdef ANY_RESPONSE
	*c = (struct challenge){ .fresh = 1, .padded = 1 };
	return 1;
#endif
	for (int i = 0; i < CHALLENGES; i++) {
		if (at->sent[i].number != response || response < FIRST)
			continue;
		*c = at->sent[i];
		at->sent[i].number = 0;
		return 1;
	}
	return 0;
}

void take_response(struct side *s, int q, unsigned response)
{
	struct path *at = &s->at[q];
	struct challenge c;

	if (!takes(at, response, &c))
		return;
	at->reached = 1;
	at->credit = 0;
	at->held = 0;
	at->sure |= c.fresh || !s->doubt;
	at->ask = s->doubt && !at->sure && !at->asked;
	at->tries = 0;
#ifdef SIZES
	if (at->stage != VALIDATED && !c.padded) {
		at->stage = PROVING; /* from the start of 6.6-16 */
		at->ask = 1;
		return;
	}
#endif
	at->stage = VALIDATED;
	if (q != s->data)
		hand_back(s, q); /* 6.6-13 */
}

void take_acks(struct side *s, int q, unsigned number)
{
	struct path *at = &s->at[q];

	if (number < FIRST || at->flying != number)
		return;
	at->sure |= at->since;
	if (at->text && at->text == s->said && s->said > s->acked) {
		s->send = !at->carries; /* an older packet is lost */
		s->acked += at->carries;
		s->waits = s->acked == s->said ? 0 : s->waits;
	}
	at->flying = at->text = at->since = at->carries = 0;
}

/* Where a packet arrives if nobody meddles: on which path of its receiver. */
int place(int me, int n)
{
	const struct packet *p = &w.s[!me].sealed[n];

	if (!p->there || p->kept || p->on == X)
		return NOWHERE;
	if (me != MOVER)
		return p->from;
	return p->on == (w.away ? N : H) ? H : NOWHERE;
}

int astray(int me, int n)
{
	const struct packet *p = &w.s[!me].sealed[n];

	return p->there && !p->kept && place(me, n) == NOWHERE;
}

/* An address that he may forge toward this side. */
int forgeable(int me, int q)
{
	return q == X || q == H || (me != MOVER && q == N && w.moves > 0);
}

/* ---- numbers ---- */

int outstanding(const struct side *s, unsigned number)
{
	if (number >= FIRST)
		for (int q = H; q < PATHS; q++)
			for (int i = 0; i < CHALLENGES; i++)
				if (s->at[q].sent[i].number == number)
					return 1;
	return 0;
}

/* What nothing can come of any more. s: whose numbers. */
void forget(struct side *s, struct side *peer)
{
	unsigned used = 0;

	for (int n = FIRST; n < NUMBERS; n++) {
		struct packet *p = &peer->sealed[n];

		if (!p->there)
			continue;
		if (p->response && !outstanding(s, p->response))
			p->response = OLD;
		if (p->response >= FIRST)
			used |= 1 << p->response;
		for (int q = H; q < PATHS; q++) {
			if (p->acks[q] < FIRST || p->acks[q] != s->at[q].flying)
				p->acks[q] = 0;
			used |= 1 << p->acks[q];
		}
	}
	unsigned flying = 0;
	for (int q = H; q < PATHS; q++) {
		flying |= 1u << s->at[q].flying;
		if (peer->at[q].respond && !outstanding(s, peer->at[q].respond))
			peer->at[q].respond = OLD;
		used |= 1 << peer->at[q].respond;
	}
	peer->received &= flying & ~3;
	used |= peer->received;
	for (int n = FIRST; n < NUMBERS; n++)
		used |= s->sealed[n].there << n;
	for (int q = H; q < PATHS; q++) {
		struct path *at = &s->at[q];

		if (at->flying >= FIRST && !(used >> at->flying & 1))
			at->flying = OLD;
		for (int i = 0; i < CHALLENGES; i++)
			if (!(used >> at->sent[i].number & 1))
				at->sent[i].number = 0;
		for (int i = 0, to = 0; i < CHALLENGES; i++) {
			struct challenge c = at->sent[i];

			at->sent[i] = (struct challenge){ 0 };
			if (c.number)
				at->sent[to++] = c;
		}
	}
}

void renumber(struct side *s, struct side *peer)
{
	unsigned char to[NUMBERS] = { 0, 1 };
	unsigned used = 1u << peer->newest;
	int next = FIRST;

	for (int q = H; q < PATHS; q++) {
		used |= 1u << s->at[q].flying | 1u << peer->at[q].highest;
		for (int i = 0; i < CHALLENGES; i++)
			used |= 1u << s->at[q].sent[i].number;
	}
	for (int n = FIRST; n < NUMBERS; n++)
		if (s->sealed[n].there || used >> n & 1)
			to[n] = next++;
	unsigned received = 0;
	for (int n = FIRST; n < NUMBERS; n++) {
		if (peer->received >> n & 1)
			received |= 1u << to[n];
		if (to[n] && to[n] != n) {
			s->sealed[to[n]] = s->sealed[n];
			memset(&s->sealed[n], 0, sizeof s->sealed[n]);
		} else if (!s->sealed[n].there) {
			memset(&s->sealed[n], 0, sizeof s->sealed[n]);
		}
		struct packet *p = &peer->sealed[n];
		p->response = to[p->response];
		for (int q = H; q < PATHS; q++)
			p->acks[q] = to[p->acks[q]];
	}
	peer->received = received;
	peer->newest = to[peer->newest];
	for (int q = H; q < PATHS; q++) {
		s->at[q].flying = to[s->at[q].flying];
		for (int i = 0; i < CHALLENGES; i++)
			s->at[q].sent[i].number = to[s->at[q].sent[i].number];
		peer->at[q].highest = to[peer->at[q].highest];
		peer->at[q].respond = to[peer->at[q].respond];
	}
	s->number = next;
}

void gone(int me, int n)
{
	memset(&w.s[!me].sealed[n], 0, sizeof w.s[0].sealed[0]);
}

void tidy(void)
{
	for (int me = 0; me < 2; me++)
		for (int n = FIRST; n < NUMBERS; n++)
			if ((astray(me, n) && w.phase > 0 && (w.keeps >= KEEPS || w.phase == 2)) || (w.s[!me].sealed[n].kept && w.phase == 2))
				gone(me, n);
	for (int i = 0; i < 2; i++)
		forget(&w.s[i & 1], &w.s[~i & 1]);
	for (int i = 0; i < 2; i++)
		renumber(&w.s[i & 1], &w.s[~i & 1]);
}

void look(void)
{
	if (!w.full)
		tidy();
	w.quiet = 1;
	for (int me = 0; me < 2; me++)
		for (int n = 0; n < NUMBERS; n++)
			w.quiet &= !w.s[me].sealed[n].there || w.s[me].sealed[n].kept;
	for (int me = 0; me < 2; me++) {
		const struct side *s = &w.s[me];

		if (s->acked > w.s[!me].got)
			w.broken |= 1 << TRUE_ACKS;
		if (s->waits > PATIENCE)
			w.broken |= 1 << WAITS;
		if (s->astray > PATIENCE)
			w.broken |= 1 << THERE;
		if (!w.forwarded && (s->at[X].stage == VALIDATED || s->data == X))
			w.broken |= 1 << PROVED;
	}
	if (w.broken)
		tell(0, "-- broken", w.broken, 0);
#ifdef NEVER_HIS
	if (w.s[0].data == X || w.s[1].data == X)
		w.broken |= 1 << HIS_NEVER;
#endif
}

void take_frames(struct side *s, const struct packet *in, int n, int q)
{
	struct path *at = &s->at[q];

	if (in->challenge) {
		at->respond = n; /* 6.6-6 */
		at->pad = in->padded;
	}
	for (int i = H; i < PATHS; i++)
		take_response(s, i, in->response);
	for (int i = H; i < PATHS; i++)
		take_acks(s, i, in->acks[i]);
	if (in->text == s->got + 1)
		s->got++;
}

int length(const struct packet *in)
{
	if (in->padded)
		return PADDED;
	if (in->challenge || in->response)
		return in->challenge && in->response ? CHALLENGE_LEN + RESPONSE_LEN : in->challenge ? CHALLENGE_LEN : CHALLENGE_LEN + RESPONSE_LEN - 9;
	return in->text ? TEXT_LEN : in->ping ? PING_LEN : ACK_LEN;
}

void input(int me, int n, int q)
{
	struct side *s = &w.s[me];
	struct packet in = w.s[!me].sealed[n];
	struct path *at = &s->at[q];
	int before = s->data;
	int old = before != NOWHERE && usable(s, before) && n < s->at[before].highest && !s->doubt && !in.response && !in.acks[H] &&
	          !in.acks[X] && !in.acks[N];

	if (in.on == X)
		w.forwarded = 1;
	gone(me, n);
	tell(me, "gets packet, on", n, q);
	if (at->stage == UNKNOWN) {
		at->stage = PROVING; /* 6.6-3 */
		at->ask = 1;
		at->sure = !s->doubt;
	} else if (at->stage == SILENT && !at->asked) {
		at->ask = 1; /* 6.6-15 */
	}
	at->ask |= at->held;
#ifdef SIZES
	if (!at->reached)
		at->credit += 3 * length(&in);
#endif
	take_frames(s, &in, n, q);
	if (in.text || in.ping) {
		if (n > at->highest)
			at->highest = n;
		s->last = q;
		s->received |= 1u << n;
		s->ack = s->listens = 1;
	}
	if ((in.text || in.ping || in.challenge || in.response) && n >= s->newest) {
		s->newest = n;
		s->asker = q;
	}
	choose(me);
	if (old && s->data != before)
		w.broken |= 1 << UNDONE;
	output(me);
	look();
}

/* ---- time ---- */

/* Asked in vain: 6.6-13, 6.6-15, 6.6-16. */
void give_up(struct side *s, int q)
{
	struct path *at = &s->at[q];

	if (at->tries < TRIES)
		return;
	if (at->stage == VALIDATED && q == s->data)
		at->tries = 0;
	else if (at->stage == VALIDATED)
		stop(s, q, SILENT);
	else if (at->stage == PROVING)
		stop(s, q, UNKNOWN);
#ifdef FORGETS
	else
		stop(s, q, UNKNOWN);
#else
	else if (s->doubt || s->data == NOWHERE)
		at->tries = TRIES - 1;
	else
		stop(s, q, UNKNOWN);
#endif
}

/* Turns in which it waits, or its data goes where the peer is not. */
void count(int me)
{
	struct side *s = &w.s[me];
	int there = me != MOVER && w.away ? N : H;

	if (!(COUNTS))
		return;
	if (s->said > s->acked && s->waits <= PATIENCE)
		s->waits++;
	s->astray = s->data == there ? 0 : s->astray <= PATIENCE ? s->astray + 1 : s->astray;
}

/* idle: the 25 s of 6.6-13 are over, and the 20 s of 6.5-9 */
void turn(int me, int idle)
{
	struct side *s = &w.s[me];

	tell(me, "-- time (idle)", idle, 0);
	count(me);
	s->moved = s->grace = 0;
#ifndef PATIENT
	if (usable(s, s->data) && s->at[s->data].flying) { /* 6.6-14, 6.6-19 */
		int other = best(s, s->data) != NOWHERE;

		if (other)
			stop(s, s->data, SILENT);
		if (other || !s->doubt)
			begin_doubt(me, 0);
	}
#endif
	for (int q = H; q < PATHS; q++) {
		struct path *at = &s->at[q];

		at->asked = 0;
		if (at->stage != UNKNOWN && at->tries)
			give_up(s, q);
		if (at->stage == PROVING || at->stage == SILENT ||
		    (at->stage == VALIDATED && (s->doubt || (q != s->data && (at->tries || idle))))) {
			at->ask = 1;
			at->tries++;
		}
#ifdef SAME_IP
		if (idle && !s->doubt && s->data != NOWHERE && s->data != X && q != s->data && q != X && at->stage != UNKNOWN)
			stop(s, q, UNKNOWN); /* 6.6-15 */
#endif
	}
	if (s->data != NOWHERE && s->at[s->data].flying) { /* PTO */
		s->send |= s->at[s->data].text && s->said > s->acked;
		s->ping |= !s->send;
	}
#ifdef DEAF
	s->ping |= idle && !s->listens;
#else
	s->ping |= idle || s->listens; /* 6.5-9, 6.5-10 */
#endif
	choose(me);
	output(me);
}

void turns(int idle)
{
	w.turns += !w.phase;
	w.shorts = idle ? 0 : w.shorts + 1;
	turn(0, idle);
	turn(1, idle);
	look();
}

void start(void)
{
	memset(&w, 0, sizeof w);
	w.phase = BEGINS;
	for (int me = 0; me < 2; me++) {
		w.s[me].at[H] = (struct path){ .stage = VALIDATED, .sure = 1, .reached = 1, .highest = OLD };
		w.s[me].asker = NOWHERE;
		w.s[me].number = FIRST;
	}
	look();
}

void say(int me)
{
	w.s[me].said++;
	w.s[me].send = 1;
	w.s[me].waits = 0;
	tell(me, "says", w.s[me].said, 0);
	output(me);
	look();
}

void wait_anew(void)
{
	for (int me = 0; me < 2; me++)
		w.s[me].waits = w.s[me].astray = 0;
}

void next_phase(void)
{
	w.phase++;
	tell(0, "-- the attacker comes to phase", w.phase, 0);
	wait_anew();
	look();
}

void move(int notices)
{
	w.moves++;
	w.away = !w.away;
	tell(MOVER, "-- moves (notices)", notices, 0);
	if (notices) {
		begin_doubt(MOVER, 1);
		w.s[MOVER].ping = 1;
		choose(MOVER);
		output(MOVER);
	}
	wait_anew();
	look();
}

void keep(int me, int n)
{
	w.keeps++;
	w.s[!me].sealed[n].kept = 1;
	tell(!me, "-- is kept: packet", n, 0);
	look();
}

/* ---- the attacker ---- */

/* Nothing that was sent before it on the same way has still to arrive. */
int first(int me, int n)
{
#ifdef IN_ORDER
	const struct packet *p = w.s[!me].sealed;

	for (int i = FIRST; i < n; i++)
		if (p[i].there && !p[i].kept && p[i].on == p[n].on && p[i].from == p[n].from)
			return 0;
#endif
	return 1;
}

int arrives(int me, int n)
{
	return place(me, n) != NOWHERE && first(me, n);
}

int forwards(int me, int n, int q)
{
	return w.phase == 0 && first(me, n) && astray(me, n) && forgeable(me, q) && (q != X || FASTER(me));
}

int overtakes(int me, int n, int q)
{
#ifndef FORGES
	if (q != X)
		return 0;
#endif
	return w.phase < 2 && FREE && FASTER(me) && arrives(me, n) && place(me, n) != q && forgeable(me, q);
}

int has_kept(int me, int n, int q)
{
	return w.s[!me].sealed[n].there && w.s[!me].sealed[n].kept && forgeable(me, q);
}

void overtake(int me, int n, int q)
{
#ifdef MEDDLES
	w.meddles++;
	wait_anew();
#endif
	tell(!me, "-- is overtaken: packet", n, 0);
	input(me, n, q);
}

void release(int me, int n, int q)
{
	wait_anew();
	input(me, n, q);
}
}
c_track "&w" "sizeof(struct world)"

/* What may become of packet n to one side. */
#define HIS(me, n, q) \
	:: atomic { c_expr { (forwards(me, n, q)) } -> c_code { input(me, n, q); } } \
	:: atomic { c_expr { (has_kept(me, n, q)) } -> c_code { release(me, n, q); } } \
	:: atomic { c_expr { (overtakes(me, n, q)) } -> c_code { overtake(me, n, q); } }
#define PACKET(me, n) \
	:: atomic { c_expr { (arrives(me, n)) } -> c_code { input(me, n, place(me, n)); } } \
	HIS(me, n, H) HIS(me, n, X) \
	:: atomic { c_expr { (arrives(me, n)) && w.losses < LOSSES } -> c_code { w.losses++; gone(me, n); look(); } } \
	:: atomic { c_expr { (arrives(me, n)) && w.losses < LOSSES && w.keeps < KEEPS && w.phase < 2 } -> c_code { w.losses++; keep(me, n); } } \
	:: atomic { c_expr { (astray(me, n) && first(me, n)) } -> c_code { gone(me, n); look(); } } \
	:: atomic { c_expr { (astray(me, n)) && w.keeps < KEEPS && w.phase < 2 } -> c_code { keep(me, n); } }
#define PACKETS(n) PACKET(0, n) PACKET(1, n) HIS(1 - MOVER, n, N)

#define OVER(x, texts) (w.s[x].acked == texts && w.s[x].astray == 0)
#define HOLDS(p) must(p, c_expr { !(w.broken & 1 << p) })

#define TIME(long) :: atomic { c_expr { w.quiet && (w.phase || w.turns < TURNS) && (long || w.shorts < SHORTS) } -> \
	c_code { turns(long); } }

init {
	c_code { start(); };
	do
	:: atomic { c_expr { w.broken } -> HOLDS(WAITS); HOLDS(PROVED); HOLDS(TRUE_ACKS); HOLDS(HIS_NEVER); HOLDS(THERE); HOLDS(UNDONE);
		HOLDS(LIMIT); break }
	:: atomic { c_expr { w.full } -> must(FITS, false); break }
	PACKETS(2) PACKETS(3) PACKETS(4) PACKETS(5)
	PACKETS(6) PACKETS(7) PACKETS(8) PACKETS(9)
	PACKETS(10) PACKETS(11) PACKETS(12) PACKETS(13) PACKETS(14)
	:: atomic { c_expr { w.s[0].said < TEXTS_A && w.s[0].said == w.s[0].acked } -> c_code { say(0); } }
	:: atomic { c_expr { w.s[1].said < TEXTS_B && w.s[1].said == w.s[1].acked } -> c_code { say(1); } }
	:: atomic { c_expr { w.phase < 2 } -> c_code { next_phase(); } }
	:: atomic { c_expr { w.moves < MOVES } -> c_code { move(0); } }
	:: atomic { c_expr { w.moves < MOVES } -> c_code { move(1); } }
	TIME(0) TIME(1)
	:: atomic { c_expr { !w.quiet && w.early < EARLY } -> c_code { w.early++; turn(0, 0); look(); } }
	:: atomic { c_expr { !w.quiet && w.early < EARLY } -> c_code { w.early++; turn(1, 0); look(); } }
	:: c_expr { w.phase == 2 && w.quiet && OVER(0, TEXTS_A) && OVER(1, TEXTS_B) } -> break
	od
}
