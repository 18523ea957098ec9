/* Any bytes as a request for a certificate, as a certificate, and as the name in one: none of them
 * becomes a certificate of more than the name that was granted. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/authority.h"
#include "wire/member_name.h"

#define NOW 1750000000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Made for this test alone. */
static const char signer_key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg2kxTBhMhjTCbw8g6\n"
    "JRCF3LrBzsc/2GudH5FRNdscYJehRANCAARiCiwGklEo9IOo8HCj9gT+drWBgAWA\n"
    "e7FTWKwG/xhDhJM8c2/8MvYDmOxlHscw1OqgzIjy2YgjujtjJueRhhq8\n"
    "-----END PRIVATE KEY-----\n";
static const char signer_certificate[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBkDCCATWgAwIBAgIQANYY8dlzNgvuFUkHyl3p1TAKBggqhkjOPQQDAjAXMRUw\n"
    "EwYDVQQDDAxhbiBhdXRob3JpdHkwHhcNMjUwNjE1MTUwMTQwWhcNMzUwNjEzMTUw\n"
    "NjQwWjAXMRUwEwYDVQQDDAxhbiBhdXRob3JpdHkwWTATBgcqhkjOPQIBBggqhkjO\n"
    "PQMBBwNCAARiCiwGklEo9IOo8HCj9gT+drWBgAWAe7FTWKwG/xhDhJM8c2/8MvYD\n"
    "mOxlHscw1OqgzIjy2YgjujtjJueRhhq8o2MwYTAPBgNVHRMBAf8EBTADAQH/MA4G\n"
    "A1UdDwEB/wQEAwICBDAdBgNVHQ4EFgQUeXMDo+IOOJ3I2KVY52hcMHWnG9gwHwYD\n"
    "VR0jBBgwFoAUeXMDo+IOOJ3I2KVY52hcMHWnG9gwCgYIKoZIzj0EAwIDSQAwRgIh\n"
    "ANN2QrSjOOGFf92UAsZZrHluqUoOOznNZH7cvc54XmfOAiEAr0yIPKGKSBCnaP/u\n"
    "FbXY3+i4MDFYhYKbzVKE3IDvGk4=\n"
    "-----END CERTIFICATE-----\n";

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void request_check(const uint8_t *data, size_t size)
{
    const struct certificate_signer signer = {signer_key, signer_certificate};
    const struct certificate_grant grant = {"a.example", NULL, NOW, 86400};
    const struct text request = {(char *)data, size, size};
    CLEAN(text) struct text made = {0};
    struct certificate_facts facts;
    struct error error = {""};

    if (certificate_sign(&signer, &request, &grant, &made, &error)) {
        require(*error.text && !made.size);
        return;
    }
    require(!certificate_read(made.data, &facts, NULL) && !strcmp(facts.name, "a.example"));
    require(!facts.authority && facts.ends == NOW + 86400);
}

static void certificate_check(char *words, size_t size)
{
    struct certificate_facts facts;
    struct authority authority = {.key = {(char *)signer_key, sizeof signer_key - 1, 0},
                                  .certificate = {words, size, 0}};

    if (!certificate_read(words, &facts, NULL))
        require(strlen(facts.name) < sizeof facts.name);
    if (!authority_check(&authority, NULL))
        require(certificate_matches(words, signer_key));
}

static void name_check(const char *words)
{
    struct member_name name;
    char printed[CERTIFICATE_NAME];

    if (member_name_read(words, &name))
        return;
    member_name_print(&name, printed);
    require(!strcmp(printed, words));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *words = strndup((const char *)data, size);

    require(words != NULL);
    request_check(data, size);
    certificate_check(words, strlen(words));
    name_check(words);
    free(words);
    return 0;
}
