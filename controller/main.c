/* main - the controller of a cluster. */
#include "controller/controller.h"

int main(int argc, char **argv)
{
    struct arguments arguments;
    int outcome = arguments_read(&arguments, argc, argv);

    if (outcome)
        return outcome > 1 ? outcome : 0;
    return controller_run(&arguments);
}
