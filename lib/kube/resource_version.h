/* resource_version - the versions of Kubernetes objects, which are decimal numbers of any length up
 * to 128 bits and comparable within one resource (KEP-5504). They are kept as text: neither int64_t
 * nor the doubles of JSON hold them all. Pure. */
#ifndef KUBE_RESOURCE_VERSION_H
#define KUBE_RESOURCE_VERSION_H

#define RESOURCE_VERSION 40 /* 39 digits and a zero byte */

/* Zero-initialise for "none", which is lower than every version. */
struct resource_version {
    char digits[RESOURCE_VERSION];
};

/* Reads a version: digits that do not begin with 0. So "0", which asks a server for any state it
 * has, is none. Returns 0, or 1 when `text`, which may be NULL, is anything else. */
int resource_version_read(const char *text, struct resource_version *version);

/* Returns less than, equal to or greater than 0, as `left` is older than, equal to or newer than
 * `right`. */
int resource_version_compare(const struct resource_version *left,
                             const struct resource_version *right);

/* Makes `version` at least as new as `other`. */
void resource_version_raise(struct resource_version *version, const struct resource_version *other);

#endif
