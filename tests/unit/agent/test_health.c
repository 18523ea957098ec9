/* What a probe says, and what follows from it. */
#include "agent/health.h"

#include <string.h>

#include "support/check.h"

static void an_error_asks_for_what_the_catalogue_says(void)
{
    static const struct {
        int64_t xid;
        enum health_action action;
    } rows[] = {{13, HEALTH_SOFT},  {31, HEALTH_SOFT},  {32, HEALTH_SOFT},    {33, HEALTH_WARN},
                {43, HEALTH_NONE},  {45, HEALTH_NONE},  {48, HEALTH_HARD},    {63, HEALTH_WARN},
                {64, HEALTH_HARD},  {69, HEALTH_SOFT},  {74, HEALTH_FABRIC},  {79, HEALTH_HARD},
                {94, HEALTH_SOFT},  {95, HEALTH_HARD},  {119, HEALTH_HARD},   {120, HEALTH_HARD},
                {121, HEALTH_WARN}, {143, HEALTH_HARD}, {144, HEALTH_FABRIC}, {150, HEALTH_FABRIC},
                {151, HEALTH_HARD}, {154, HEALTH_WARN}, {156, HEALTH_HARD},   {158, HEALTH_HARD},
                {0, HEALTH_WARN},   {-1, HEALTH_WARN},  {65535, HEALTH_WARN}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CU_ASSERT(health_xid(rows[i].xid) == rows[i].action);
}

static void an_event_is_what_its_line_says(void)
{
    static const struct {
        const char *line;
        struct health_event event;
    } rows[] = {
        {"{\"gpu\":3,\"xid\":79,\"text\":\"fell off\"}", {3, "", 79, HEALTH_HARD, "fell off"}},
        {"{\"gpu\":\"GPU-a\",\"xid\":31}", {-1, "GPU-a", 31, HEALTH_SOFT, ""}},
        {"{\"gpu\":0,\"recovery\":\"reset\",\"x\":[]}", {0, "", -1, HEALTH_HARD, ""}},
        {"{\"x\":{\"gpu\":[7,{}]},\"gpu\":1,\"xid\":13}", {1, "", 13, HEALTH_SOFT, ""}},
        {"{\"gpu\":0,\"recovery\":\"none\",\"xid\":154}", {0, "", 154, HEALTH_WARN, ""}},
        {"{\"gpu\":0,\"recovery\":\"drain\",\"xid\":13}", {0, "", 13, HEALTH_SOFT, ""}},
        {"{\"gpu\":63,\"xid\":1,\"text\":\"a\\nb\"}", {63, "", 1, HEALTH_WARN, "a?b"}},
        {"{\"gpu\":0,\"xid\":1,\"text\":7}", {0, "", 1, HEALTH_WARN, ""}},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct health_event event = {.gpu = 99};

        CU_ASSERT(health_read(rows[i].line, strlen(rows[i].line), &event, NULL) == 0);
        CU_ASSERT(event.gpu == rows[i].event.gpu && event.xid == rows[i].event.xid);
        CU_ASSERT(event.action == rows[i].event.action);
        CHECK_TEXT(event.uuid, rows[i].event.uuid);
        CHECK_TEXT(event.text, rows[i].event.text);
    }
}

static void what_is_no_event_is_refused_with_a_reason(void)
{
    static const struct {
        const char *line;
        const char *wrong;
    } rows[] = {
        {"", "JSON"},
        {"[]", "JSON"},
        {"{\"gpu\":0,\"xid\":79", "JSON"},
        {"{\"xid\":79}", "gpu"},
        {"{\"gpu\":64,\"xid\":79}", "gpu"},
        {"{\"gpu\":0.5,\"xid\":79}", "gpu"},
        {"{\"gpu\":\"\",\"xid\":79}", "gpu"},
        {"{\"gpu\":\"a\\u0007\",\"xid\":79}", "gpu"},
        {"{\"gpu\":0}", "neither xid nor"},
        {"{\"gpu\":0,\"xid\":-1}", "xid"},
        {"{\"gpu\":0,\"xid\":1e300}", "xid"},
        {"{\"gpu\":0,\"xid\":\"79\"}", "xid"},
        {"{\"gpu\":0,\"recovery\":\"pray\"}", "recovery"},
        {"{\"gpu\":0,\"recovery\":1}", "recovery"},
        {"gpu: 0", "JSON"},
        {"{\"gpu\":0,\"gpu\":1,\"xid\":79}", "JSON"},
        {"{\"gpu\":0,\"xid\":79} 7", "JSON"},
        {"{\"gpu\":0,\"xid\":[79]}", "JSON"},
        {"{[7]:0,\"gpu\":0,\"xid\":79}", "JSON"},
        {"{\"gpu\":&a 0,\"xid\":*a}", "JSON"},
        {"{\"gpu\":0,\"xid\":79,\"text\":\"a\\0b\"}", "JSON"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct health_event event = {.gpu = 99};
        struct error error = {""};

        CU_ASSERT(health_read(rows[i].line, strlen(rows[i].line), &event, &error) == -1);
        CHECK_HAS(error.text, rows[i].wrong);
        CU_ASSERT(event.gpu == 99);
    }
}

static void what_is_long_is_cut_or_refused(void)
{
    CLEAN(text) struct text line = {0};
    struct health_event event;

    text_add(&line, "{\"gpu\":0,\"xid\":13,\"text\":\"");
    for (int i = 0; i < 100; i++)
        text_add(&line, "\xc3\xa4");
    text_add(&line, "\"}");
    CU_ASSERT(health_read(line.data, line.size, &event, NULL) == 0);
    CU_ASSERT(strlen(event.text) == 158); /* whole characters */
    while (line.size <= HEALTH_LINE)
        text_add(&line, " ");
    CU_ASSERT(health_read(line.data, line.size, &event, NULL) == -1);
    text_clear(&line);
    text_addf(&line, "{\"gpu\":\"%0*d\",\"xid\":13}", HEALTH_UUID, 1);
    CU_ASSERT(health_read(line.data, line.size, &event, NULL) == -1);
}

static void a_uuid_is_found_in_a_list(void)
{
    CU_ASSERT(health_index("GPU-a,GPU-b,GPU-ab", "GPU-a") == 0);
    CU_ASSERT(health_index("GPU-a,GPU-b,GPU-ab", "GPU-ab") == 2);
    CU_ASSERT(health_index("GPU-ab", "GPU-a") == -1);
    CU_ASSERT(health_index("all", "GPU-a") == -1);
    CU_ASSERT(health_index("GPU-a", "") == -1);
    CU_ASSERT(health_index("", "GPU-a") == -1);
    CU_ASSERT(health_index(NULL, "GPU-a") == -1);
}

SUITE("agent health",
      {"an error asks for what the catalogue says", an_error_asks_for_what_the_catalogue_says},
      {"an event is what its line says", an_event_is_what_its_line_says},
      {"what is no event is refused with a reason", what_is_no_event_is_refused_with_a_reason},
      {"what is long is cut or refused", what_is_long_is_cut_or_refused},
      {"a uuid is found in a list", a_uuid_is_found_in_a_list})
