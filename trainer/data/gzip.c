/* gzip - bounded expansion of a compressed file. */
#include "trainer/data/gzip.h"

#include <limits.h>
#include <zlib.h>

#define WINDOW_GZIP (15 + 16) /* largest window, gzip header and checksum expected */

/* What zlib's counters, which are narrower than size_t, can take at once. */
static uInt bounded(size_t size)
{
    return size > UINT_MAX ? UINT_MAX : (uInt)size;
}

/* Inflates until the end of the stream, the end of the input, or one byte beyond `room`. Counts
 * what came out in `*size` and returns zlib's outcome: Z_BUF_ERROR when the input ended early. */
static int inflate_all(
    z_stream *stream, const uint8_t *input_end, uint8_t *out, size_t room, size_t *size)
{
    int outcome = Z_OK;

    *size = 0;
    while (outcome == Z_OK && *size <= room) {
        uint8_t beyond;
        uInt offered = *size < room ? bounded(room - *size) : 1;

        stream->avail_in = bounded((size_t)(input_end - stream->next_in));
        stream->next_out = *size < room ? out + *size : &beyond;
        stream->avail_out = offered;
        outcome = inflate(stream, Z_NO_FLUSH);
        *size += offered - stream->avail_out;
    }
    return outcome;
}

int gzip_expand(const uint8_t *zipped,
                size_t zipped_size,
                uint8_t *out,
                size_t room,
                size_t *size,
                struct error *error)
{
    z_stream stream = {.next_in = (z_const Bytef *)zipped};
    size_t expanded;
    int outcome;

    if (inflateInit2(&stream, WINDOW_GZIP) != Z_OK)
        return error_set(error, "out of memory");
    outcome = inflate_all(&stream, zipped + zipped_size, out, room, &expanded);
    inflateEnd(&stream);
    if (outcome == Z_MEM_ERROR)
        return error_set(error, "out of memory");
    if (outcome != Z_OK && outcome != Z_STREAM_END)
        return error_set(error,
                         "damaged or cut off at byte %zu of its compressed form",
                         (size_t)(stream.next_in - zipped));
    *size = expanded > room ? room : expanded;
    if (expanded > room)
        return 1;
    if (stream.next_in != zipped + zipped_size)
        return error_set(error, "bytes after the end of its compressed form");
    return 0;
}
