/* What the numbers of a store may be: readers refuse what lies outside, and --verify tells of it.
 * Whoever gets a row may then take any of them for a size, a bound or a place. */
#include "store/sqlite_impl.h"

#include <math.h>
#include <string.h>

/* Seconds that print as hours. */
#define MOST_SECONDS 1e15

static const struct {
    const char *table, *column;
    int64_t low, high;
} ranges[] = {
#define CLT_RANGE_ROW(name, table, column, low, high) {table, column, low, high},
    CLT_SQLITE_RANGES(CLT_RANGE_ROW)
#undef CLT_RANGE_ROW
};

static const struct {
    const char *table, *column;
    double most;
} reals[] = {
    {"trial", "seconds", MOST_SECONDS},
    {"fold", "seconds", MOST_SECONDS},
    {"param", "value", 1.7976931348623157e308},
    {"ancestor_param", "value", 1.7976931348623157e308},
};

enum { RANGES = sizeof ranges / sizeof ranges[0], REALS = sizeof reals / sizeof reals[0] };

bool clt_sqlite_in_range(clt_sqlite_range range, sqlite3_stmt *statement, int column)
{
    int64_t value = sqlite3_column_int64(statement, column);
    return value >= ranges[range].low && value <= ranges[range].high;
}

bool clt_sqlite_is_duration(double seconds)
{
    return fabs(seconds) <= MOST_SECONDS;
}

bool clt_sqlite_is_place(sqlite3_stmt *statement, int column)
{
    return sqlite3_column_type(statement, column) == SQLITE_NULL ||
           isfinite(sqlite3_column_double(statement, column));
}

/* One line for a study and a column, with one of the numbers. */
static void write_query(const char *table, const char *column, const char *bounds, clt_str *sql)
{
    bool study = strcmp(table, "study") == 0;
    clt_str_addf(sql,
                 "SELECT 'study ' || s.name || ': table %s has ' || count(*) || ' row' || "
                 "iif(count(*) = 1, '', 's') || ' whose %s makes no sense, such as ' || "
                 "max(t.%s) FROM %s t JOIN study s ON s.id = t.%s WHERE NOT (t.%s %s) "
                 "GROUP BY s.id",
                 table, column, column, table, study ? "id" : "study", column, bounds);
}

bool clt_sqlite_range_query(size_t i, clt_str *sql)
{
    char bounds[80];
    clt_str_clear(sql);
    if (i < RANGES) {
        (void)sqlite3_snprintf(sizeof bounds, bounds, "BETWEEN %lld AND %lld",
                               (long long)ranges[i].low, (long long)ranges[i].high);
        write_query(ranges[i].table, ranges[i].column, bounds, sql);
    } else if (i < RANGES + REALS) {
        double most = reals[i - RANGES].most;
        (void)sqlite3_snprintf(sizeof bounds, bounds, "BETWEEN %!.17g AND %!.17g", -most, most);
        write_query(reals[i - RANGES].table, reals[i - RANGES].column, bounds, sql);
    }
    return i < RANGES + REALS;
}
