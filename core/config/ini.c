#include "config/ini.h"

#include "base/file.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "config/quote.h"

#include <ctype.h>
#include <ini.h>
#include <string.h>

enum { INIH_LINE = 197 }; /* the longest line that inih's buffer is given */

/* What reading keeps in hand. inih pulls lines through next_line() and pushes entries into
 * add_entry(); whichever finds a fault first writes err, and the other stops. */
typedef struct reading {
    clt_arena *arena;
    clt_error *err;
    const char *path;
    const char *rest;  /* of the text */
    const char *value; /* of this line, where inih's buffer is too short for it; or NULL */
    int line;
    bool failed;
    CLT_VEC(clt_entry) entries;
    CLT_VEC(clt_section) sections;
} reading;

static void fault(reading *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void fault(reading *r, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (!r->failed) {
        clt_fail_list(r->err, CLT_BAD_INPUT, format, arguments);
        clt_prefix(r->err, "%s:%d", r->path, r->line);
        r->failed = true;
    }
    va_end(arguments);
}

static void fault_memory(reading *r)
{
    if (!r->failed) {
        clt_fail_memory(r->err);
        r->failed = true;
    }
}

static size_t trim_blanks(const char **start, size_t length)
{
    while (length > 0 && isspace((unsigned char)**start)) {
        (*start)++;
        length--;
    }
    while (length > 0 && isspace((unsigned char)(*start)[length - 1])) {
        length--;
    }
    return length;
}

/* A line without blanks around it and without the comment, which inih would cut as well. */
static size_t trim(const char **start, size_t length)
{
    length = trim_blanks(start, length);
    return length > 0 && (**start == ';' || **start == '#') ? 0 : length;
}

static void check_name(reading *r, const char *what, const char *start, size_t length)
{
    while (length > 0 && isspace((unsigned char)start[length - 1])) {
        length--;
    }
    if (length > CLT_INI_NAME) {
        fault(r, "the %s is %zu bytes long; at most %d are allowed: \"%.*s...\"", what, length,
              CLT_INI_NAME, CLT_INI_NAME, start);
    }
}

static void add_section(reading *r, const char *start, size_t length)
{
    const char *end = memchr(start, ']', length);
    if (end == NULL) {
        return; /* inih finds it */
    }
    check_name(r, "section's name", start + 1, (size_t)(end - start) - 1);
    const char *behind = end + 1; /* which inih leaves out in silence */
    size_t more = trim(&behind, (size_t)(start + length - behind));
    if (more > 0) {
        fault(r, "not understood behind \"%.*s\": \"%.*s\"; what is in a section stands below it",
              (int)(end + 1 - start), start, (int)more, behind);
    }
    char *name = clt_arena_printf(r->arena, "%.*s", (int)(end - start) - 1, start + 1);
    for (size_t i = 0; name != NULL && i < r->sections.count; i++) {
        if (strcmp(r->sections.items[i].name, name) == 0) {
            fault(r, "section [%s] is here a second time; the first is in line %d", name,
                  r->sections.items[i].line);
        }
    }
    if (name == NULL || !CLT_PUSH(&r->sections, (clt_section){name, r->line})) {
        fault_memory(r);
    }
}

/* Are we in the section of plain lines? */
static bool is_plain(const reading *r)
{
    size_t n = r->sections.count;
    return n > 0 && strcmp(r->sections.items[n - 1].name, CLT_INI_LINES) == 0;
}

/* Without the comment behind it, as inih cuts it, but for a `;` in quotes. */
static size_t uncomment(const char **start, size_t length)
{
    return trim(start, clt_before_comment(*start, length));
}

/* Would inih cut off more? */
static bool has_quoted_comment(const char *start, size_t length)
{
    size_t head = strcspn(start, "=:\n"),
           end = head < length ? clt_before_comment(start + head, length - head) : 0;
    for (size_t i = 1; i < end; i++) {
        if (start[head + i] == ';' && isspace((unsigned char)start[head + i - 1])) {
            return true;
        }
    }
    return false;
}

static void add_plain(reading *r, const char *start, size_t length)
{
    length = uncomment(&start, length);
    size_t number = 1;
    for (size_t i = 0; i < r->entries.count; i++) {
        number += strcmp(r->entries.items[i].section, CLT_INI_LINES) == 0;
    }
    clt_entry entry = {.section = CLT_INI_LINES,
                       .key = clt_arena_printf(r->arena, "%zu", number),
                       .value = clt_arena_printf(r->arena, "%.*s", (int)length, start),
                       .line = r->line};
    if (entry.key == NULL || entry.value == NULL || !CLT_PUSH(&r->entries, entry)) {
        fault_memory(r);
    }
}

static void check_line(reading *r, const char *start, size_t length)
{
    size_t valid = clt_utf8_valid(start, length);
    if (valid < length) {
        fault(r, "byte %zu is not UTF-8: 0x%02x; save the file as UTF-8", valid + 1,
              (unsigned char)start[valid]);
    } else if (length > CLT_INI_LINE) {
        fault(r, "the line is %zu bytes long; at most %d are allowed", length, CLT_INI_LINE);
    } else if (length > 0 && start[0] == '[') {
        add_section(r, start, length);
    } else if (length > 0 && !is_plain(r)) {
        check_name(r, "key", start, strcspn(start, "=:\n"));
    }
}

/* Keeps the value of a line that is longer than inih's buffer, which gets the head of it, up to the
 * sign between key and value, and a word in the value's place. */
static size_t keep_value(reading *r, const char *start, size_t length)
{
    size_t head = strcspn(start, "=:\n");
    if (head >= length) {
        return head < INIH_LINE ? head : INIH_LINE; /* no key = value: inih says so */
    }
    const char *value = start + head;
    size_t rest = uncomment(&value, length - head) - 1;
    value++;
    rest = trim_blanks(&value, rest);
    r->value = clt_arena_printf(r->arena, "%.*s", (int)rest, value);
    if (r->value == NULL) {
        fault_memory(r);
    }
    return head + 1;
}

/* fgets for inih. Comments arrive as empty lines: they may be longer than its buffer. Leading
 * blanks are gone, because inih would take such a line for more of the value before. */
static char *next_line(char *out, int size, void *stream)
{
    reading *r = stream;
    if (*r->rest == '\0' || r->failed) {
        return NULL;
    }
    const char *start = r->rest;
    size_t length = strcspn(start, "\n");
    r->rest = start + length + (start[length] == '\n');
    r->line++;
    length = trim(&start, length);
    check_line(r, start, length);
    if (!r->failed && length > 0 && start[0] != '[' && is_plain(r)) {
        add_plain(r, start, length);
        length = 0; /* nothing for inih */
    }
    r->value = NULL;
    bool keeps = length > INIH_LINE || has_quoted_comment(start, length);
    size_t given = keeps ? keep_value(r, start, length) : length;
    if (r->failed || given + sizeof "-\n" > (size_t)size) {
        return NULL;
    }
    memcpy(out, start, given);
    (void)strcpy(out + given, given < length ? "-\n" : "\n");
    return out;
}

static bool is_quoted(const char *value)
{
    size_t n = strlen(value);
    return n >= 2 && value[0] == '"' && strchr(value + 1, '"') == value + n - 1;
}

/* The value without quotes around all of it. */
static char *copy_value(clt_arena *arena, const char *value)
{
    return is_quoted(value) ? clt_arena_printf(arena, "%.*s", (int)strlen(value) - 2, value + 1)
                            : clt_arena_copy(arena, value);
}

static int add_entry(void *user, const char *section, const char *key, const char *value)
{
    reading *r = user;
    if (r->failed) {
        return 0;
    }
    for (size_t i = 0; i < r->entries.count; i++) {
        const clt_entry *entry = &r->entries.items[i];
        if (strcmp(entry->section, section) == 0 && strcmp(entry->key, key) == 0) {
            fault(r, "\"%s\" is given a second time in [%s]; the first is in line %d", key, section,
                  entry->line);
            return 0;
        }
    }
    const char *written = r->value != NULL ? r->value : value;
    clt_entry entry = {.section = clt_arena_copy(r->arena, section),
                       .key = clt_arena_copy(r->arena, key),
                       .value = copy_value(r->arena, written),
                       .quoted = is_quoted(written),
                       .line = r->line};
    if (entry.section == NULL || entry.key == NULL || entry.value == NULL ||
        !CLT_PUSH(&r->entries, entry)) {
        fault_memory(r);
        return 0;
    }
    return 1;
}

static const char *line_at(const char *text, int line)
{
    for (int i = 1; i < line; i++) {
        text += strcspn(text, "\n") + 1;
    }
    return text;
}

/* Moves the entries into the arena. */
static clt_status keep(reading *r, clt_ini *ini)
{
    clt_entry *entries = clt_arena_array(r->arena, r->entries.count + 1, sizeof *entries);
    clt_section *sections = clt_arena_array(r->arena, r->sections.count + 1, sizeof *sections);
    if (entries == NULL || sections == NULL) {
        return clt_fail_memory(r->err);
    }
    for (size_t i = 0; i < r->entries.count; i++) {
        entries[i] = r->entries.items[i];
    }
    for (size_t i = 0; i < r->sections.count; i++) {
        sections[i] = r->sections.items[i];
    }
    ini->entries = entries;
    ini->entry_count = r->entries.count;
    ini->sections = sections;
    ini->section_count = r->sections.count;
    return CLT_OK;
}

clt_status clt_ini_parse(clt_arena *arena, const char *path, const char *text, clt_ini *ini,
                         clt_error *err)
{
    *ini = (clt_ini){.path = clt_arena_copy(arena, path), .text = clt_arena_copy(arena, text)};
    if (ini->path == NULL || ini->text == NULL) {
        return clt_fail_memory(err);
    }
    const char *start = strncmp(text, "\xEF\xBB\xBF", 3) == 0 ? text + 3 : text;
    reading r = {.arena = arena, .err = err, .path = ini->path, .rest = start};
    int wrong = ini_parse_stream(next_line, &r, add_entry, &r);
    if (!r.failed && wrong > 0) {
        r.line = wrong;
        const char *line = line_at(start, wrong);
        size_t length = trim(&line, strcspn(line, "\n"));
        fault(&r, "not understood: \"%.*s\"; a section is [name], an option is key = value",
              (int)length, line);
    }
    clt_status status = r.failed ? err->status : keep(&r, ini);
    CLT_VEC_FINISH(&r.entries);
    CLT_VEC_FINISH(&r.sections);
    return status;
}

clt_status clt_ini_read(clt_arena *arena, const char *path, clt_ini *ini, clt_error *err)
{
    enum { MOST = 1 << 20 };
    clt_str text = {0};
    bool stream = clt_path_is_stream(path);
    clt_status status = (stream ? clt_stream_read : clt_file_read)(path, MOST, &text, err);
    path = stream ? "experiment" : path; /* which starts from the working folder */
    if (status == CLT_OK && strlen(clt_str_text(&text)) < text.length) {
        status =
            clt_fail(err, CLT_BAD_INPUT, "%s: holds a NUL byte; this is not a text file", path);
    }
    if (status == CLT_OK) {
        status = clt_ini_parse(arena, path, clt_str_text(&text), ini, err);
    }
    clt_str_finish(&text);
    return status;
}

const clt_entry *clt_ini_find(const clt_ini *ini, const char *section, const char *key)
{
    for (size_t i = 0; i < ini->entry_count; i++) {
        const clt_entry *entry = &ini->entries[i];
        if (strcmp(entry->section, section) == 0 && strcmp(entry->key, key) == 0) {
            return entry;
        }
    }
    return NULL;
}

const clt_section *clt_ini_section(const clt_ini *ini, const char *name)
{
    for (size_t i = 0; i < ini->section_count; i++) {
        if (strcmp(ini->sections[i].name, name) == 0) {
            return &ini->sections[i];
        }
    }
    return NULL;
}
