/* membership - the agreement on views, rules 1 to 13 of docs/rendezvous.md, as a Promela model.
 *
 * It follows agent/member.c, agent/lead.c, agent/lead_form.c and controller/witness.c, and leaves
 * out whatever only decides when something is done: every process may take any of its steps at any
 * time, or none ever again. So a crash or a cut-off needs no state (the process takes no step any
 * more), and neither do timers, nor whom an agent follows.
 *
 * Messages are not queued. What a candidate sends under one ballot never changes, so `stage` of the
 * ballot says which of its messages exist; whoever is meant may hear each of them at any later
 * time, again and again, or never. That is loss, delay, reordering and duplication. An answer
 * (promise, ready, recorded) is heard by its candidate when it is given, or never: a candidate only
 * gathers answers, and when it acts on them is free anyway.
 *
 * Configuration, by -D:
 *   SLOTS       members of every view, 2 to 4; agents 0 to SLOTS - 1 are there from the beginning
 *   NEWCOMERS   0 to 2 later lives, of the highest slots; the earlier life may go on all the same
 *   CANDIDATES  1 or 2: agent 0, agent 1
 *   NUMBERS     candidates take numbers from 1 to this, at most 4
 *   STARTED     1 = view 1 is decided and running at first; 0 = there is only view 0
 *   TRAINING    1 = the ranks commit a step and restore it; 0 = agreement alone
 *   REDUCED     1 = without what can only forbid: promises that no candidate hears, and messages of
 *               ballots that are given up before anything was to be recorded under them. Whoever
 *               never uses what they forbid behaves the same.
 *   MUTANT      10 x rule + variant: that rule is broken (runs.txt); 0 = none
 *   ONLY        CHAIN, LIVE, NUMBERS_ONCE, PROMISE, ORDER or RESTORE: all else is not judged */
#include "words.pml"

/* Electors. */

/* Learns a decided view; what was recorded about an older one is of no use any more. */
inline learn(who, v)
{
    if
    :: NUMBER(v) > NUMBER(base[who]) ->
        base[who] = v;
        next[who] = (IS_MUTANT(73) -> next[who] : 0) /* the record stays */
    :: else
    fi
}

/* Rule 1. */
#define IS_PROMISABLE(who, b) (NUMBER(b) > NUMBER(promised[who]) || (b) == promised[who])
#if IS_MUTANT(11) /* a number is not bound to a candidate */
#define MAY_PROMISE(who, b) (NUMBER(b) >= NUMBER(promised[who]))
#elif IS_MUTANT(12) /* lower numbers are promised, too */
#define MAY_PROMISE(who, b) (who != WITNESS || IS_PROMISABLE(who, b))
#elif IS_MUTANT(122) /* the witness does not bind a number to a candidate */
#define MAY_PROMISE(who, b)                                                                        \
    (IS_PROMISABLE(who, b) || (who == WITNESS && NUMBER(b) == NUMBER(promised[who])))
#elif IS_MUTANT(124) /* the witness promises lower numbers, too */
#define MAY_PROMISE(who, b) (who == WITNESS || IS_PROMISABLE(who, b))
#else
#define MAY_PROMISE(who, b) IS_PROMISABLE(who, b)
#endif

#define IS_GATHERING(b) (stage[b] == GATHER && mine[CANDIDATE(b)] == (b))

/* Rules 3 and 4: what a candidate takes from a promise; lead_form.c, promise_learn. */
inline hear_promise(c, from)
{
    promises[c] = promises[c] | BIT(from);
    if
    :: NUMBER(base[from]) > NUMBER(known[c]) && !IS_MUTANT(32) ->
        known[c] = base[from];
        adopting[c] = (IS_MUTANT(33) -> adopting[c] : 0)
    :: else
    fi;
    if
    :: NUMBER(base[from]) == NUMBER(known[c]) && next[from] != 0 &&
       (IS_MUTANT(42) -> adopting[c] == 0 || NUMBER(next[from]) < NUMBER(adopting[c])
                       : NUMBER(next[from]) > NUMBER(adopting[c])) ->
        adopting[c] = next[from]
    :: else
    fi
}

