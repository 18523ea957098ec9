/* promtool - has the tool of Prometheus look at what is served as metrics. */
#ifndef SUPPORT_PROMTOOL_H
#define SUPPORT_PROMTOOL_H

/* Asserts that `promtool check metrics` finds nothing to say about the body of an HTTP reply;
 * prints what it says otherwise. */
void promtool_check(const char *reply);

#endif
