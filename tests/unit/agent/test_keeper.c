/* The keeper: keeps an agent running, owns the ranks, hands them to the next agent.
 *
 * The keeper runs in a child. The agent that it starts is this program again, which then plays the
 * part that MUSTER_TEST_PART names before any test runs. */
#include "agent/keeper.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/keeper_link.h"
#include "base/file.h"
#include "support/check.h"
#include "wire/link.h"

#define PART "MUSTER_TEST_PART"
#define NOTE "MUSTER_TEST_NOTE" /* a file for what one life tells the next */

#define PATIENT 60 /* seconds; a keeper that lives so long is ended, and its test fails */
#define BROKEN  99 /* exit code of a part that did not go as it should */

/* The agent's side. */

struct played {
    int keeper;
    struct keeper_link_message message;
    int descriptors[KEEPER_LINK_DESCRIPTORS];
};

_Noreturn static void part_fail(const char *what)
{
    fprintf(stderr, "the agent's part: %s\n", what);
    _exit(BROKEN);
}

/* Waits for the next message, which must be of that type. */
static void await(struct played *played, enum keeper_link_type type)
{
    struct pollfd waiting = {.fd = played->keeper, .events = POLLIN};

    while (poll(&waiting, 1, -1) < 0)
        ;
    if (keeper_link_receive(played->keeper, &played->message, played->descriptors, NULL) != 0 ||
        played->message.type != type)
        part_fail("another message was due");
}

static void order(struct played *played, enum keeper_link_type type, uint32_t number)
{
    const struct keeper_link_message message = {.type = type,
                                                .rank = number,
                                                .code = type == KEEPER_LINK_LEAVE ? number : 0,
                                                .place = 40 + number};
    int spec = file_memory("spec", 0, NULL);

    if (spec < 0 || write(spec, "spec", 4) != 4 || lseek(spec, 0, SEEK_SET) != 0)
        part_fail("no spec");
    if (keeper_link_send(played->keeper, &message, &spec, type == KEEPER_LINK_SPAWN))
        part_fail("the keeper does not read");
    close(spec);
}

/* Starts rank 1 as a foreign one, with a word that says where the note is. */
static void order_foreign(struct played *played)
{
    const struct keeper_link_message message = {
        .type = KEEPER_LINK_SPAWN, .rank = 1, .code = KEEPER_LINK_FOREIGN};
    CLEAN(text) struct text words = {0};
    int given = file_memory("words", 0, NULL);

    text_word(&words, "MASTER_ADDR=10.0.0.7");
    text_word(&words, "NOTE=%s", getenv(NOTE));
    if (given < 0 || file_put(given, words.data, words.size))
        part_fail("no words");
    if (keeper_link_send(played->keeper, &message, &given, 1))
        part_fail("the keeper does not read");
    close(given);
    await(played, KEEPER_LINK_RANK);
    if (played->message.rank != 1 || played->message.code != KEEPER_LINK_FOREIGN ||
        played->descriptors[0] >= 0)
        part_fail("not a foreign rank");
}

static const char *note_path(void)
{
    const char *path = getenv(NOTE);

    if (!path)
        part_fail("no place for a note");
    return path;
}

/* Ends the keeper with that code, and waits for it to end this. */
static void leave(struct played *played, int code)
{
    order(played, KEEPER_LINK_LEAVE, (uint32_t)code);
    for (;;)
        pause();
}

static void part_leave(struct played *played)
{
    await(played, KEEPER_LINK_READY);
    leave(played, 7);
}