/* The ranks leave, or are dead. */
inline quiet(who)
{
    place[who] = 0;
    running = running & ~BIT(who)
}

/* Rule 2. */
inline promise(who, b)
{
    printf("agent %d: promises ballot %d, base %d, recorded %d\n", who, b, base[who], next[who]);
    promised[who] = b;
    if
    :: !IS_MUTANT(21) -> quiet(who)
    :: else
    fi
}

/* prepare: the answer is lost, or it comes too late. */
#define HEAR_PREPARE(b)                                                                            \
    :: d_step {                                                                                    \
        stage[b] != UNUSED && promised[self] != (b) && MAY_PROMISE(self, b) -> promise(self, b)    \
    }
/* prepare, and the promise is heard. */
#define HEAR_PREPARE_AND_ANSWER(b)                                                                 \
    :: d_step {                                                                                    \
        IS_GATHERING(b) && MAY_PROMISE(self, b) ->                                                 \
        promise(self, b);                                                                          \
        hear_promise(CANDIDATE(b), self);                                                          \
        offered[CANDIDATE(b)] = offered[CANDIDATE(b)] | (holding & BIT(self))                      \
    }

/* Rule 6. Becoming ready is one step with it: what lies between, nobody sees. */
#if IS_MUTANT(61) /* a place is taken under a lower number than the promised one */
#define MAY_TAKE_PLACE(b) (NUMBER(b) <= NUMBER(promised[self]))
#elif IS_MUTANT(62) /* or under a higher one, for which no promise was asked */
#define MAY_TAKE_PLACE(b) (NUMBER(b) >= NUMBER(promised[self]))
#else
#define MAY_TAKE_PLACE(b) ((b) == promised[self])
#endif
#define IS_NOT_OLDER(b, who) (NUMBER(follows[b]) >= NUMBER(base[who]))
#define HEAR_ASSIGN(b)                                                                             \
    :: d_step {                                                                                    \
        stage[b] >= FORM && view[b] == (b) && HAS(members[b], self) && MAY_TAKE_PLACE(b) &&        \
            place[self] == 0 && (IS_NOT_OLDER(b, self) || IS_MUTANT(63)) ->                        \
        printf("agent %d: is ready for view %d\n", self, b);                                       \
        promised[self] = b;                                                                        \
        learn(self, follows[b]);                                                                   \
        place[self] = b;                                                                           \
        ready[b] = ready[b] | BIT(self);                                                           \
        judge_live()                                                                               \
    }

/* Rule 7. */
#if IS_MUTANT(71) /* although a higher number is promised */
#define MAY_RECORD(b) (NUMBER(b) <= NUMBER(promised[self]))
#else
#define MAY_RECORD(b) ((b) == promised[self])
#endif
inline record(who, b)
{
    printf("elector %d: records under ballot %d that view %d follows view %d\n",
           who, b, view[b], follows[b]);
    learn(who, follows[b]);
    next[who] = b;
    recorded[b] = recorded[b] | BIT(who);
    judge_decided(b)
}
#define HEAR_RECORD(b)                                                                             \
    :: d_step {                                                                                    \
        stage[b] >= RECORD && next[self] != (b) && MAY_RECORD(b) &&                                \
            (IS_NOT_OLDER(b, self) || IS_MUTANT(72)) && IS_ELECTOR(follows[b], self) ->            \
        record(self, b)                                                                            \
    }

/* Rule 8. */
#if IS_MUTANT(83) /* a member goes although it has promised a higher number since */
#define MAY_GO(b) (HAS(ready[b], self) && place[self] == 0 && NUMBER(promised[self]) > NUMBER(b))
#elif IS_MUTANT(91) /* an adopted view is run by those who once were ready for it */
#define MAY_GO(b) (promised[self] == (b) && HAS(ready[view[b]], self))
#else
#define MAY_GO(b) (promised[self] == (b) && place[self] == (b) && view[b] == (b))
#endif
#define HEAR_GO(b)                                                                                 \
    :: d_step {                                                                                    \
        stage[b] == DECIDED && MAY_GO(b) && !HAS(running, self) &&                                 \
            NUMBER(base[self]) <= NUMBER(b) ->                                                     \
        printf("agent %d: goes on in view %d\n", self, view[b]);                                   \
        learn(self, view[b]);                                                                      \
        place[self] = view[b];                                                                     \
        running = running | BIT(self);                                                             \
        the_newest_step_is_restored =                                                              \
            IS_LEFT_OUT(RESTORE) || !HAS(holding, self) || HAS(restores, b);                       \
        assert(the_newest_step_is_restored);                                                       \
        holding = holding | (HAS(restores, b) << self)                                             \
    }

