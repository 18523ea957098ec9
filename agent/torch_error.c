/* torch_error - what a Python process says of the exception that ends it. */
#include "agent/torch_error.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/entropy.h"
#include "base/file.h"
#include "base/text.h"

#define KEY     "\"message\""
#define RANDOM  16
#define REPLACE 0xFFFD /* for half of a pair, which cannot be said in UTF-8 */

/* Where a file can be left: not in a directory whose path leaves no room for the name. */
static const char *directory_find(void)
{
    const char *const directories[] = {getenv("TMPDIR"), "/tmp", "/dev/shm"};

    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
        if (directories[i] && strlen(directories[i]) < TORCH_ERROR_PATH / 2 &&
            access(directories[i], W_OK | X_OK) == 0)
            return directories[i];
    }
    return NULL;
}

void torch_error_path(char path[TORCH_ERROR_PATH])
{
    const char *directory = directory_find();
    unsigned char random[RANDOM];
    char name[2 * RANDOM + 1];

    path[0] = '\0';
    if (!directory)
        return;
    entropy_fill(random, sizeof random);
    text_hex(name, random, sizeof random);
    snprintf(path, TORCH_ERROR_PATH, "%s/muster-%s.json", directory, name);
}

/* Reads what is there, as far as it is taken. Returns the number of bytes. */
static size_t read_some(const char *path, char *bytes, size_t most)
{
    CLEAN_FD int file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    size_t size = 0;
    ssize_t got = 1;

    while (file >= 0 && got > 0 && size < most) {
        got = read(file, bytes + size, most - size);
        if (got > 0)
            size += (size_t)got;
    }
    return size;
}

int torch_error_take(const char *path, char *message, size_t size)
{
    char json[TORCH_ERROR_MOST + 1];
    size_t got = read_some(path, json, TORCH_ERROR_MOST);

    unlink(path);
    json[got] = '\0';
    return torch_error_find(json, message, size);
}

static size_t put_utf8(uint32_t character, char out[4])
{
    if (character < 0x80) {
        out[0] = (char)character;
        return 1;
    }
    if (character < 0x800) {
        out[0] = (char)(0xc0 | character >> 6);
        out[1] = (char)(0x80 | (character & 0x3f));
        return 2;
    }
    out[0] = (char)(0xe0 | character >> 12);
    out[1] = (char)(0x80 | (character >> 6 & 0x3f));
    out[2] = (char)(0x80 | (character & 0x3f));
    return 3;
}

/* Reads what stands behind a backslash and moves on. Returns how many bytes it stands for. */
static size_t escape_read(const char **at, char out[4])
{
    static const char letters[] = "bfnrt";
    unsigned char bytes[2];
    char digits[5] = "";
    uint32_t character;

    if (**at != 'u') {
        out[0] = strchr(letters, **at) ? ' ' : **at;
        (*at)++;
        return 1;
    }
    (*at)++;
    memcpy(digits, *at, strnlen(*at, 4));
    if (text_unhex(bytes, sizeof bytes, digits)) /* not JSON */
        return 0;
    *at += 4;
    character = (uint32_t)bytes[0] << 8 | bytes[1];
    if (character >= 0xd800 && character < 0xe000)
        character = REPLACE;
    return put_utf8(character ? character : ' ', out);
}

/* Reads a text behind its opening quote. */
static void text_read(const char *at, char *message, size_t size)
{
    size_t used = 0;

    while (*at && *at != '"') {
        char bytes[4] = {*at};
        size_t count = 1;

        at++;
        if (bytes[0] == '\\')
            count = *at ? escape_read(&at, bytes) : 0;
        if (used + count >= size)
            break;
        memcpy(message + used, bytes, count);
        used += count;
    }
    message[used] = '\0';
}

int torch_error_find(const char *json, char *message, size_t size)
{
    const char *at = strstr(json, KEY);

    while (at) {
        at += strlen(KEY);
        at += strspn(at, " \t\r\n");
        if (*at != ':')
            return 1;
        at++;
        at += strspn(at, " \t\r\n");
        if (*at == '"') {
            text_read(at + 1, message, size);
            return *message ? 0 : 1;
        }
        if (*at != '{')
            return 1;
        at = strstr(at, KEY);
    }
    return 1;
}
