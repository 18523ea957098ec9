/* member_name - the name by which a certificate says which agent it is of. Pure.
 *
 *   LIFE.SLOT.ATTEMPT.JOB.agent.muster.dev
 *
 * is a DNS name, so that whoever dials an agent has the library compare it, and is looked up
 * nowhere. It names one life of an agent: another life is somebody else. */
#ifndef WIRE_MEMBER_NAME_H
#define WIRE_MEMBER_NAME_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/certificate.h"

#define MEMBER_NAME_LIFE      16
#define MEMBER_NAME_JOB       64                     /* with a zero byte */
#define MEMBER_NAME_DIRECTORY "directory.muster.dev" /* that of the directory */

struct member_name {
    char job[MEMBER_NAME_JOB]; /* uid: letters a to z, digits, dashes */
    uint32_t attempt;
    uint32_t slot;
    uint8_t life[MEMBER_NAME_LIFE];
};

/* Fills a name. Returns 0, or 1 when the job's uid cannot be part of one. */
int member_name_make(struct member_name *name, const char *job, uint32_t attempt, uint32_t slot);

void member_name_print(const struct member_name *name, char out[CERTIFICATE_NAME]);

/* Prints the name of whoever lives there, without LIFE: the second name in an agent's certificate,
 * for the controller, which cannot know the life of an agent that has not enrolled with it. */
void member_name_place(const struct member_name *name, char out[CERTIFICATE_NAME]);

/* Reads a name. Returns 0, or 1 when it is not exactly what member_name_print prints. */
int member_name_read(const char *text, struct member_name *name);

/* Whether two names are of the same attempt of a job; and of the same life of an agent. */
bool member_name_same_attempt(const struct member_name *left, const struct member_name *right);
bool member_name_equal(const struct member_name *left, const struct member_name *right);

#endif
