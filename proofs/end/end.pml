/* The end of a conversation: docs/PROTOCOL.md 7.1 and 7.3, in chat mode. Two sides, which say up to TEXTS_A and TEXTS_B texts.

   What is below (6.1, 6.2) is abstracted to what it promises: the records of a side arrive in order, at any time after they were
   said, or never; an acknowledgment says that they have arrived, and comes at any time after that, or never. So each
   interleaving of loss, repetition and reordering of packets is one of the runs here. CLOSE overtakes them and is overtaken.
   The network may die at any time and for good (unless CALM). A user may end the program at any time (unless CALM), with CLOSE 6
   or without.

   Each step adds something that is never taken back, so there are no cycles; that both end is shown by there being no last
   state in which one has not. */

#include "properties.pml"
#define RECEIPTS 1
#define LOST 2
#define AGREED 3
#define SILENT_BOTH 4
#define CALM_BOTH 5
#define SENSE 6 /* what comes is not answered with CLOSE 5 */

#define RECORDS (TEXTS_A + TEXTS_B + 1)
#define TEXTS (me -> TEXTS_B : TEXTS_A)

mtype:record = { TEXT, RECEIPT, BYE };
mtype:end = { RUNS, DONE, CLOSED, SILENT, CUT, KILLED }; /* DONE, CLOSED and SILENT are good ends (7.3-3, 7.3-4) */

typedef side {
	mtype:record record[RECORDS];
	byte number[RECORDS];
	byte said;		/* records */
	byte acked;		/* of them, as this side knows */
	byte texts;		/* said */
	byte confirmed;		/* of them */
	bool bye;		/* said */
	byte arrived;		/* records of the peer */
	byte taken;		/* of them, by the chat */
	byte heard;		/* texts of the peer */
	byte shown;		/* of them, to the user */
	byte receipt;		/* the last text confirmed to the peer */
	bool bye_heard;
	bool close, proper;	/* CLOSE has left; with code 0 */
	mtype:end end;
}
side s[2];
bool dead; /* the network */

#define P s[1 - me]
#define S s[me]
#define NAME (me -> 'B' : 'A')
#define GOOD(x) (s[x].end == DONE || s[x].end == CLOSED || s[x].end == SILENT)

inline say(what, n)
{
	S.record[S.said] = what;
	S.number[S.said] = n;
	S.said++;
}

/* 7.3-4: nothing is lacking but acknowledgments */
#ifdef UNCONFIRMED
#define NEARLY (S.bye && S.bye_heard && S.shown == S.heard && S.receipt == S.shown)
#else
#define NEARLY (S.bye && S.bye_heard && S.confirmed == S.texts && S.shown == S.heard && S.receipt == S.shown)
#endif

#ifdef UNACKNOWLEDGED
#define IS_DONE NEARLY
#else
#define IS_DONE (NEARLY && S.acked == S.said)
#endif

#ifdef UNREAD
#define READ true
#else
#define READ (S.taken == S.arrived) /* what has arrived is read before the end of the session is judged */
#endif

#ifdef HASTY
#define RECEIVED S.heard
#else
#define RECEIVED S.shown
#endif

#ifdef TALKS_ON
#define MAY_SAY true
#else
#define MAY_SAY (!S.bye)
#endif

#ifdef DEAF
#define MAY_CONFIRM (!S.bye)
#else
#define MAY_CONFIRM true
#endif

inline take()
{
	byte i = S.taken;
	S.taken++;
	if
	:: P.record[i] == TEXT ->
		must(SENSE, P.number[i] == S.heard + 1 && !S.bye_heard); /* else CLOSE 5, 7.1-2 and 7.1-7 */
		S.heard++
	:: P.record[i] == RECEIPT ->
		must(SENSE, P.number[i] <= S.texts); /* 7.1-7 */
		S.confirmed = (P.number[i] > S.confirmed -> P.number[i] : S.confirmed) /* 7.1-9 */
	:: P.record[i] == BYE ->
		must(SENSE, P.number[i] == S.heard && !S.bye_heard); /* 7.1-7 */
		S.bye_heard = true
	fi;
	i = 0
}

