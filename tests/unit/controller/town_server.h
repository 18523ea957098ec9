/* town_server - the API server of a town. */
#ifndef UNIT_TOWN_SERVER_H
#define UNIT_TOWN_SERVER_H

struct town;

void town_server_begin(struct town *town);
void town_server_end(struct town *town);

#endif
