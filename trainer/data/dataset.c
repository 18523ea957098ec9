/* dataset - images and labels that belong together. */
#include "trainer/data/dataset.h"

#include "base/text.h"

#define IMAGES_SUFFIX "-images-idx3-ubyte"
#define LABELS_SUFFIX "-labels-idx1-ubyte"

/* Opens PREFIX SUFFIX, or the same with ".gz"; `path` receives the one that was tried last. Returns
 * as content_open. */
static int file_open(const char *prefix,
                     enum idx_kind kind,
                     struct content *content,
                     struct idx *idx,
                     struct text *path,
                     struct error *error)
{
    int outcome;

    text_addf(path, "%s%s", prefix, kind == IDX_IMAGES ? IMAGES_SUFFIX : LABELS_SUFFIX);
    outcome = content_open(path->data, kind, content, idx, error);
    if (outcome != 1)
        return outcome;
    text_add(path, ".gz");
    return content_open(path->data, kind, content, idx, error);
}

static int images_open(const char *prefix,
                       const struct dataset_form *form,
                       struct dataset *dataset,
                       struct error *error)
{
    CLEAN(text) struct text path = {0};
    struct idx idx;
    int outcome = file_open(prefix, IDX_IMAGES, &dataset->image_file, &idx, &path, error);

    if (outcome < 0)
        return -1;
    if (outcome)
        return error_set(error, "%s%s: no such file, nor with .gz", prefix, IMAGES_SUFFIX);
    dataset->count = idx.count;
    dataset->sample_size = idx.rows * idx.columns;
    dataset->images = idx.data;
    if (dataset->sample_size != form->sample_size)
        return error_set(error,
                         "%s: images of %lld x %lld, but the model takes %lld numbers",
                         path.data,
                         (long long)idx.rows,
                         (long long)idx.columns,
                         (long long)form->sample_size);
    return 0;
}

/* Returns 0; 1 when there is no file of labels; -1. */
static int labels_open(const char *prefix,
                       const struct dataset_form *form,
                       struct dataset *dataset,
                       struct error *error)
{
    CLEAN(text) struct text path = {0};
    struct idx idx;
    int outcome = file_open(prefix, IDX_LABELS, &dataset->label_file, &idx, &path, error);

    if (outcome)
        return outcome;
    if (idx.count != dataset->count)
        return error_set(error,
                         "%s: %lld labels for %lld images",
                         path.data,
                         (long long)idx.count,
                         (long long)dataset->count);
    for (int64_t i = 0; i < idx.count; i++) {
        if (idx.data[i] >= form->classes)
            return error_set(error,
                             "%s: sample %lld has label %d, but the model has %lld classes",
                             path.data,
                             (long long)i,
                             idx.data[i],
                             (long long)form->classes);
    }
    dataset->labels = idx.data;
    return 0;
}

int dataset_open(const char *prefix,
                 const struct dataset_form *form,
                 struct dataset *dataset,
                 struct error *error)
{
    CLEAN(dataset) struct dataset opened = {0};
    int outcome;

    if (images_open(prefix, form, &opened, error))
        return -1;
    outcome = labels_open(prefix, form, &opened, error);
    if (outcome < 0)
        return -1;
    *dataset = opened;
    opened = (struct dataset){0};
    return outcome;
}

void dataset_done(struct dataset *dataset)
{
    content_done(&dataset->image_file);
    content_done(&dataset->label_file);
    *dataset = (struct dataset){0};
}
