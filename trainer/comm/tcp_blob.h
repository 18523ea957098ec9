/* tcp_blob - what a rank tells the others so that they can reach it, as bytes.
 *
 * A blob is: version (1 byte), secret (16), length of the address (1), address without a zero byte
 * ("10.0.0.7:4711", "[fd00::7]:4711"). Nothing follows. */
#ifndef TRAINER_TCP_BLOB_H
#define TRAINER_TCP_BLOB_H

#include "base/error.h"
#include "base/net.h"
#include "trainer/comm/tcp.h"
#include "trainer/comm/tcp_hello.h"

/* Where a rank listens, and the secret without which it lets nobody in. */
struct tcp_contact {
    char address[NET_ADDRESS]; /* numeric, with a port */
    unsigned char secret[TCP_SECRET];
};

/* Writes the contact. Its address fits by its type. */
void tcp_blob_write(struct tcp_blob *blob, const struct tcp_contact *contact);

/* Reads a blob that somebody carried here. Returns 0, or -1 when it is not one: another version, a
 * wrong length, or an address that is not numeric or has no port. */
int tcp_blob_read(const struct tcp_blob *blob, struct tcp_contact *contact, struct error *error);

#endif
