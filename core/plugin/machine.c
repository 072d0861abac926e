#include "plugin/machine.h"

#include "base/file.h"

#include <elf.h>
#include <fenv.h>
#include <gnu/libc-version.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

extern char **environ;

/* ---- Processor and system ------------------------------------------------------------------- */

static bool starts_with(const char *text, const char *head)
{
    return strncmp(text, head, strlen(head)) == 0;
}

/* The value of a "key<tab>: value" line of /proc/cpuinfo, "" where there is none; *length is up to
 * its end. */
static const char *cpu_entry(const char *text, const char *key, size_t *length)
{
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        const char *colon = line + strcspn(line, ":\n");
        if (starts_with(line, key) && *colon == ':') {
            const char *value = colon + 1 + strspn(colon + 1, " \t");
            *length = strcspn(value, "\n");
            return value;
        }
    }
    *length = 0;
    return "";
}

/* Of the many flags those that decide which vector code runs. */
static void add_flags(const char *flags, size_t length, clt_str *out)
{
    static const char *const heads[] = {"sse4", "avx", "fma", "f16c", "amx", "asimd", "sve"};
    clt_str_add(out, "cpu flags =");
    for (const char *at = flags; at < flags + length;) {
        size_t n = strcspn(at, " \n");
        for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
            if (starts_with(at, heads[i])) {
                clt_str_addf(out, " %.*s", (int)n, at);
                break;
            }
        }
        at += n;
        at += strspn(at, " ");
    }
    clt_str_add(out, "\n");
}

static void add_cpu(clt_str *out)
{
    enum { MOST = 1 << 26 };
    clt_str text = {0};
    clt_error ignored = {0};
    size_t n;
    (void)clt_file_read("/proc/cpuinfo", MOST, &text, &ignored);
    const char *model = cpu_entry(clt_str_text(&text), "model name", &n);
    clt_str_addf(out, "cpu = %.*s\n", n > 0 ? (int)n : 7, n > 0 ? model : "unknown");
    const char *flags = cpu_entry(clt_str_text(&text), "flags", &n);
    flags = n > 0 ? flags : cpu_entry(clt_str_text(&text), "Features", &n);
    add_flags(flags, n, out);
    clt_str_finish(&text);
}

static void add_rounding(clt_str *out)
{
    int mode = fegetround();
    const char *name = mode == FE_TONEAREST  ? "to nearest"
                       : mode == FE_UPWARD   ? "upward"
                       : mode == FE_DOWNWARD ? "downward"
                                             : "toward zero";
    clt_str_addf(out, "rounding = %s", name);
#if defined(__SSE__)
    enum { RAISED = 0x3f }; /* exceptions that have occurred: no setting */
    clt_str_addf(out, ", mxcsr %04x", _mm_getcsr() & ~(unsigned)RAISED);
#endif
    clt_str_add(out, "\n");
}

/* Does that variable ("NAME=value") change numbers? */
static bool matters(const char *variable)
{
    static const char *const heads[] = {
        "OPENBLAS_", "GOTO_",           "OMP_",         "GOMP_",      "KMP_", "MKL_",
        "BLIS_",     "GLIBC_TUNABLES=", "COLLET_SIMD=", "LD_PRELOAD="};
    static const char *const told[] = {"OPENBLAS_CORETYPE=", "OPENBLAS_NUM_THREADS="};
    bool heeded = false;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        heeded = heeded || starts_with(variable, heads[i]);
    }
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        heeded = heeded && !starts_with(variable, told[i]);
    }
    return heeded;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_variables(clt_str *out)
{
    enum { MOST = 256 };
    const char *found[MOST];
    size_t count = 0;
    for (char **v = environ; v != NULL && *v != NULL && count < MOST; v++) {
        if (matters(*v) && strchr(*v, '=') != NULL && strchr(*v, '\n') == NULL) {
            found[count++] = *v;
        }
    }
    qsort(found, count, sizeof *found, by_name);
    for (size_t i = 0; i < count; i++) {
        size_t n = strcspn(found[i], "=");
        clt_str_addf(out, "variable %.*s = %s\n", (int)n, found[i], found[i] + n + 1);
    }
}

void clt_machine_lines(clt_str *out)
{
    struct utsname system;
    add_cpu(out);
    if (uname(&system) == 0) {
        clt_str_addf(out, "system = %s %s %s\n", system.sysname, system.release, system.machine);
    }
    clt_str_addf(out, "glibc = %s\n", gnu_get_libc_version());
    add_rounding(out);
    add_variables(out);
}

/* ---- Build IDs ------------------------------------------------------------------------------ */

/* Appends the GNU build ID among a segment's notes; false where there is none. */
static bool add_note(const char *at, const char *end, clt_str *out)
{
    ElfW(Nhdr) note;
    while ((size_t)(end - at) >= sizeof note) {
        memcpy(&note, at, sizeof note);
        const char *name = at + sizeof note, *desc = name + ((note.n_namesz + 3u) & ~3u);
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && memcmp(name, "GNU", 4) == 0) {
            for (size_t i = 0; i < note.n_descsz; i++) {
                clt_str_addf(out, "%02x", (unsigned char)desc[i]);
            }
            return true;
        }
        at = desc + ((note.n_descsz + 3u) & ~3u);
        if (at > end) {
            break;
        }
    }
    return false;
}

static void add_build(const struct dl_phdr_info *info, clt_str *out)
{
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        const char *start = (const char *)(info->dlpi_addr + p->p_vaddr); // NOLINT
        if (p->p_type == PT_NOTE && p->p_align <= 4 && add_note(start, start + p->p_memsz, out)) {
            return;
        }
    }
    clt_str_add(out, "unknown");
}

typedef struct visit {
    bool (*skip)(const void *ctx, const char *path);
    const void *ctx;
    clt_str *out;
} visit;

static int visit_library(struct dl_phdr_info *info, size_t size, void *ctx)
{
    const visit *v = ctx;
    (void)size;
    if (info->dlpi_name[0] == '/' && !v->skip(v->ctx, info->dlpi_name)) {
        clt_str_addf(v->out, "library %s = ", clt_path_name(info->dlpi_name));
        add_build(info, v->out);
        clt_str_add(v->out, "\n");
    }
    return 0;
}

void clt_machine_libraries(bool (*skip)(const void *ctx, const char *path), const void *ctx,
                           clt_str *out)
{
    visit v = {skip, ctx, out};
    (void)dl_iterate_phdr(visit_library, &v);
}

/* The first object is the program itself. */
static int visit_program(struct dl_phdr_info *info, size_t size, void *ctx)
{
    (void)size;
    add_build(info, ctx);
    return 1;
}

void clt_machine_build(clt_str *out)
{
    (void)dl_iterate_phdr(visit_program, out);
}
