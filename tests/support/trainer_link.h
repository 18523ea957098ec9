/* trainer_link - the agent's end of the link to a trainer under test. */
#ifndef SUPPORT_TRAINER_LINK_H
#define SUPPORT_TRAINER_LINK_H

#include "wire/link.h"

struct trainer_link {
    int socket; /* -1 once a test has closed it */
    struct link_page *page;
    struct link_control *control;
};

/* Makes socket and pages, and names the trainer's ends in the environment. trainer_link_end is
 * owed; trainer_link_hide when the trainer has found them, so that the next one does not. */
void trainer_link_begin(struct trainer_link *link);
void trainer_link_hide(void);
void trainer_link_end(struct trainer_link *link);

/* Names a descriptor in the environment. */
void trainer_link_name(const char *variable, int descriptor);

#endif
