/* codec - the machines' messages in their form on the network, and back. Pure.
 *
 * Everything that comes in is bounded and checked here; what passes can be given to a machine. */
#ifndef AGENT_CODEC_H
#define AGENT_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "agent/book.h"
#include "agent/message.h"
#include "base/error.h"
#include "base/text.h"
#include "wire/muster.pb-c.h"

#define CODEC_JOB   64 /* longest job uid with its zero byte */
#define CODEC_BLOBS 1024

/* Whose words they are: a message for another job or attempt is nobody's. */
struct codec_scope {
    char job[CODEC_JOB];
    uint32_t attempt;
};

/* A message that came in, with all that it points to. Large: keep it on the heap. */
struct codec_message {
    struct message message;
    struct view decided;
    struct view view;
    struct view next;
    struct blob blobs[CODEC_BLOBS];
    struct rank_progress progress[MESSAGE_RANKS];
    char text[MESSAGE_TEXT];
};

/* Adds the message's bytes to `out`. `book` holds the sender under `self` and gives the addresses
 * of the members of views. */
void codec_pack(const struct message *message,
                const struct codec_scope *scope,
                const struct identity *self,
                const struct book *book,
                struct text *out);

/* Reads a message and takes the addresses in it into `book`. Returns 0; 1 when it is for another
 * job or attempt; -1 when it is malformed. */
int codec_unpack(const void *data,
                 size_t size,
                 const struct codec_scope *scope,
                 struct book *book,
                 struct codec_message *out,
                 struct error *error);

/* The same for the parts that other messages are made of. Reading returns 0, or 1 when malformed.
 * Packed parts are allocated by protobuf-c's means and freed with the message they are put into. */
Muster__Agent *codec_pack_agent(const struct book_entry *entry);
int codec_unpack_agent(const Muster__Agent *packed, struct book_entry *entry);
Muster__View *codec_pack_view(const struct view *view, const struct book *book);
int codec_unpack_view(const Muster__View *packed, struct view *view);

#endif
