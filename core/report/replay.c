#include "report/replay.h"

#include "base/clock.h"
#include "base/printable.h"
#include "report/table.h"
#include "study/edit.h"

static const char *what_text(clt_replay_what what)
{
    static const char *const texts[] = {"parameter", "outcome", "value", "curve"};
    return texts[what <= CLT_REPLAY_CURVE ? what : CLT_REPLAY_CURVE];
}

/* ---- Text ----------------------------------------------------------------------------------- */

/* What was changed by hand, in one line; what was decided before knew other results. */
static void add_edits(const clt_replay_report *r, clt_str *out)
{
    if (r->edit_count == 0) {
        return;
    }
    clt_str_add(out, "  trials were changed by hand:");
    for (size_t i = 0; i < r->edit_count; i++) {
        clt_str_addf(out, "%s trial %llu %s", i > 0 ? "," : "",
                     (unsigned long long)r->edits[i].number, clt_edit_text(r->edits[i].kind));
    }
    clt_str_addf(out, "; proposals before trial %llu knew what they were, and are not derived\n",
                 (unsigned long long)r->edits[r->edit_count - 1].before);
}

static void add_counts(const clt_replay_report *r, clt_str *out)
{
    const clt_replay *p = r->replay;
    clt_str_addf(out, "proposals: %llu of %llu agree (%llu parameters)\n",
                 (unsigned long long)p->proposals_alike, (unsigned long long)p->proposals,
                 (unsigned long long)p->params);
    add_edits(r, out);
    if (p->halted != NULL) {
        clt_printable_addf(out, "  the others could not be derived: %s", p->halted);
    }
    if (p->runs > 0 || p->skipped.count > 0) {
        clt_str_addf(out, "trials: %llu of %llu that were run again agree (%llu numbers)\n",
                     (unsigned long long)p->runs_alike, (unsigned long long)p->runs,
                     (unsigned long long)p->points);
    }
    if (p->times > 0) {
        clt_str_addf(out,
                     "  %llu more are times (seconds, predict_seconds), which never come out again "
                     "to the bit: not compared\n",
                     (unsigned long long)p->times);
    }
    for (size_t i = 0; i < p->skipped.count; i++) {
        clt_printable_addf(out, "  trial %llu was not run again: %s",
                           (unsigned long long)p->skipped.items[i].number, p->skipped.items[i].why);
    }
}

static void add_row(clt_table *table, const clt_difference *d)
{
    clt_table_addf(table, "%llu", (unsigned long long)d->number);
    clt_table_add(table, what_text(d->what));
    if (d->step > 0) {
        clt_table_addf(table, "%s, epoch %llu", d->name, (unsigned long long)d->step);
    } else {
        clt_table_add(table, d->name);
    }
    clt_table_add(table, d->stored);
    clt_table_add(table, d->replayed);
}

static void add_differences(const clt_replay *replay, clt_str *out)
{
    enum { SHOWN = 40 };
    static const char *const heads[] = {"trial", "what", "name", "stored", "replayed"};
    size_t shown = replay->differences.count < SHOWN ? replay->differences.count : SHOWN;
    clt_table table = {.columns = sizeof heads / sizeof heads[0]};
    if (shown == 0) {
        return;
    }
    for (size_t i = 0; i < table.columns; i++) {
        clt_table_add(&table, heads[i]);
    }
    for (size_t i = 0; i < shown; i++) {
        add_row(&table, &replay->differences.items[i]);
    }
    clt_str_add(out, "\n");
    clt_table_write(&table, out);
    if (shown < replay->difference_count) {
        clt_str_addf(out, "and %llu more differences\n",
                     (unsigned long long)(replay->difference_count - shown));
    }
    out->failed = out->failed || table.failed;
    clt_table_finish(&table);
}

static void add_environment(const clt_replay_report *r, const clt_environment_row *row,
                            clt_str *out)
{
    char date[32];
    clt_arena arena = {0};
    size_t count;
    const clt_change *changes = clt_environment_compare(row->text, r->here, &arena, &count);
    out->failed = out->failed || changes == NULL;
    clt_str_add(out, count == 0 ? "environment: the same as when the study was run"
                                : "environment: another one than when the study was run");
    if (r->environment_count > 1) {
        clt_str_addf(out, " from %s", clt_date_text(row->since_ms, date, sizeof date));
    }
    clt_str_add(out, "\n");
    for (size_t i = 0; changes != NULL && i < count; i++) {
        clt_str_add(out, "  ");
        clt_change_text(&changes[i], out);
        clt_str_add(out, "\n");
    }
    clt_arena_finish(&arena);
}

