#include "study/crew_impl.h"

#include "study/goals.h"

clt_status clt_crew_check_goals(const clt_crew *crew, clt_error *err)
{
    return clt_goals_check(crew->plan, crew->facts.metrics, crew->facts.metric_count, err);
}