/* Rule 10, and whatever else brings word of a decided view: other messages, the directory. */
#define HEAR_OF(v)                                                                                 \
    :: d_step {                                                                                    \
        HAS(told, v) && NUMBER(v) > NUMBER(base[self]) ->                                          \
        printf("agent %d: hears that view %d is decided\n", self, v);                              \
        learn(self, v)                                                                             \
    }

proctype agent(byte self)
{
end:
    do
#if !REDUCED
    EACH_BALLOT(HEAR_PREPARE)
#endif
    EACH_BALLOT(HEAR_PREPARE_AND_ANSWER)
    EACH_BALLOT(HEAR_ASSIGN)
    EACH_BALLOT(HEAR_RECORD)
    EACH_BALLOT(HEAR_GO)
    EACH_BALLOT(HEAR_OF)
    /* Its ranks see that the step is complete. They may have left before. */
    :: d_step {
        HAS(running, self) && stepped == place[self] && !HAS(holding, self) ->
        printf("agent %d: holds the step\n", self);
        holding = holding | BIT(self)
    }
    /* A rank dies, or they leave for a candidate that is gone before it is given the promise. */
    :: d_step {
        place[self] != 0 ->
        printf("agent %d: its ranks leave\n", self);
        quiet(self)
    }
#if IS_MUTANT(132) /* a restarted agent is taken for the same one */
    :: d_step {
        promised[self] != 0 && place[self] == 0 ->
        printf("agent %d: forgets\n", self);
        promised[self] = 0;
        next[self] = 0
    }
#endif
    od
}

/* Rule 12; controller/witness.c. It is asked about even bases only, and takes a newer base from
 * whoever asks. It also records under a higher number than it has promised. */
#define WITNESS_IS_ASKED(b)                                                                        \
    (stage[b] == GATHER -> IS_EVEN(known[CANDIDATE(b)]) : IS_EVEN(follows[b]))
inline witness_promise(b)
{
    promised[WITNESS] = b;
    if
    :: stage[b] == GATHER -> learn(WITNESS, known[CANDIDATE(b)])
    :: else -> learn(WITNESS, follows[b])
    fi;
    printf("witness: promises ballot %d, base %d, recorded %d\n", b, base[WITNESS], next[WITNESS])
}
#define WITNESS_HEAR_PREPARE(b)                                                                    \
    :: d_step {                                                                                    \
        stage[b] != UNUSED && promised[WITNESS] != (b) && WITNESS_IS_ASKED(b) &&                   \
            MAY_PROMISE(WITNESS, b) ->                                                             \
        witness_promise(b)                                                                         \
    }
#define WITNESS_HEAR_PREPARE_AND_ANSWER(b)                                                         \
    :: d_step {                                                                                    \
        IS_GATHERING(b) && WITNESS_IS_ASKED(b) && MAY_PROMISE(WITNESS, b) ->                       \
        witness_promise(b);                                                                        \
        hear_promise(CANDIDATE(b), WITNESS)                                                        \
    }
#define WITNESS_HEAR_RECORD(b)                                                                     \
    :: d_step {                                                                                    \
        stage[b] >= RECORD && next[WITNESS] != (b) && IS_EVEN(follows[b]) &&                       \
            MAY_PROMISE(WITNESS, b) && IS_NOT_OLDER(b, WITNESS) ->                                 \
        promised[WITNESS] = b;                                                                     \
        record(WITNESS, b);                                                                        \
        next[WITNESS] = (IS_MUTANT(121) -> 0 : next[WITNESS]) /* it does not keep the record */    \
    }

