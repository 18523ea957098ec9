/* words - what membership.pml is said in: the configuration, sets of agents, ballots, the state,
 * votes, and what must hold. */
#ifndef SLOTS
#define SLOTS 2
#endif
#ifndef NEWCOMERS
#define NEWCOMERS 0
#endif
#ifndef CANDIDATES
#define CANDIDATES 2
#endif
#ifndef NUMBERS
#define NUMBERS 2
#endif
#ifndef STARTED
#define STARTED 0
#endif
#ifndef TRAINING
#define TRAINING 1
#endif
#ifndef REDUCED
#define REDUCED 0
#endif
#ifndef MUTANT
#define MUTANT 0
#endif
#define IS_MUTANT(which) (MUTANT == (which))
#ifndef ONLY
#define ONLY ALL_OF_THEM
#endif

/* Sets of agents, one bit each; the witness has the last one. */

#define AGENTS      (SLOTS + NEWCOMERS)
#define WITNESS     AGENTS
#define BIT(i)      (1 << (i))
#define HAS(set, i) (((set) >> (i)) & 1)
#define FIRST_LIVES (BIT(SLOTS) - 1)
#define EVERYBODY   (BIT(AGENTS) - 1)
#define COUNT(set)                                                                                 \
    (HAS(set, 0) + HAS(set, 1) + HAS(set, 2) + HAS(set, 3) + HAS(set, 4) + HAS(set, 5))
#if AGENTS == 2
#define ALL(what, v) (what(v, 0) && what(v, 1))
#elif AGENTS == 3
#define ALL(what, v) (what(v, 0) && what(v, 1) && what(v, 2))
#elif AGENTS == 4
#define ALL(what, v) (what(v, 0) && what(v, 1) && what(v, 2) && what(v, 3))
#elif AGENTS == 5
#define ALL(what, v) (what(v, 0) && what(v, 1) && what(v, 2) && what(v, 3) && what(v, 4))
#endif

/* Newcomer 0 lives in the highest slot, newcomer 1 in the one below. */
#define NEWCOMER(k) (SLOTS + (k))
#define SLOT_OF(k)  (SLOTS - 1 - (k))
#define WITH(k)     ((FIRST_LIVES & ~BIT(SLOT_OF(k))) | BIT(NEWCOMER(k)))
#define WITH_BOTH   ((WITH(0) & WITH(1)) | BIT(NEWCOMER(0)) | BIT(NEWCOMER(1)))
#define BY_SLOT(set)                                                                               \
    (((set) & FIRST_LIVES) | (HAS((set) & EVERYBODY, NEWCOMER(0)) << SLOT_OF(0)) |                 \
     (HAS((set) & EVERYBODY, NEWCOMER(1)) << SLOT_OF(1)))

/* A ballot is a number bound to a candidate. A view is named by the ballot under which it was
 * assigned, and that number is its generation. View 0 has no members. Views of higher generations
 * have higher names. */

#define BALLOTS           (NUMBERS * CANDIDATES)
#define BALLOT(number, c) (CANDIDATES * ((number) - 1) + (c) + 1)
#define NUMBER(ballot)    (((ballot) + CANDIDATES - 1) / CANDIDATES)
#define CANDIDATE(ballot) (((ballot) - 1) % CANDIDATES)

#define EACH_1(step) step(1)
#define EACH_2(step) EACH_1(step) step(2)
#define EACH_3(step) EACH_2(step) step(3)
#define EACH_4(step) EACH_3(step) step(4)
#define EACH_6(step) EACH_4(step) step(5) step(6)
#define EACH_8(step) EACH_6(step) step(7) step(8)
#if NUMBERS == 1
#define EACH_NUMBER(step) EACH_1(step)
#elif NUMBERS == 2
#define EACH_NUMBER(step) EACH_2(step)
#elif NUMBERS == 3
#define EACH_NUMBER(step) EACH_3(step)
#elif NUMBERS == 4
#define EACH_NUMBER(step) EACH_4(step)
#endif
#if BALLOTS == 1
#define EACH_BALLOT(step) EACH_1(step)
#elif BALLOTS == 2
#define EACH_BALLOT(step) EACH_2(step)
#elif BALLOTS == 3
#define EACH_BALLOT(step) EACH_3(step)
#elif BALLOTS == 4
#define EACH_BALLOT(step) EACH_4(step)
#elif BALLOTS == 6
#define EACH_BALLOT(step) EACH_6(step)
#elif BALLOTS == 8
#define EACH_BALLOT(step) EACH_8(step)
#endif

/* Electors: the agents, and the witness as the last of them. */

byte promised[AGENTS + 1]; /* ballot */
byte base[AGENTS + 1];     /* newest view known to be decided */
byte next[AGENTS + 1];     /* ballot under which a view was recorded to follow `base`; 0 = none */
byte place[AGENTS];        /* view that the ranks are placed in; 0 = they are quiet */
byte running;              /* set: the ranks run */
byte holding;              /* set: the ranks hold a committed step */

