/* tail - the last 64 KiB that a process has said. */
#include "agent/tail.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

#define BETWEEN " | "
#define LINE    4096 /* bytes of a line that are looked at */

void tail_add(struct tail *tail, const char *bytes, size_t size)
{
    size_t skipped = size > TAIL_SIZE ? size - TAIL_SIZE : 0;
    size_t total = atomic_load_explicit(&tail->total, memory_order_relaxed);
    size_t at = (total + skipped) % TAIL_SIZE;
    size_t part = size - skipped < TAIL_SIZE - at ? size - skipped : TAIL_SIZE - at;

    atomic_store(&tail->begun, total + size);
    atomic_thread_fence(memory_order_seq_cst); /* before a byte is overwritten */
    memcpy(tail->bytes + at, bytes + skipped, part);
    memcpy(tail->bytes, bytes + skipped + part, size - skipped - part);
    atomic_store_explicit(&tail->total, total + size, memory_order_release);
}

void tail_clear(struct tail *tail)
{
    tail->first = tail->total;
}

void tail_copy(const struct tail *tail, struct text *out)
{
    size_t total = atomic_load_explicit(&tail->total, memory_order_acquire);
    size_t first = total > TAIL_SIZE ? total - TAIL_SIZE : 0;
    size_t before = out->size;
    size_t begun;
    size_t lost;

    for (size_t at = first; at < total;) {
        size_t part =
            TAIL_SIZE - at % TAIL_SIZE < total - at ? TAIL_SIZE - at % TAIL_SIZE : total - at;

        text_add_bytes(out, tail->bytes + at % TAIL_SIZE, part);
        at += part;
    }
    atomic_thread_fence(memory_order_seq_cst); /* after the last byte was read */
    begun = atomic_load(&tail->begun);
    lost = begun > first + TAIL_SIZE ? begun - TAIL_SIZE - first : 0;
    if (lost > total - first)
        lost = total - first;
    if (lost) {
        memmove(out->data + before, out->data + before + lost, total - first - lost);
        text_cut(out, out->size - lost);
    }
}

/* Finds the newest line that ends before the byte `end`, which is the first one's number, and
 * copies its beginning as a string. Returns the number of the line's first byte. */
static size_t line_before(const struct tail *tail, size_t end, size_t first, char line[LINE])
{
    size_t begin = end;
    size_t size = 0;

    while (begin > first && tail->bytes[(begin - 1) % TAIL_SIZE] != '\n')
        begin--;
    for (size_t i = begin; i < end && size < LINE - 1; i++) {
        char byte = tail->bytes[i % TAIL_SIZE];

        line[size++] = byte ? byte : '?';
    }
    line[size] = '\0';
    return begin;
}

/* Copies a line as far as `size` bytes with the zero byte hold it, each run of white space as one
 * space and none at the ends. Returns how many bytes that are, and whether it was all in `whole`.
 */
static size_t line_show(const char *line, char *out, size_t size, int *whole)
{
    size_t used = 0;
    int gap = 0;

    *whole = 1;
    while (*line) {
        const char *from = line;
        int32_t character = utf8_next(&line);
        int shows = character >= 0 && utf8_shows(character);
        size_t bytes = shows ? (size_t)(line - from) : 1;

        if (character == ' ' || (character >= '\t' && character <= '\r')) {
            gap = used > 0;
            continue;
        }
        if (used + (size_t)gap + bytes >= size) {
            *whole = 0;
            break;
        }
        if (gap)
            out[used++] = ' ';
        memcpy(out + used, shows ? from : "?", bytes);
        used += bytes;
        gap = 0;
    }
    out[used] = '\0';
    return used;
}

void tail_words(const struct tail *tail, char *out, size_t size)
{
    size_t end = tail->total;
    size_t first = end > tail->first + TAIL_SIZE ? end - TAIL_SIZE : tail->first;
    size_t used = 0;
    char line[LINE];
    char shown[LINE];

    out[0] = '\0';
    while (end > first) {
        size_t gap = used ? strlen(BETWEEN) : 0;
        size_t room = size - used - gap;
        size_t bytes;
        int whole;

        if (size < used + gap + 2)
            return;
        if (tail->bytes[(end - 1) % TAIL_SIZE] == '\n')
            end--;
        end = line_before(tail, end, first, line);
        bytes = line_show(line, shown, room < LINE ? room : LINE, &whole);
        if (used && !whole)
            return;
        if (!bytes)
            continue;
        memmove(out + bytes + gap, out, used + 1);
        memcpy(out, shown, bytes);
        memcpy(out + bytes, BETWEEN, gap);
        if (!used)
            out[bytes] = '\0';
        used += bytes + gap;
    }
}
