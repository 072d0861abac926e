#include "study/start_impl.h"

#include "base/clock.h"
#include "study/inputs.h"

static void warn(const clt_start *s, const char *line)
{
    if (s->hooks.log != NULL) {
        s->hooks.log(s->hooks.ctx, "study", COLLET_LOG_WARN, line);
    }
}

/* The environment of the study's last run, to *text. */
static clt_status last_environment(const clt_start *s, const clt_study_row *study, clt_arena *arena,
                                   const char **text, clt_error *err)
{
    clt_environment_row *rows;
    size_t count;
    if (clt_store_environments(s->store, study->id, arena, &rows, &count, err) != CLT_OK) {
        return err->status;
    }
    *text = count > 0 ? rows[count - 1].text : "";
    return CLT_OK;
}

/* What has changed but for inputs, in one line. */
static void say_environment(const clt_start *s, const clt_change *changes, size_t count)
{
    clt_str line = {0};
    for (size_t i = 0; i < count; i++) {
        if (!clt_is_input(&changes[i])) {
            clt_str_add(&line, line.length == 0 ? "going on in another environment: " : "; ");
            clt_change_text(&changes[i], &line);
        }
    }
    if (line.length > 0) {
        warn(s, clt_str_text(&line));
    }
    clt_str_finish(&line);
}

/* What has changed of inputs, in a line for data and one for programs. */
static void say_inputs(const clt_start *s, const clt_change *inputs, size_t count)
{
    for (int programs = 0; programs <= 1; programs++) {
        clt_str line = {0};
        if (clt_inputs_count(inputs, count, programs != 0) > 0) {
            clt_str_add(&line, programs != 0 ? "going on with another program: "
                                             : "going on with other data: ");
            clt_inputs_text(inputs, count, programs != 0, &line);
            warn(s, clt_str_text(&line));
        }
        clt_str_finish(&line);
    }
}

clt_status clt_start_note_environment(const clt_start *s, const clt_study_row *study,
                                      clt_arena *arena, clt_error *err)
{
    const char *last = "";
    size_t count, input_count;
    if (last_environment(s, study, arena, &last, err) != CLT_OK) {
        return err->status;
    }
    const clt_change *changes = clt_environment_compare(last, s->environment, arena, &count);
    const clt_change *inputs = clt_inputs_compare(last, s->environment, arena, &input_count);
    if (changes == NULL || inputs == NULL) {
        return clt_fail_memory(err);
    }
    say_environment(s, changes, count);
    say_inputs(s, inputs, input_count);
    bool first = !clt_inputs_recorded(last) && clt_inputs_recorded(s->environment);
    const clt_environment_row now = {clt_date_ms(), s->environment};
    return count > 0 || first ? clt_store_add_environment(s->store, study->id, &now, err) : CLT_OK;
}

/* The line of the experiment that names the data, for messages. */
static int line_of_data(const clt_plan *plan)
{
    const clt_section *data = clt_ini_section(plan->ini, "data");
    const clt_entry *path = clt_ini_find(plan->ini, "data", "path");
    return path != NULL ? path->line : data != NULL ? data->line : 1;
}

clt_status clt_start_check_inputs(const clt_start *s, const clt_study_row *study, clt_arena *arena,
                                  clt_error *err)
{
    const char *last = "";
    size_t count;
    clt_str text = {0};
    if (s->accept_changes || study->window == 0) {
        return CLT_OK;
    }
    if (last_environment(s, study, arena, &last, err) != CLT_OK) {
        return err->status;
    }
    const clt_change *inputs = clt_inputs_compare(last, s->environment, arena, &count);
    if (inputs == NULL) {
        return clt_fail_memory(err);
    }
    if (clt_inputs_count(inputs, count, false) == 0) {
        return CLT_OK;
    }
    clt_inputs_text(inputs, count, false, &text);
    clt_fail(err, CLT_BAD_INPUT,
             "%s:%d: the data has changed since study \"%s\" ran: %s; start another study with "
             "--new, or go on all the same with --accept-changes",
             s->plan->ini->path, line_of_data(s->plan), study->name, clt_str_text(&text));
    clt_str_finish(&text);
    return err->status;
}
