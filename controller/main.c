/* main - the controller of a cluster. */
#include "controller/controller.h"

int main(int argc, char **argv)
{
    struct settings settings;
    int outcome = settings_read(&settings, argc, argv);

    if (outcome)
        return outcome > 1 ? outcome : 0;
    return controller_run(&settings);
}
