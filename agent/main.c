/* main - one program in two roles: the keeper, and the agent proper that it starts beside itself.
 * Before a pod's trainer starts, it also brings itself into the pod; later it shows what a rank
 * said.
 */
#include <stdlib.h>
#include <string.h>

#include "agent/agent.h"
#include "agent/install.h"
#include "agent/keeper.h"
#include "agent/keeper_link.h"
#include "agent/output_command.h"

int main(int argc, char **argv)
{
    struct settings settings;
    const char *keeper = getenv(KEEPER_LINK_ENVIRONMENT);
    int outcome;

    if (argc > 1 && !strcmp(argv[1], "install"))
        return install_command(argc - 1, argv + 1);
    if (argc > 1 && !strcmp(argv[1], "output"))
        return output_command(argc - 1, argv + 1);
    outcome = settings_read(&settings, argc, argv);
    if (outcome)
        return outcome > 1 ? outcome : 0;
    if (keeper)
        return agent_run(&settings, atoi(keeper));
    return keeper_run(&settings, argv);
}