proctype party(byte me)
{
	do
	:: atomic { S.end == RUNS && MAY_SAY && S.texts < TEXTS -> S.texts++; say(TEXT, S.texts); printf("%c: TEXT %d\n", NAME, S.texts) }
	:: atomic { S.end == RUNS && !S.bye -> S.bye = true; say(BYE, S.texts); printf("%c: BYE\n", NAME) } /* 7.3-1, 7.3-2 */
	:: atomic { S.end == RUNS && !dead && S.arrived < P.said -> S.arrived++; printf("%c: a record arrives\n", NAME) }
	:: atomic { S.end == RUNS && !dead && S.acked < P.arrived -> S.acked++; printf("%c: %d records are acknowledged\n", NAME, S.acked) }
	:: atomic { S.end == RUNS && S.taken < S.arrived -> take(); printf("%c: record taken\n", NAME) }
	:: atomic { S.end == RUNS && S.shown < S.heard -> S.shown++; printf("%c: shows %d\n", NAME, S.shown) }
	:: atomic { S.end == RUNS && MAY_CONFIRM && S.receipt < RECEIVED -> S.receipt = RECEIVED; say(RECEIPT, S.receipt); printf("%c: RECEIPT %d\n", NAME, S.receipt) } /* 7.1-4 */
	:: atomic { S.end == RUNS && IS_DONE && READ -> S.end = DONE; S.close = true; S.proper = true; printf("%c: done, CLOSE 0\n", NAME) } /* 7.3-3 */
	:: atomic { S.end == RUNS && !dead && P.close && READ -> /* 7.3-4, 6.5-6 */
		if
		:: P.proper && NEARLY -> S.end = CLOSED; printf("%c: a good end\n", NAME)
		:: else -> S.end = CUT; printf("%c: a cut\n", NAME)
		fi;
		S.close = true;
		S.proper = P.proper;
		printf("%c: for CLOSE has come\n", NAME)
	   }
	:: atomic { S.end == RUNS && (dead || P.end != RUNS) && READ -> /* silence: 7.3-4, 7.3-5 */
		if
		:: NEARLY -> S.end = SILENT; printf("%c: a good end\n", NAME)
		:: else -> S.end = CUT; printf("%c: a cut\n", NAME)
		fi;
		printf("%c: in silence\n", NAME)
	   }
#ifndef CALM
	:: atomic { S.end == RUNS -> S.end = KILLED; S.close = true; printf("%c: killed, CLOSE 6\n", NAME) }
	:: atomic { S.end == RUNS -> S.end = KILLED; printf("%c: killed\n", NAME) }
#endif
	:: S.end != RUNS -> break
	od
}

/* What is told as confirmed was shown. */
#define TRUE_RECEIPTS (s[0].confirmed <= s[1].shown && s[1].confirmed <= s[0].shown)
/* Whoever had a good end: all that either side said was shown to the other. */
#define NOTHING_LOST(x) (!GOOD(x) || (s[0].shown == s[1].texts && s[1].shown == s[0].texts))
/* Whoever knows that it is done, or gets CLOSE 0 then: the peer does not see a cut. */
#define SO_HAS_THE_PEER(x, y) (!(s[x].end == DONE || s[x].end == CLOSED) || s[y].end != CUT)
#ifdef CERTAIN
#define SILENCE(x, y) (s[x].end != SILENT || s[y].end != CUT)
#else
#define SILENCE(x, y) true
#endif
#ifdef CALM
#define CALMLY(x) (s[x].end != CUT)
#else
#define CALMLY(x) true
#endif

active proctype watch()
{
	/* one step, which is taken wherever it is possible: in each state that there is */
end:	atomic {
		!(TRUE_RECEIPTS && NOTHING_LOST(0) && NOTHING_LOST(1) && SO_HAS_THE_PEER(0, 1) && SO_HAS_THE_PEER(1, 0) &&
		    SILENCE(0, 1) && SILENCE(1, 0) && CALMLY(0) && CALMLY(1)) ->
		must(RECEIPTS, TRUE_RECEIPTS);
		must(LOST, NOTHING_LOST(0) && NOTHING_LOST(1));
		must(AGREED, SO_HAS_THE_PEER(0, 1) && SO_HAS_THE_PEER(1, 0));
		must(SILENT_BOTH, SILENCE(0, 1) && SILENCE(1, 0));
		must(CALM_BOTH, CALMLY(0) && CALMLY(1))
	}
}

init {
	s[0].end = RUNS;
	s[1].end = RUNS;
	atomic {
		run party(0);
		run party(1)
	}
#ifndef CALM
	dead = true
#endif
}
