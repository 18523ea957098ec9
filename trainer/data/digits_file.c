/* digits_file - a data set of synthetic digits as two IDX files. */
#include "trainer/data/digits_file.h"

#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "trainer/data/digits.h"
#include "trainer/data/idx.h"

/* Refuses a path that is taken, unless it may be replaced. */
static int path_check(const char *path, bool force, struct error *error)
{
    if (!force && !access(path, F_OK))
        return error_set(error, "%s is there already; --force replaces it", path);
    return 0;
}

static int directory_make(const char *prefix, struct error *error)
{
    CLEAN_FREE char *directory = memory_text(prefix);
    char *slash = strrchr(directory, '/');

    if (!slash || slash == directory)
        return 0;
    *slash = '\0';
    return file_make_directories(directory, error);
}

static int files_write(const struct digits_request *request,
                       uint8_t *images,
                       uint8_t *labels,
                       struct error *error)
{
    CLEAN(text) struct text image_path = {0};
    CLEAN(text) struct text label_path = {0};
    struct idx idx = {request->count, DIGITS_SIDE, DIGITS_SIDE, NULL};
    size_t count = (size_t)request->count;

    text_addf(&image_path, "%s-images-idx3-ubyte", request->prefix);
    text_addf(&label_path, "%s-labels-idx1-ubyte", request->prefix);
    if (path_check(image_path.data, request->force, error) ||
        path_check(label_path.data, request->force, error) ||
        directory_make(request->prefix, error))
        return -1;
    idx_write_header(IDX_IMAGES, &idx, images);
    idx_write_header(IDX_LABELS, &idx, labels);
    for (size_t i = 0; i < count; i++)
        labels[IDX_LABELS_HEADER + i] = digits_draw(
            request->seed, i, request->difficulty, images + IDX_IMAGES_HEADER + i * DIGITS_PIXELS);
    if (file_write(image_path.data, images, IDX_IMAGES_HEADER + count * DIGITS_PIXELS, error))
        return -1;
    return file_write(label_path.data, labels, IDX_LABELS_HEADER + count, error);
}

int digits_write(const struct digits_request *request, struct error *error)
{
    size_t count = (size_t)request->count;
    CLEAN_FREE uint8_t *images = memory_try(IDX_IMAGES_HEADER + count * DIGITS_PIXELS, 1);
    CLEAN_FREE uint8_t *labels = memory_try(IDX_LABELS_HEADER + count, 1);

    if (!images || !labels)
        return error_set(error, "no memory for %lld images", (long long)request->count);
    return files_write(request, images, labels, error);
}
