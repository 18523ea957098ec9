/* book - where the agents of the job are: one entry a slot. Pure. */
#ifndef AGENT_BOOK_H
#define AGENT_BOOK_H

#include "agent/view.h"

#define BOOK_ADDRESS 80
#define BOOK_NODE    254
#define BOOK_POD     72

struct book_entry {
    struct identity id;
    char address[BOOK_ADDRESS]; /* numeric "host:port"; "" = not known */
    char node[BOOK_NODE];
    char pod[BOOK_POD]; /* "" = it runs in none */
    uint32_t ranks;
};

struct book {
    struct book_entry entries[VIEW_MEMBERS]; /* by slot */
    struct identity owner; /* in its slot there is nobody else; unknown = nobody's book */
};

/* The entry of exactly this incarnation, or NULL. */
const struct book_entry *book_find(const struct book *book, const struct identity *id);

/* Takes the entry for the slot's newest: from its own agent, the directory, or an assignment. */
void book_learn(struct book *book, const struct book_entry *entry);

/* Takes the entry only if the slot has none: from a view that may be old. */
void book_recall(struct book *book, const struct book_entry *entry);

#endif
