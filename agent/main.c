/* main - one program in two roles: the keeper, and the agent proper that it starts beside itself.
 */
#include <stdlib.h>

#include "agent/agent.h"
#include "agent/keeper.h"
#include "agent/keeper_link.h"

int main(int argc, char **argv)
{
    struct settings settings;
    const char *keeper = getenv(KEEPER_LINK_ENVIRONMENT);
    int outcome = settings_read(&settings, argc, argv);

    if (outcome)
        return outcome > 1 ? outcome : 0;
    if (keeper)
        return agent_run(&settings, atoi(keeper));
    return keeper_run(&settings, argv);
}
