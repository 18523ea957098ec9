/* message - names. */
#include "agent/message.h"

const char *message_name(enum message_kind kind)
{
    static const char *const names[] = {"none",   "hello",  "prepare", "promise",  "refuse",
                                        "assign", "ready",  "record",  "recorded", "go",
                                        "out",    "fault",  "done",    "finish",   "beat",
                                        "kill",   "spares", "leave",   "measure",  "measured"};

    _Static_assert(sizeof names / sizeof *names == MESSAGE_KINDS, "one name a kind");
    return names[kind];
}
