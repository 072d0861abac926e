#include "store/sqlite_impl.h"

/* What must hold in every store; each query gives a line for each breach. */
static const char *const rules[] = {
    "SELECT 'study ' || s.name || ' has ' || count(*) || ' trials numbered up to ' || "
    "max(t.number) FROM study s JOIN trial t ON t.study = s.id GROUP BY s.id "
    "HAVING min(t.number) != 0 OR max(t.number) != count(*) - 1",
    "SELECT 'study ' || s.name || ' has no goal' FROM study s WHERE NOT EXISTS (SELECT 1 FROM goal "
    "g "
    "WHERE g.study = s.id)",
    "SELECT 'study ' || s.name || ', trial ' || t.number || ': complete, pruned or paused, with ' "
    "|| "
    "(SELECT count(*) FROM value v WHERE v.study = t.study AND v.number = t.number) || ' values' "
    "FROM trial t JOIN study s ON s.id = t.study WHERE t.state IN (1, 2, 4) AND "
    "(SELECT count(*) FROM value v WHERE v.study = t.study AND v.number = t.number) != "
    "(SELECT count(*) FROM goal g WHERE g.study = t.study) + "
    "(SELECT count(*) FROM demand d WHERE d.study = t.study)",
    "SELECT 'study ' || s.name || ', trial ' || t.number || ': neither complete, pruned nor "
    "paused, and "
    "has "
    "values' FROM trial t JOIN study s ON s.id = t.study WHERE t.state NOT IN (1, 2, 4) AND "
    "EXISTS (SELECT 1 FROM value v WHERE v.study = t.study AND v.number = t.number)",
    "SELECT 'study ' || s.name || ', trial ' || t.number || ': state ' || t.state || ', attempt ' "
    "|| "
    "t.attempt || ', failure ' || t.failure FROM trial t JOIN study s ON s.id = t.study WHERE "
    "t.state NOT BETWEEN 0 AND 4 OR t.attempt < 1 OR (t.state = 3) != (t.failure != 0) OR "
    "(t.state = 3) != (t.why IS NOT NULL)",
    "SELECT 'study ' || s.name || ', trial ' || c.number || ': its curve goes back at position ' "
    "|| "
    "c.position FROM curve c JOIN curve d ON d.study = c.study AND d.number = c.number AND "
    "d.position = c.position - 1 JOIN study s ON s.id = c.study WHERE c.step < d.step",
    "SELECT 'study ' || s.name || ', trial ' || t.number || ': not under way, and has folds by "
    "themselves' FROM trial t JOIN study s ON s.id = t.study WHERE t.state != 0 AND "
    "EXISTS (SELECT 1 FROM fold f WHERE f.study = t.study AND f.number = t.number)",
    "SELECT 'study ' || s.name || ', trial ' || c.number || ': rows of fold ' || c.fold || ' are "
    "missing' FROM fold_curve c JOIN study s ON s.id = c.study "
    "GROUP BY c.study, c.number, c.fold HAVING min(position) != 0 OR max(position) != count(*) - "
    "1",
    "SELECT 'study ' || s.name || ': its log names trial ' || e.number FROM event e JOIN study s "
    "ON "
    "s.id = e.study WHERE NOT EXISTS (SELECT 1 FROM trial t WHERE t.study = e.study AND t.number = "
    "e.number)",
    "SELECT 'study ' || s.name || ', trial ' || r.number || ': rows of table ' || r.name || ' are "
    "missing' FROM (SELECT study, number, 'param' AS name, position FROM param UNION ALL "
    "SELECT study, number, 'value', position FROM value UNION ALL "
    "SELECT study, number, 'curve', position FROM curve) r JOIN study s ON s.id = r.study "
    "GROUP BY r.study, r.number, r.name HAVING min(position) != 0 OR max(position) != count(*) - 1",
    "SELECT 'study ' || s.name || ': rows of table event are missing' FROM event e JOIN study s ON "
    "s.id = e.study GROUP BY s.id HAVING min(position) != 1 OR max(position) != count(*)",
    "SELECT 'study ' || s.name || ', trial ' || t.number || ': it is wish ' || t.wish || ', which "
    "there is not' FROM trial t JOIN study s ON s.id = t.study WHERE t.wish != 0 AND NOT EXISTS "
    "(SELECT 1 FROM wish w WHERE w.study = t.study AND w.position = t.wish)",
    "SELECT 'study ' || s.name || ', trial ' || t.number || ': its result is that of trial ' || "
    "(t.twin - 1) FROM trial t JOIN study s ON s.id = t.study WHERE t.twin < 0 OR "
    "t.twin > t.number",
    "SELECT 'study ' || s.name || ': rows of table ' || r.name || ' are missing' FROM "
    "(SELECT study, 'wish' AS name, position FROM wish UNION ALL "
    "SELECT study, 'ancestor', number + 1 FROM ancestor) r JOIN study s ON s.id = r.study "
    "GROUP BY r.study, r.name HAVING min(position) != 1 OR max(position) != count(*)",
    "SELECT 'study ' || s.name || ': a stretch of trial ' || t.number || ' ends where it begins, "
    "at ' "
    "|| t.since FROM stretch t JOIN study s ON s.id = t.study WHERE t.since < 0 OR t.bracket < 0 "
    "OR "
    "t.until < 0 OR (t.until > 0 AND t.until <= t.since)",
    "SELECT 'study ' || s.name || ', trial ' || t.number || ': it is paused, and never was to be' "
    "FROM trial t JOIN study s ON s.id = t.study WHERE t.state = 4 AND NOT EXISTS (SELECT 1 FROM "
    "stretch e WHERE e.study = t.study AND e.number = t.number AND e.until > 0)",
    "SELECT 'study ' || s.name || ': entry ' || e.position || ' of table edit makes no sense' FROM "
    "edit e JOIN study s ON s.id = e.study WHERE e.kind NOT BETWEEN 0 AND 3 OR NOT EXISTS "
    "(SELECT 1 FROM trial t WHERE t.study = e.study AND t.number = e.number)",
    /* see clt_order_resume() */
    "SELECT 'study ' || s.name || ': its ' || count(*) || ' stretches end with number ' || "
    "max(t.slot) FROM stretch t JOIN study s ON s.id = t.study GROUP BY s.id HAVING max(t.slot) - "
    "count(*) > 16777216 + 64 * max(s.window, 1) * (SELECT count(*) FROM trial r WHERE r.study = "
    "s.id)",
    "SELECT 'study ' || s.name || ': rows of table ' || r.name || ' are missing' FROM "
    "(SELECT study, 'goal' AS name, position + 1 AS position FROM goal UNION ALL "
    "SELECT study, 'demand', position + 1 FROM demand UNION ALL "
    "SELECT study, 'environment', position FROM environment) r JOIN study s ON s.id = r.study "
    "GROUP BY r.study, r.name HAVING min(position) != 1 OR max(position) != count(*)",
    "SELECT 'study ' || s.name || ', trial ' || r.number || ' of the older study: rows of table ' "
    "|| r.name || ' are missing' FROM (SELECT study, number, 'ancestor_param' AS name, position "
    "FROM ancestor_param UNION ALL SELECT study, number, 'ancestor_value', position FROM "
    "ancestor_value) r JOIN study s ON s.id = r.study GROUP BY r.study, r.number, r.name HAVING "
    "min(position) != 0 OR max(position) != count(*) - 1",
    "SELECT type || ' ' || name || ' is not of collet' FROM sqlite_schema WHERE type IN "
    "('trigger', 'view')",
    "SELECT 'a row of table ' || \"table\" || ' belongs to nothing' FROM pragma_foreign_key_check",
};

