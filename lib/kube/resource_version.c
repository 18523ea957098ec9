/* resource_version - the versions of Kubernetes objects. */
#include "kube/resource_version.h"

#include <stddef.h>
#include <string.h>

int resource_version_read(const char *text, struct resource_version *version)
{
    struct resource_version fresh = {{0}};
    size_t size;

    if (!text || *text < '1' || *text > '9')
        return 1;
    size = strspn(text, "0123456789");
    if (text[size] || size >= sizeof fresh.digits)
        return 1;
    memcpy(fresh.digits, text, size);
    *version = fresh;
    return 0;
}

int resource_version_compare(const struct resource_version *left,
                             const struct resource_version *right)
{
    size_t left_size = strlen(left->digits);
    size_t right_size = strlen(right->digits);

    if (left_size != right_size)
        return left_size < right_size ? -1 : 1;
    return memcmp(left->digits, right->digits, left_size);
}

void resource_version_raise(struct resource_version *version, const struct resource_version *other)
{
    if (resource_version_compare(version, other) < 0)
        *version = *other;
}
