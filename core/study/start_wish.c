/* Settings that do not fit the ranges that a study has now. */
#include "study/start.h"
#include "study/wish.h"

clt_status clt_start_check(const clt_plan *plan, clt_store *store, bool fresh, clt_error *err)
{
    clt_arena arena = {0};
    clt_study_row study;
    bool found = false;
    clt_status status =
        plan->wish_error.status == CLT_OK || fresh
            ? CLT_OK
            : clt_store_find_study(store, plan->study.name, &arena, &found, &study, err);
    clt_arena_finish(&arena);
    if (status == CLT_OK && !found && plan->wish_error.status != CLT_OK) {
        *err = plan->wish_error;
    }
    return err->status;
}

/* "1,4,5", as --remove takes it. */
static uint64_t list(const clt_order *order, clt_str *out)
{
    uint64_t count = 0;
    for (size_t i = 0; i < order->wishes.count; i++) {
        if (order->wishes.items[i].state == CLT_WISH_LEFT_OUT) {
            clt_str_addf(out, "%s%zu", count > 0 ? "," : "", i + 1);
            count++;
        }
    }
    return count;
}

/* Why the first of them does not fit. */
static clt_status reason(const clt_order *order, clt_error *why)
{
    size_t i = 0;
    while (order->wishes.items[i].state != CLT_WISH_LEFT_OUT) {
        i++;
    }
    return clt_wish_check(order->plan, order->wishes.items[i].text, why);
}

clt_status clt_start_say_left_out(const clt_start *s, const clt_study_row *study,
                                  const clt_order *order, clt_error *err)
{
    clt_str numbers = {0}, line = {0};
    clt_error why = {0};
    const uint64_t count = list(order, &numbers);
    if (count > 0 && reason(order, &why) == CLT_BAD_INPUT) {
        const bool one = count == 1;
        clt_str_addf(&line,
                     "setting%s %s, which wait%s, do%s not fit the ranges and %s left out%s (%s); "
                     "wider ranges bring %s back, \"collet enqueue %s --remove %s\" withdraws %s",
                     one ? "" : "s", clt_str_text(&numbers), one ? "s" : "", one ? "es" : "",
                     one ? "is" : "are", one ? "" : ", the first as", why.text, one ? "it" : "them",
                     study->name, clt_str_text(&numbers), one ? "it" : "them");
        if (s->hooks.log != NULL) {
            s->hooks.log(s->hooks.ctx, "study", COLLET_LOG_WARN, clt_str_text(&line));
        }
    }
    bool failed = numbers.failed || line.failed;
    clt_str_finish(&numbers);
    clt_str_finish(&line);
    return failed ? clt_fail_memory(err) : CLT_OK;
}
