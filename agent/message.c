/* message - names. */
#include "agent/message.h"

const char *message_name(enum message_kind kind)
{
    static const char *const names[] = {"none",
                                        "hello",
                                        "prepare",
                                        "promise",
                                        "refuse",
                                        "assign",
                                        "ready",
                                        "record",
                                        "recorded",
                                        "go",
                                        "out",
                                        "fault",
                                        "done",
                                        "finish"};

    _Static_assert(sizeof names / sizeof *names == MESSAGE_KINDS, "one name a kind");
    return names[kind];
}

const char *cause_name(enum cause cause)
{
    static const char *const names[] = {"None",
                                        "RankCrashed",
                                        "RankKilled",
                                        "Communicator",
                                        "AgentLost",
                                        "AgentReplaced",
                                        "Stuck",
                                        "InvalidInput"};

    _Static_assert(sizeof names / sizeof *names == CAUSES, "one name a cause");
    return names[cause];
}
