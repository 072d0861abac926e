/**
 * @file cli/settings.h
 * @brief The settings that were enqueued for a study, and what has become of each.
 */
#ifndef CLT_CLI_SETTINGS_H
#define CLT_CLI_SETTINGS_H

#include "cli/session.h"

/** All settings of a study. */
typedef struct clt_settings {
    const clt_plan *plan; /**< the caller's: which of those that wait fit it; NULL: not looked at */
    const clt_opened *opened;
    clt_wish *wishes;       /**< [count] */
    const uint64_t *trials; /**< [count]: 1 + number of the trial that it has become, or 0 */
    size_t count;
} clt_settings;

/** Reads them from the store of an opened study, into its arena; the plan stays what it is. */
clt_status clt_settings_read(clt_settings *settings, clt_opened *opened, clt_error *err);

/** Appends those that wait and how many they are; all: every one with its state. */
void clt_settings_text(const clt_settings *settings, bool all, clt_str *out);

/** Appends all as an array of JSON objects. */
void clt_settings_json(const clt_settings *settings, clt_str *out);

#endif /* CLT_CLI_SETTINGS_H */