/* Adds the rows of a query as lines. */
static clt_status add_findings(clt_sqlite *s, const char *sql, clt_str *findings, clt_error *err)
{
    sqlite3_stmt *q;
    int code;
    if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK) {
        return clt_sqlite_fail(s, "cannot be checked", err);
    }
    while ((code = sqlite3_step(q)) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(q, 0);
        clt_str_addf(findings, "%s\n", text != NULL ? text : "(unreadable)");
    }
    sqlite3_finalize(q);
    return code == SQLITE_DONE ? CLT_OK : clt_sqlite_fail(s, "cannot be checked", err);
}

clt_status clt_sqlite_verify(clt_store *store, clt_str *findings, clt_error *err)
{
    clt_sqlite *s = (clt_sqlite *)store;
    clt_status status =
        add_findings(s,
                     "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check "
                     "!= 'ok'",
                     findings, err);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0] && status == CLT_OK; i++) {
        status = add_findings(s, rules[i], findings, err);
    }
    clt_str sql = {0};
    for (size_t i = 0; status == CLT_OK && clt_sqlite_range_query(i, &sql); i++) {
        status =
            sql.failed ? clt_fail_memory(err) : add_findings(s, clt_str_text(&sql), findings, err);
    }
    clt_str_finish(&sql);
    return status == CLT_OK && findings->failed ? clt_fail_memory(err) : status;
}