/* Ballots. */

#define UNUSED  0
#define GATHER  1 /* prepare is sent */
#define FORM    2 /* and assign */
#define RECORD  3 /* and record; for an adopted view without assign */
#define DECIDED 4 /* and go, unless the view was adopted */
byte stage[BALLOTS + 1];
byte follows[BALLOTS + 1];  /* base of what is assigned or recorded */
byte view[BALLOTS + 1];     /* what is: the ballot's own view, or an adopted one */
byte members[BALLOTS + 1];  /* set: of the ballot's own view */
byte ready[BALLOTS + 1];    /* set: for the ballot's own view */
byte recorded[BALLOTS + 1]; /* set */
short restores;             /* set of ballots whose go names the committed step */

/* Candidates, which are the first agents. */

byte mine[CANDIDATES];     /* latest ballot; 0 = none yet */
byte known[CANDIDATES];    /* newest view known to be decided */
byte adopting[CANDIDATES]; /* ballot of the highest number recorded about it, as promises say */
byte promises[CANDIDATES]; /* set: who has promised `mine` */
byte offered[CANDIDATES];  /* set: who has promised it and holds the step */

/* What nobody can see. */

short told;    /* set of views that a candidate took for decided: anybody may hear of them */
short decided; /* set of views */
byte stepped;  /* newest view that has completed a step */

/* What must hold, named so that a violated assertion says what does not. */

bit decided_views_form_a_chain = true;
bit at_most_one_view_is_live = true;
bit no_number_is_used_for_two_views = true;
bit no_step_after_a_higher_promise = true;
bit steps_are_in_order_of_generations = true;
bit the_newest_step_is_restored = true;

#define ALL_OF_THEM  0
#define CHAIN        1
#define LIVE         2
#define NUMBERS_ONCE 3
#define PROMISE      4
#define ORDER        5
#define RESTORE      6
#define IS_LEFT_OUT(which) (ONLY != ALL_OF_THEM && ONLY != (which))

/* Votes: rules 3, 8, 11 and 13; agent/view.c. */

#define IS_EVEN(v)  ((v) == 0 || SLOTS % 2 == 0)
#define ELECTORS(v) (((v) != 0) * SLOTS + IS_EVEN(v))
#if IS_MUTANT(31) /* everybody's vote counts */
#define AGENT_VOTES(v, set) COUNT((set) & EVERYBODY)
#define IS_ELECTOR(v, who)  true
#elif IS_MUTANT(131) /* a later life has the vote of its slot */
#define AGENT_VOTES(v, set) COUNT(BY_SLOT(set) & BY_SLOT(members[v]))
#define IS_ELECTOR(v, who)  ((BY_SLOT(members[v]) & BY_SLOT(BIT(who))) != 0)
#else
#define AGENT_VOTES(v, set) COUNT((set) & members[v])
#define IS_ELECTOR(v, who)  HAS(members[v], who)
#endif
#define VOTES(v, set) (AGENT_VOTES(v, set) + (IS_EVEN(v) && HAS(set, WITNESS)))
#if IS_MUTANT(81) /* half of the members is enough */
#define IS_MAJORITY(v, set) (2 * VOTES(v, set) + ((v) != 0) >= ELECTORS(v))
#elif IS_MUTANT(111) /* the first view needs nobody's vote */
#define IS_MAJORITY(v, set) ((v) == 0 || 2 * VOTES(v, set) > ELECTORS(v))
#else
#define IS_MAJORITY(v, set) (2 * VOTES(v, set) > ELECTORS(v))
#endif

/* Judging. */

/* Live: decided, and every member has promised exactly this ballot and got ready for it. */
#define KEEPS(v, i)  (!HAS(members[v], i) || (promised[i] == (v) && HAS(ready[v], i)))
#define PLUS_LIVE(v) + (HAS(decided, v) && ALL(KEEPS, v))
inline judge_live()
{
    at_most_one_view_is_live = IS_LEFT_OUT(LIVE) || (0 EACH_BALLOT(PLUS_LIVE)) <= 1;
    assert(at_most_one_view_is_live)
}

/* A view is decided when a majority has recorded it. Then it is the one that follows its base: no
 * other view that is decided lies above the base. Who else records it does not matter any more. */
#define ABOVE(set, v) ((set) >> ((v) + 1))
inline judge_decided(b)
{
    if
    :: IS_MAJORITY(follows[b], recorded[b]) ->
        printf("         view %d is decided and follows view %d\n", view[b], follows[b]);
        decided_views_form_a_chain =
            IS_LEFT_OUT(CHAIN) ||
            (HAS(decided, follows[b]) && NUMBER(view[b]) > NUMBER(follows[b]) &&
             (ABOVE(decided, follows[b]) == 0 || HAS(decided, view[b])));
        assert(decided_views_form_a_chain);
        decided = decided | BIT(view[b]);
        recorded[b] = EVERYBODY | BIT(WITNESS);
        judge_live()
    :: else
    fi
}