void clt_replay_text(const clt_replay_report *r, clt_str *out)
{
    add_counts(r, out);
    add_differences(r->replay, out);
    clt_str_add(out, "\n");
    for (size_t i = 0; i < r->environment_count; i++) {
        add_environment(r, &r->environments[i], out);
    }
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static void add_json_counts(const clt_replay *p, clt_json *json)
{
    clt_json_open(json, "proposals", '{');
    clt_json_int(json, "asked", (int64_t)p->proposals);
    clt_json_int(json, "alike", (int64_t)p->proposals_alike);
    clt_json_int(json, "parameters", (int64_t)p->params);
    clt_json_text(json, "halted", p->halted);
    clt_json_close(json, '}');
    clt_json_open(json, "trials", '{');
    clt_json_int(json, "run", (int64_t)p->runs);
    clt_json_int(json, "alike", (int64_t)p->runs_alike);
    clt_json_int(json, "numbers", (int64_t)p->points);
    clt_json_int(json, "times_not_compared", (int64_t)p->times);
    clt_json_open(json, "skipped", '[');
    for (size_t i = 0; i < p->skipped.count; i++) {
        clt_json_open(json, NULL, '{');
        clt_json_int(json, "trial", (int64_t)p->skipped.items[i].number);
        clt_json_text(json, "why", p->skipped.items[i].why);
        clt_json_close(json, '}');
    }
    clt_json_close(json, ']');
    clt_json_close(json, '}');
}

static void add_json_differences(const clt_replay *p, clt_json *json)
{
    clt_json_int(json, "difference_count", (int64_t)p->difference_count);
    clt_json_open(json, "differences", '[');
    for (size_t i = 0; i < p->differences.count; i++) {
        const clt_difference *d = &p->differences.items[i];
        clt_json_open(json, NULL, '{');
        clt_json_int(json, "trial", (int64_t)d->number);
        clt_json_text(json, "what", what_text(d->what));
        clt_json_text(json, "name", d->name);
        if (d->step > 0) {
            clt_json_int(json, "epoch", (int64_t)d->step);
        }
        clt_json_text(json, "stored", d->stored);
        clt_json_text(json, "replayed", d->replayed);
        clt_json_close(json, '}');
    }
    clt_json_close(json, ']');
}

static void add_json_environment(const clt_replay_report *r, const clt_environment_row *row,
                                 clt_json *json)
{
    char date[32];
    clt_arena arena = {0};
    size_t count;
    const clt_change *changes = clt_environment_compare(row->text, r->here, &arena, &count);
    json->out->failed = json->out->failed || changes == NULL;
    clt_json_open(json, NULL, '{');
    clt_json_text(json, "since", clt_date_text(row->since_ms, date, sizeof date));
    clt_json_open(json, "changes", '[');
    for (size_t i = 0; changes != NULL && i < count; i++) {
        clt_json_open(json, NULL, '{');
        clt_json_text(json, "key", changes[i].key);
        clt_json_text(json, "was", changes[i].was);
        clt_json_text(json, "is", changes[i].is);
        clt_json_close(json, '}');
    }
    clt_json_close(json, ']');
    clt_json_close(json, '}');
    clt_arena_finish(&arena);
}

static void add_json_edits(const clt_replay_report *r, clt_json *json)
{
    if (r->edit_count == 0) {
        return;
    }
    clt_json_open(json, "changed_by_hand", '[');
    for (size_t i = 0; i < r->edit_count; i++) {
        clt_json_open(json, NULL, '{');
        clt_json_int(json, "trial", (int64_t)r->edits[i].number);
        clt_json_text(json, "now", clt_edit_text(r->edits[i].kind));
        clt_json_int(json, "before", (int64_t)r->edits[i].before);
        clt_json_close(json, '}');
    }
    clt_json_close(json, ']');
}

void clt_replay_json(const clt_replay_report *r, clt_json *json)
{
    clt_json_open(json, NULL, '{');
    clt_json_text(json, "study", r->study->name);
    clt_json_int(json, "trial_count", (int64_t)r->trials);
    clt_json_int(json, "window", (int64_t)r->study->window);
    clt_json_bool(json, "agrees", clt_replay_agrees(r->replay));
    add_json_edits(r, json);
    add_json_counts(r->replay, json);
    add_json_differences(r->replay, json);
    clt_json_open(json, "environments", '[');
    for (size_t i = 0; i < r->environment_count; i++) {
        add_json_environment(r, &r->environments[i], json);
    }
    clt_json_close(json, ']');
    clt_json_close(json, '}');
}
