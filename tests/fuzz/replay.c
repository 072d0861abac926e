/* The driver without libFuzzer: runs a target over files, and over mutants of each that are the
 * same at every run.
 *
 *     fuzz_json [--mutants N] FILE-OR-FOLDER...
 */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST = 1 << 20 };

typedef struct run {
    unsigned long mutants;   /* of each file */
    unsigned long long runs; /* so far */
    uint64_t state;          /* of the random numbers */
} run;

/* splitmix64 */
static uint64_t draw(run *r)
{
    uint64_t z = (r->state += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

static size_t below(run *r, size_t n)
{
    return n > 0 ? (size_t)(draw(r) % n) : 0;
}

/* A byte that means something to one reader or another, or any. */
static uint8_t byte_of(run *r)
{
    static const char known[] = "0123456789,;:.\"'{}[]()=-+eE<> \n\t\r\\\xc3\xa9\xff";
    size_t i = below(r, 2 * (sizeof known - 1));
    return i < sizeof known - 1 ? (uint8_t)known[i] : (uint8_t)draw(r);
}

/* Copies `n` bytes from one place to another, in place of what is there or between. */
static size_t copy_piece(run *r, uint8_t *bytes, size_t size, bool between)
{
    size_t from = below(r, size), to = below(r, size), n = 1 + below(r, size - from);
    n = n < 64 ? n : 64;
    if (between && size + n <= MOST) {
        uint8_t piece[64];
        memcpy(piece, bytes + from, n);
        memmove(bytes + to + n, bytes + to, size - to);
        memcpy(bytes + to, piece, n);
        return size + n;
    }
    n = n < size - to ? n : size - to;
    memmove(bytes + to, bytes + from, n);
    return size;
}

/* One change; the new size. */
static size_t change(run *r, uint8_t *bytes, size_t size)
{
    size_t at = below(r, size), n;
    switch (size > 0 ? below(r, 7) : 6) {
    case 0:
        bytes[at] ^= (uint8_t)(1U << below(r, 8));
        return size;
    case 1:
        bytes[at] = byte_of(r);
        return size;
    case 2:
        n = 1 + below(r, size - at);
        n = n < 32 ? n : 32;
        memmove(bytes + at, bytes + at + n, size - at - n);
        return size - n;
    case 3:
        return copy_piece(r, bytes, size, true);
    case 4:
        return copy_piece(r, bytes, size, false);
    case 5:
        return below(r, 8) == 0 ? at : size; /* cut off */
    default:
        if (size < MOST) {
            memmove(bytes + at + 1, bytes + at, size - at);
            bytes[at] = byte_of(r);
        }
        return size + (size < MOST);
    }
}

/* Hands the target a block of just that size, so that a sanitizer sees what reads past it. */
static void run_one(run *r, const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size + 1);
    fuzz_require(copy != NULL, "there is memory for the input");
    memcpy(copy, bytes, size);
    copy = realloc(copy, size > 0 ? size : 1);
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
    r->runs++;
}

static void run_mutants(run *r, const uint8_t *original, size_t size, uint8_t *mutant)
{
    r->state = size;
    for (unsigned long i = 0; i < r->mutants; i++) {
        size_t length = size;
        memcpy(mutant, original, size);
        for (size_t n = 1 + below(r, 6); n > 0; n--) {
            length = change(r, mutant, length);
        }
        run_one(r, mutant, length);
    }
}

static void run_file(run *r, const char *path)
{
    uint8_t *bytes = malloc(2 * (size_t)MOST);
    FILE *in = fopen(path, "r");
    if (bytes == NULL || in == NULL) {
        (void)fprintf(stderr, "%s: cannot be read\n", path);
        exit(EXIT_FAILURE);
    }
    size_t size = fread(bytes, 1, MOST, in);
    (void)fclose(in);
    run_one(r, bytes, size);
    run_mutants(r, bytes, size, bytes + MOST);
    free(bytes);
}

static void run_path(run *r, const char *path)
{
    struct dirent **entries;
    struct stat about;
    char inner[4096];
    if (stat(path, &about) != 0 || !S_ISDIR(about.st_mode)) {
        run_file(r, path);
        return;
    }
    int count = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        (void)snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.' && stat(inner, &about) == 0 && S_ISREG(about.st_mode)) {
            run_file(r, inner);
        }
        free(entries[i]);
    }
    free(entries);
}

int main(int argc, char **argv)
{
    run r = {0};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--mutants") == 0 && i + 1 < argc) {
            r.mutants = strtoul(argv[++i], NULL, 10);
        } else {
            run_path(&r, argv[i]);
        }
    }
    (void)printf("%llu inputs\n", r.runs);
    return r.runs > 0 ? EXIT_SUCCESS : EXIT_FAILURE; /* a corpus that is gone tests nothing */
}
