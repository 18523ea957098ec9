/* tcp_blob - a contact as bytes and back. */
#include "trainer/comm/tcp_blob.h"

#include <string.h>

#define VERSION 1
#define PREFIX  (1 + TCP_SECRET + 1)

_Static_assert(PREFIX + NET_ADDRESS - 1 <= TCP_BLOB, "every contact fits into a blob");

void tcp_blob_write(struct tcp_blob *blob, const struct tcp_contact *contact)
{
    size_t length = strnlen(contact->address, NET_ADDRESS - 1);

    blob->bytes[0] = VERSION;
    memcpy(blob->bytes + 1, contact->secret, TCP_SECRET);
    blob->bytes[1 + TCP_SECRET] = (unsigned char)length;
    memcpy(blob->bytes + PREFIX, contact->address, length);
    blob->size = PREFIX + length;
}

int tcp_blob_read(const struct tcp_blob *blob, struct tcp_contact *contact, struct error *error)
{
    struct tcp_contact found = {0};
    struct net_address address;
    size_t length;

    if (blob->size <= PREFIX || blob->size > TCP_BLOB)
        return error_set(error, "a contact of %zu bytes is no contact", blob->size);
    if (blob->bytes[0] != VERSION)
        return error_set(error, "contact of version %d, known is %d", blob->bytes[0], VERSION);
    length = blob->bytes[1 + TCP_SECRET];
    if (PREFIX + length != blob->size || length >= NET_ADDRESS)
        return error_set(error, "the length of a contact's address is wrong");
    memcpy(found.secret, blob->bytes + 1, TCP_SECRET);
    memcpy(found.address, blob->bytes + PREFIX, length);
    if (strlen(found.address) != length || net_parse(found.address, &address, error))
        return error_set(error, "the address of a contact is not numeric or has no port");
    *contact = found;
    return 0;
}
