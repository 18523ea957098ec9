/* record - the small files that a local job leaves for later: the number of its attempt, and the
 * verdict of an agent. Pure. */
#ifndef CLI_RECORD_H
#define CLI_RECORD_H

#include <stdint.h>

#include "base/text.h"

/* Reads an attempt's number: decimal digits, then a newline or nothing. Returns 0, or 1 when the
 * content is anything else. */
int record_attempt(const struct text *content, uint32_t *attempt);

/* Reads a verdict: its first line into `outcome`, the rest without its last newline into `text`;
 * both are replaced. Returns 0, or 1 when the first line is empty or not whole, or the content is
 * no text. */
int record_verdict(const struct text *content, struct text *outcome, struct text *text);

#endif