/* The first life ends at once; the second one says so. */
static void part_again(struct played *played)
{
    if (access(note_path(), F_OK) == 0)
        leave(played, 5);
    close(open(note_path(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    _exit(1);
}

/* Starts rank 1 and says with which code it ended. */
static void part_rank(struct played *played)
{
    struct link_page page;

    await(played, KEEPER_LINK_READY);
    order(played, KEEPER_LINK_SPAWN, 1);
    await(played, KEEPER_LINK_RANK);
    if (played->message.rank != 1 || played->message.process <= 0)
        part_fail("another rank");
    if (pread(played->descriptors[1], &page, sizeof page, 0) != (ssize_t)sizeof page ||
        atomic_load(&page.committed) != LINK_NO_STATE)
        part_fail("the page does not say that the rank holds nothing");
    await(played, KEEPER_LINK_EXITED);
    leave(played, WIFEXITED(played->message.status) ? WEXITSTATUS(played->message.status) : BROKEN);
}

/* The same for a foreign one. */
static void part_foreign(struct played *played)
{
    await(played, KEEPER_LINK_READY);
    order_foreign(played);
    await(played, KEEPER_LINK_EXITED);
    leave(played, WIFEXITED(played->message.status) ? WEXITSTATUS(played->message.status) : BROKEN);
}

/* Asks a foreign rank to end once it has left its note. */
static void part_terminate(struct played *played)
{
    await(played, KEEPER_LINK_READY);
    order_foreign(played);
    while (access(note_path(), F_OK))
        usleep(1000);
    order(played, KEEPER_LINK_TERMINATE, 1);
    await(played, KEEPER_LINK_EXITED);
    leave(played, WIFEXITED(played->message.status) ? WEXITSTATUS(played->message.status) : BROKEN);
}

static void part_kill(struct played *played)
{
    await(played, KEEPER_LINK_READY);
    order(played, KEEPER_LINK_SPAWN, 0);
    await(played, KEEPER_LINK_RANK);
    order(played, KEEPER_LINK_KILL, 0);
    await(played, KEEPER_LINK_EXITED);
    leave(played, WIFSIGNALED(played->message.status) ? WTERMSIG(played->message.status) : BROKEN);
}

/* The first life starts a rank and dies; the second one is handed that process. */
static void part_hand_over(struct played *played)
{
    CLEAN(text) struct text note = {0};
    int64_t process = 0;

    if (file_read(note_path(), 64, &note, NULL) == 0) {
        await(played, KEEPER_LINK_RANK);
        if (text_integer(note.data, 1, INT32_MAX, &process) ||
            played->message.process != (int32_t)process || played->descriptors[2] < 0)
            part_fail("another process was handed over");
        await(played, KEEPER_LINK_READY);
        leave(played, 4);
    }
    await(played, KEEPER_LINK_READY);
    order(played, KEEPER_LINK_SPAWN, 0);
    await(played, KEEPER_LINK_RANK);
    text_addf(&note, "%d", played->message.process);
    if (file_write(note_path(), note.data, note.size, NULL))
        part_fail("no note");
    _exit(1);
}

static void note_await(const char *suffix)
{
    CLEAN(text) struct text path = {0};

    text_addf(&path, "%s%s", note_path(), suffix);
    while (access(path.data, F_OK))
        usleep(1000);
}

static void note_leave(const char *suffix)
{
    CLEAN(text) struct text path = {0};

    text_addf(&path, "%s%s", note_path(), suffix);
    close(open(path.data, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
}

/* Compares what a rank has said last. */
static void part_words(struct played *played)
{
    await(played, KEEPER_LINK_READY);
    order(played, KEEPER_LINK_SPAWN, 1);
    await(played, KEEPER_LINK_RANK);
    await(played, KEEPER_LINK_EXITED);
    if (strcmp(played->message.text, "one | two | three"))
        part_fail(played->message.text);
    leave(played, 3);
}

static void part_report(struct played *played)
{
    await(played, KEEPER_LINK_READY);
    order_foreign(played);
    await(played, KEEPER_LINK_EXITED);
    if (strcmp(played->message.text, "KeyError: 1"))
        part_fail(played->message.text);
    leave(played, 3);
}

/* The first life starts a rank and dies, the second one stays until the rank has said more. */
static void part_heir(struct played *played)
{
    if (access(note_path(), F_OK) == 0) {
        note_await("-more");
        leave(played, 4);
    }
    await(played, KEEPER_LINK_READY);
    order(played, KEEPER_LINK_SPAWN, 0);
    await(played, KEEPER_LINK_RANK);
    note_leave("");
    _exit(1);
}

/* Nobody reads what the rank says: it can be killed all the same, which is then noted. */
static void part_deaf(struct played *played)
{
    await(played, KEEPER_LINK_READY);
    order(played, KEEPER_LINK_SPAWN, 0);
    await(played, KEEPER_LINK_RANK);
    usleep(100000); /* it is stuck by now; if it is not, less is tried */
    order(played, KEEPER_LINK_KILL, 0);
    await(played, KEEPER_LINK_EXITED);
    note_leave("");
    leave(played, WIFSIGNALED(played->message.status) ? WTERMSIG(played->message.status) : BROKEN);
}

static void part_no_such_command(struct played *played)
{
    await(played, KEEPER_LINK_READY);
    order(played, KEEPER_LINK_SPAWN, 0);
    await(played, KEEPER_LINK_FAILED);
    if (!strstr(played->message.text, "/nowhere/trainer"))
        part_fail("the reason does not name the command");
    leave(played, 6);
}

/* Says that it is there, and waits. */
static void part_wait(struct played *played)
{
    await(played, KEEPER_LINK_READY);
    if (write(1, "!", 1) != 1)
        part_fail("nobody listens");
    for (;;)
        pause();
}

/* The first life is told to leave and dies, the second one leaves. */
static void part_drain(struct played *played)
{
    await(played, KEEPER_LINK_READY);
    if (access(note_path(), F_OK) && write(1, "!", 1) != 1)
        part_fail("nobody listens");
    await(played, KEEPER_LINK_DRAIN);
    if (played->message.code == 0 || played->message.code > 27000)
        part_fail("another time to leave");
    if (access(note_path(), F_OK) == 0)
        leave(played, 4);
    note_leave("");
    _exit(1);
}

static const struct {
    const char *name;
    void (*play)(struct played *played);
} parts[] = {{"leave", part_leave},
             {"again", part_again},
             {"rank", part_rank},
             {"foreign", part_foreign},
             {"terminate", part_terminate},
             {"kill", part_kill},
             {"hand over", part_hand_over},
             {"words", part_words},
             {"report", part_report},
             {"heir", part_heir},
             {"deaf", part_deaf},
             {"no such command", part_no_such_command},
             {"wait", part_wait},
             {"drain", part_drain}};

/* Before main: in an agent's process no test runs. */
__attribute__((constructor)) static void agent_play(void)
{
    const char *part = getenv(PART);
    const char *number = getenv(KEEPER_LINK_ENVIRONMENT);
    struct played played = {.keeper = number ? atoi(number) : -1};

    for (size_t i = 0; part && number && i < sizeof parts / sizeof *parts; i++) {
        if (!strcmp(part, parts[i].name))
            parts[i].play(&played);
    }
}

/* The test's side. */

static char note[128]; /* of the keeper that was started last */
static int64_t grace = 30;

/* Starts a keeper whose agent plays `part` and whose ranks run `command`; its standard output
 * and error go to `output` if that is a descriptor. */
static pid_t keeper_start(const char *part, char *const *command, int output)
{
    static char program[] = "/proc/self/exe";
    char *argv[] = {program, NULL};
    const struct settings settings = {.job = "uid",
                                      .slot = 5,
                                      .ranks = 2,
                                      .host = "127.0.0.1",
                                      .grace = grace,
                                      .log_level = LOG_LEVEL_ERROR,
                                      .command = command};
    pid_t child;

    snprintf(note, sizeof note, "%s/note-%s", check_directory(), part);
    child = fork();
    if (child)
        return child;
    alarm(PATIENT);
    setenv(PART, part, 1);
    setenv(NOTE, note, 1);
    setenv("TEST_NOTE", note, 1); /* which ranks inherit */
    if (output >= 0) {
        dup2(output, 1);
        dup2(output, 2);
    }
    _exit(keeper_run(&settings, argv));
}

/* The code that the keeper ends with, or minus the signal that ended it. */
static int keeper_end(pid_t keeper)
{
    int status = 0;

    CU_ASSERT_FATAL(keeper > 0);
    CU_ASSERT(waitpid(keeper, &status, 0) == keeper);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int play(const char *part, const char *program, const char *script)
{
    char words[3][512];
    char *const command[] = {words[0], words[1], words[2], NULL};

    snprintf(words[0], sizeof words[0], "%s", program);
    snprintf(words[1], sizeof words[1], "-c");
    snprintf(words[2], sizeof words[2], "%s", script);
    return keeper_end(keeper_start(part, command, -1));
}

static void it_ends_with_the_code_that_the_agent_says(void)
{
    CU_ASSERT(play("leave", "/bin/sh", "exit 0") == 7);
}

static void an_agent_that_dies_is_started_again(void)
{
    CU_ASSERT(play("again", "/bin/sh", "exit 0") == 5);
}

static void the_end_of_a_rank_is_told(void)
{
    CU_ASSERT(play("rank", "/bin/sh", "exit 33") == 33);
}

static void a_rank_finds_its_place_in_its_environment(void)
{
    CU_ASSERT(play("rank",
                   "/bin/sh",
                   "test \"$MUSTER_JOB $MUSTER_SLOT $MUSTER_LOCAL_RANK\" = 'uid 5 1' || exit 1;"
                   "test \"$MUSTER_HOST\" = 127.0.0.1 || exit 2;"
                   "test -e /proc/self/fd/$MUSTER_LINK || exit 3;"
                   "test -e /proc/self/fd/$MUSTER_PAGE || exit 4;"
                   "test -e /proc/self/fd/$MUSTER_CONTROL || exit 5;"
                   "test \"$(cat <&$MUSTER_SPEC)\" = spec || exit 6;"
                   "test -z \"$MUSTER_KEEPER\" || exit 7;"
                   "exit 44") == 44);
}

static void a_foreign_rank_has_no_link_and_the_words_that_were_given(void)
{
    CU_ASSERT(play("foreign",
                   "/bin/sh",
                   "test \"$MUSTER_JOB $MUSTER_SLOT $MUSTER_LOCAL_RANK\" = 'uid 5 1' || exit 1;"
                   "test \"$MASTER_ADDR\" = 10.0.0.7 || exit 2;"
                   "test -z \"$MUSTER_LINK$MUSTER_PAGE$MUSTER_SPEC\" || exit 3;"
                   "test ! -e /proc/self/fd/3 || exit 4;"
                   "test $(cut -d' ' -f5 /proc/$$/stat) = $$ || exit 5;" /* its process group */
                   "exit 44") == 44);
}

static void a_foreign_rank_can_be_asked_to_end(void)
{
    CU_ASSERT(play("terminate",
                   "/bin/sh",
                   "trap 'exit 12' TERM; : >$NOTE; while :; do sleep 0.01; done") == 12);
}

static void what_a_foreign_rank_leaves_behind_ends_with_it(void)
{
    char *const command[] = {"/bin/sh", "-c", "(sleep 20; echo late) & exit 9", NULL};
    char byte;
    int ends[2];
    pid_t keeper;

    CU_ASSERT_FATAL(pipe2(ends, O_CLOEXEC) == 0);
    keeper = keeper_start("foreign", command, ends[1]);
    close(ends[1]);
    CU_ASSERT(keeper_end(keeper) == 9);
    CU_ASSERT(read(ends[0], &byte, 1) == 0); /* nobody is left who could write */
    close(ends[0]);
}

static void a_rank_is_killed_on_order(void)
{
    CU_ASSERT(play("kill", "/bin/sh", "exec sleep 1000") == SIGKILL);
}

static void a_rank_outlives_its_agent_and_is_handed_to_the_next(void)
{
    CU_ASSERT(play("hand over", "/bin/sh", "exec sleep 1000") == 4);
}

static void a_command_that_is_not_there_is_told(void)
{
    CU_ASSERT(play("no such command", "/nowhere/trainer", "") == 6);
}

/* A keeper whose agent plays `part` and whose rank runs the script; the reader of what it says. */
static pid_t spoken_start(const char *part, const char *script, int *reader)
{
    char words[3][512] = {"/bin/sh", "-c"};
    char *const command[] = {words[0], words[1], words[2], NULL};
    int ends[2];
    pid_t keeper;

    snprintf(words[2], sizeof words[2], "%s", script);
    CU_ASSERT_FATAL(pipe2(ends, O_CLOEXEC) == 0);
    keeper = keeper_start(part, command, ends[1]);
    close(ends[1]);
    *reader = ends[0];
    return keeper;
}

/* Reads until nobody is left who could write. */
static void hear(int reader, struct text *heard)
{
    char bytes[4096];
    ssize_t got;

    while ((got = read(reader, bytes, sizeof bytes)) > 0)
        text_add_bytes(heard, bytes, (size_t)got);
    CU_ASSERT(got == 0);
    close(reader);
}

static void what_a_rank_says_carries_its_number(void)
{
    CLEAN(text) struct text heard = {0};
    int reader;
    pid_t keeper = spoken_start(
        "rank", "echo one; sleep 0.05; echo two >&2; sleep 0.05; printf three; exit 33", &reader);

    hear(reader, &heard);
    CU_ASSERT(keeper_end(keeper) == 33);
    CHECK_TEXT(text_string(&heard), "[rank 41] one\n[rank 41] two\n[rank 41] three\n");
}

static void the_last_words_of_a_rank_are_told(void)
{
    CU_ASSERT(play("words", "/bin/sh", "echo one; echo two; printf three; exit 1") == 3);
}

static void the_report_of_a_foreign_rank_counts_as_its_last_words(void)
{
    CU_ASSERT(play("report",
                   "/bin/sh",
                   "echo '{\"message\": \"KeyError: 1\"}' >$TORCHELASTIC_ERROR_FILE; echo later") ==
              3);
}

static void what_a_rank_says_survives_its_agent(void)
{
    CLEAN(text) struct text heard = {0};
    int reader;
    pid_t keeper = spoken_start("heir",
                                "echo before; until test -e $TEST_NOTE; do sleep 0.01; done;"
                                "echo after; : >$TEST_NOTE-more; exec sleep 1000",
                                &reader);

    hear(reader, &heard);
    CU_ASSERT(keeper_end(keeper) == 4);
    CHECK_TEXT(text_string(&heard), "[rank 40] before\n[rank 40] after\n");
}

/* The rank says far more than fits between it and a reader that does not read. */
static void a_reader_that_does_not_read_holds_up_the_rank_alone(void)
{
    static const char line[] = "[rank 40] 0123456789\n";
    const size_t size = sizeof line - 1;
    CLEAN(text) struct text through = {0};
    CLEAN(text) struct text heard = {0};
    int reader;
    pid_t keeper = spoken_start(
        "deaf", "yes 0123456789 | head -n 200000; : >$TEST_NOTE-through; sleep 1000", &reader);

    while (access(note, F_OK))
        usleep(1000);
    hear(reader, &heard);
    CU_ASSERT(keeper_end(keeper) == SIGKILL);
    CU_ASSERT(heard.size > size && heard.size / size < 200000);
    for (size_t at = 0; at + size < heard.size; at += size) /* of the last one, what there was */
        CU_ASSERT(!memcmp(heard.data + at, line, size));
    text_addf(&through, "%s-through", note);
    CU_ASSERT(access(through.data, F_OK) != 0);
}

/* Sends a signal once the agent is there. The keeper is to end with that code. */
static void signalled(const char *part, int number, int code)
{
    char *const command[] = {NULL};
    char byte;
    int ends[2];
    pid_t keeper;

    CU_ASSERT_FATAL(pipe2(ends, O_CLOEXEC) == 0);
    keeper = keeper_start(part, command, ends[1]);
    close(ends[1]);
    CU_ASSERT(read(ends[0], &byte, 1) == 1); /* the agent is there */
    CU_ASSERT(kill(keeper, number) == 0);
    CU_ASSERT(keeper_end(keeper) == code);
    CU_ASSERT(read(ends[0], &byte, 1) == 0); /* nobody is left who holds the other end */
    close(ends[0]);
}

/* SIGHUP ends it; of the others every agent is told, and has its time. */
static void signals_end_all_of_it_or_ask_for_the_end(void)
{
    signalled("wait", SIGHUP, 128 + SIGHUP);
    signalled("drain", SIGTERM, 4);
    signalled("drain", SIGINT, 4);
    grace = 1;
    signalled("wait", SIGTERM, 128 + SIGTERM);
    grace = 30;
}

SUITE("agent keeper",
      {"it ends with the code that the agent says", it_ends_with_the_code_that_the_agent_says},
      {"an agent that dies is started again", an_agent_that_dies_is_started_again},
      {"the end of a rank is told", the_end_of_a_rank_is_told},
      {"a rank finds its place in its environment", a_rank_finds_its_place_in_its_environment},
      {"a foreign rank has no link and the words that were given",
       a_foreign_rank_has_no_link_and_the_words_that_were_given},
      {"a foreign rank can be asked to end", a_foreign_rank_can_be_asked_to_end},
      {"what a foreign rank leaves behind ends with it",
       what_a_foreign_rank_leaves_behind_ends_with_it},
      {"a rank is killed on order", a_rank_is_killed_on_order},
      {"a rank outlives its agent and is handed to the next",
       a_rank_outlives_its_agent_and_is_handed_to_the_next},
      {"a command that is not there is told", a_command_that_is_not_there_is_told},
      {"what a rank says carries its number", what_a_rank_says_carries_its_number},
      {"the last words of a rank are told", the_last_words_of_a_rank_are_told},
      {"the report of a foreign rank counts as its last words",
       the_report_of_a_foreign_rank_counts_as_its_last_words},
      {"what a rank says survives its agent", what_a_rank_says_survives_its_agent},
      {"a reader that does not read holds up the rank alone",
       a_reader_that_does_not_read_holds_up_the_rank_alone},
      {"signals end all of it or ask for the end", signals_end_all_of_it_or_ask_for_the_end})
