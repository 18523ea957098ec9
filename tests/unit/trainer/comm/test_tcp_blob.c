/* Blobs: what is written is read, and nothing else is. */
#include "trainer/comm/tcp_blob.h"

#include <string.h>

#include "base/random.h"
#include "support/check.h"

static struct tcp_blob blob_of(const char *address)
{
    struct tcp_contact contact = {.secret = "0123456789abcde"};
    struct tcp_blob blob = {.size = 0};

    strncpy(contact.address, address, NET_ADDRESS - 1);
    tcp_blob_write(&blob, &contact);
    return blob;
}

static void a_contact_comes_back(void)
{
    static const char *const addresses[] = {
        "127.0.0.1:1", "10.255.255.255:65535", "[fd00::7]:4711"};

    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        struct tcp_blob blob = blob_of(addresses[i]);
        struct tcp_contact contact;

        CU_ASSERT(tcp_blob_read(&blob, &contact, NULL) == 0);
        CU_ASSERT_STRING_EQUAL(contact.address, addresses[i]);
        CU_ASSERT(!memcmp(contact.secret, "0123456789abcde", TCP_SECRET));
    }
}

static void every_other_length_is_refused(void)
{
    struct tcp_blob blob = blob_of("10.0.0.7:4711");
    struct tcp_contact contact;
    size_t right = blob.size;

    for (blob.size = 0; blob.size <= TCP_BLOB + 1; blob.size++)
        CU_ASSERT(tcp_blob_read(&blob, &contact, NULL) == (blob.size == right ? 0 : -1));
}

static void an_address_that_cannot_be_dialled_is_refused(void)
{
    static const char *const addresses[] = {
        "", "localhost:80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:x", "1.2.3.4:-1"};

    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        struct tcp_blob blob = blob_of(addresses[i]);
        struct tcp_contact contact;
        struct error error = {""};

        CU_ASSERT(tcp_blob_read(&blob, &contact, &error) == -1 && error.text[0]);
    }
}

static void no_damage_makes_it_read_out_of_bounds(void)
{
    struct tcp_blob blob = blob_of("10.0.0.7:4711");
    uint64_t random = check_seed();

    for (int i = 0; i < 5000; i++) {
        struct tcp_blob damaged = blob;
        struct tcp_contact contact;

        damaged.bytes[random_below(&random, blob.size)] = (unsigned char)random_next(&random);
        if (tcp_blob_read(&damaged, &contact, NULL) == 0)
            CU_ASSERT(strlen(contact.address) < NET_ADDRESS);
    }
}

SUITE("trainer tcp blob",
      {"a contact comes back", a_contact_comes_back},
      {"every other length is refused", every_other_length_is_refused},
      {"an address that cannot be dialled is refused",
       an_address_that_cannot_be_dialled_is_refused},
      {"no damage makes it read out of bounds", no_damage_makes_it_read_out_of_bounds})