proctype witness()
{
end:
    do
#if !REDUCED
    EACH_BALLOT(WITNESS_HEAR_PREPARE)
#endif
    EACH_BALLOT(WITNESS_HEAR_PREPARE_AND_ANSWER)
    EACH_BALLOT(WITNESS_HEAR_RECORD)
#if IS_MUTANT(123) /* the directory restarts without its memory */
    :: d_step {
        promised[WITNESS] != 0 ->
        printf("witness: forgets\n");
        promised[WITNESS] = 0;
        base[WITNESS] = 0;
        next[WITNESS] = 0
    }
#endif
    od
}

/* Candidates. */

/* Rule 1: a number above all that it has seen. */
#define MAY_TAKE(number, v)                                                                        \
    (number > NUMBER(mine[self]) && number > NUMBER(promised[self]) && number > NUMBER(v))

inline give_up(b)
{
    if
    :: REDUCED && (stage[b] == GATHER || stage[b] == FORM) ->
        stage[b] = UNUSED;
        follows[b] = 0;
        view[b] = 0;
        ready[b] = 0;
        restores = restores & ~BIT(b)
    :: else
    fi
}

inline gather(c, number)
{
    printf("candidate %d: takes number %d, ballot %d, base %d\n",
           c, number, BALLOT(number, c), known[c]);
    give_up(mine[c]);
    mine[c] = BALLOT(number, c);
    stage[mine[c]] = GATHER;
    promises[c] = 0;
    offered[c] = 0;
    adopting[c] = 0
}
#define GATHER_AGAIN(number)                                                                       \
    :: d_step {                                                                                    \
        MAY_TAKE(number, known[self]) -> gather(self, number)                                      \
    }
/* It stands anew, with what its own agent knows, which may be less. */
#define STAND(number)                                                                              \
    :: d_step {                                                                                    \
        base[self] != known[self] && MAY_TAKE(number, base[self]) ->                               \
        known[self] = base[self];                                                                  \
        gather(self, number)                                                                       \
    }

#define THIS mine[self]

/* The directory tells of a decided view. */
#define LEARN(v)                                                                                   \
    :: d_step {                                                                                    \
        stage[THIS] == GATHER && HAS(told, v) && NUMBER(v) > NUMBER(known[self]) ->                \
        printf("candidate %d: hears that view %d is decided\n", self, v);                          \
        known[self] = v;                                                                           \
        adopting[self] = 0                                                                         \
    }

#define MAY_GO_ON                                                                                  \
    (stage[THIS] == GATHER && NUMBER(THIS) > NUMBER(known[self]) &&                                \
     IS_MAJORITY(known[self], promises[self]))
inline settle(to, what)
{
    stage[THIS] = to;
    follows[THIS] = known[self];
    view[THIS] = what;
    promises[self] = 0;
    offered[self] = 0;
    adopting[self] = 0
}

/* Rules 5 and 6: one agent of each slot, all of whom have promised. */
#define SHARES_NUMBER(b) + ((b) != THIS && NUMBER(b) == NUMBER(THIS) && members[b] != 0)
inline judge_number(set)
{
    no_number_is_used_for_two_views =
        IS_LEFT_OUT(NUMBERS_ONCE) || ((members[THIS] == 0 || members[THIS] == (set)) &&
                                      (0 EACH_BALLOT(SHARES_NUMBER)) == 0);
    assert(no_number_is_used_for_two_views)
}
#if IS_MUTANT(62)
#define HAVE_PROMISED(set) true
#else
#define HAVE_PROMISED(set) ((promises[self] & (set)) == (set))
#endif
#if IS_MUTANT(41) /* what may be decided already is not adopted */
#define IS_FREE true
#else
#define IS_FREE (adopting[self] == 0)
#endif
/* Rule 9: the newest step that any member holds; or that of the candidate's own ranks. */
#define HOLDERS(set) (offered[self] & (IS_MUTANT(92) -> BIT(self) : (set)))
#define ASSIGN(set)                                                                                \
    :: d_step {                                                                                    \
        MAY_GO_ON && IS_FREE && HAVE_PROMISED(set) ->                                              \
        printf("candidate %d: assigns view %d, base %d\n", self, THIS, known[self]);               \
        judge_number(set);                                                                         \
        members[THIS] = set;                                                                       \
        restores = restores | ((HOLDERS(set) != 0) << THIS);                                       \
        settle(FORM, THIS)                                                                         \
    }

