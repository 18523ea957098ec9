/* log - one line an event, to standard error: time, level, program, words.
 *
 * Libraries do not log: they return errors. The loop that decides whether to retry or to give up
 * logs once. A secret never goes into a log. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

/* `who` is the program and, where there is one, its place: "agent slot=2". Not owned. */
struct log {
    enum log_level least;
    const char *who;
};

/* Writes the line when `level` is at least `log->least`. Control characters become '?', and a line
 * is cut at 2000 bytes. */
void log_write(const struct log *log, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define log_debug(log, ...)   log_write(log, LOG_LEVEL_DEBUG, __VA_ARGS__)
#define log_info(log, ...)    log_write(log, LOG_LEVEL_INFO, __VA_ARGS__)
#define log_warning(log, ...) log_write(log, LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_error(log, ...)   log_write(log, LOG_LEVEL_ERROR, __VA_ARGS__)

/* Reads "debug", "info", "warning" or "error". Returns 0, or 1 when it is none of them. */
int log_level_parse(const char *name, enum log_level *level);

#endif