proctype candidate(byte self)
{
end:
    do
    EACH_NUMBER(GATHER_AGAIN)
    EACH_NUMBER(STAND)
    EACH_BALLOT(LEARN)
    ASSIGN(FIRST_LIVES)
#if NEWCOMERS > 0
    ASSIGN(WITH(0))
#endif
#if NEWCOMERS > 1
    ASSIGN(WITH(1))
    ASSIGN(WITH_BOTH)
#endif
    /* Rule 4. */
    :: d_step {
        MAY_GO_ON && adopting[self] != 0 ->
        printf("candidate %d: adopts view %d, base %d\n", self, view[adopting[self]], known[self]);
        settle(RECORD, view[adopting[self]]);
        judge_decided(THIS)
    }
    /* Rule 7. */
    :: d_step {
        stage[THIS] == FORM && (ready[THIS] & members[THIS]) == members[THIS] ->
        printf("candidate %d: has view %d recorded\n", self, THIS);
        stage[THIS] = RECORD;
        told = told | (IS_MUTANT(101) << THIS); /* others are told before it is decided */
        judge_decided(THIS)
    }
    /* Rules 8 and 9. */
    :: d_step {
        stage[THIS] == RECORD &&
            (IS_MAJORITY(follows[THIS], recorded[THIS]) || IS_MUTANT(82)) -> /* without votes */
        printf("candidate %d: knows that view %d is decided\n", self, view[THIS]);
        stage[THIS] = DECIDED;
        known[self] = view[THIS];
        told = told | BIT(view[THIS])
    }
#if IS_MUTANT(51) /* it assigns once more under its number */
    :: d_step {
        stage[THIS] == FORM ->
        printf("candidate %d: thinks again\n", self);
        stage[THIS] = GATHER
    }
#endif
    od
}

/* The training: a step is complete when the ranks of all members are in it. */

#define STEPS(v, i)    (!HAS(members[v], i) || (place[i] == (v) && HAS(running, i)))
#define PROMISES(v, i) (!HAS(members[v], i) || promised[i] == (v))
#define COMPLETE(v)                                                                                \
    :: d_step {                                                                                    \
        members[v] != 0 && stepped != (v) && ALL(STEPS, v) ->                                      \
        printf("         a step is complete in view %d\n", v);                                     \
        no_step_after_a_higher_promise = IS_LEFT_OUT(PROMISE) || ALL(PROMISES, v);                 \
        assert(no_step_after_a_higher_promise);                                                    \
        steps_are_in_order_of_generations = IS_LEFT_OUT(ORDER) || stepped <= (v);                  \
        assert(steps_are_in_order_of_generations);                                                 \
        stepped = v                                                                                \
    }

proctype training()
{
end:
    do
    EACH_BALLOT(COMPLETE)
    od
}

init
{
    byte i;

    d_step {
        decided = BIT(0);
#if STARTED
        stage[1] = DECIDED;
        view[1] = 1;
        members[1] = FIRST_LIVES;
        ready[1] = FIRST_LIVES;
        recorded[1] = EVERYBODY | BIT(WITNESS);
        promised[WITNESS] = 1;
        next[WITNESS] = 1;
        for (i : 0 .. SLOTS - 1) {
            promised[i] = 1;
            base[i] = 1;
            place[i] = 1
        }
        running = FIRST_LIVES;
        mine[0] = 1;
        known[0] = 1;
        told = BIT(1);
        decided = BIT(0) | BIT(1);
        i = 0
#endif
    }
    atomic {
        for (i : 0 .. AGENTS - 1) {
            run agent(i)
        }
        for (i : 0 .. CANDIDATES - 1) {
            run candidate(i)
        }
        i = 0;
#if TRAINING
        run training();
#endif
        run witness()
    }
}
