/**
 * @file collet/plugin.h
 * @brief The contract between the host and any plugin: plain C11, no library to link.
 *
 * A plugin is one shared object that exports one function, collet_plugin_entry(). It returns a
 * constant table; everything else is reached through pointers in that table, and everything the
 * plugin needs from the host comes as an argument. This header holds what all kinds share; a
 * plugin also includes the header of its kind:
 *
 *   collet/sampler.h    proposes the next trial           kind "sampler/1"
 *   collet/model.h      a function of flat parameters     kind "model/1"
 *   collet/optimizer.h  one step on those parameters      kind "optimizer/1"
 *   collet/pruner.h     ends hopeless trials early        kind "pruner/1"
 *   collet/dataset.h    rows to learn from                kind "dataset/1"
 *   collet/objective.h  a black box to minimise           kind "objective/1"
 *   collet/helpers.h    inline conveniences; not part of the ABI
 *
 * Scenario I, the host lists a plugin:
 *  - it loads the file and calls collet_plugin_entry() with its own version;
 *  - it checks the table, skips units of kinds it does not know, and keeps the pointers.
 *
 * Scenario II, an experiment uses a unit:
 *  - the host fills the unit's config struct from the experiment file by the unit's option table;
 *  - it calls create() with a host table made for this instance, then the kind's functions;
 *  - it calls destroy(). The shared object stays loaded until the process ends.
 *
 * Scenario III, plugin and host were built years apart:
 *  - the same major version: they work together, whatever the minors; fields that the other side
 *    does not know are simply never reached (COLLET_HAS, COLLET_CAN);
 *  - another major version: the plugin's entry returns NULL or states its own, and the host
 *    refuses it with both numbers.
 *
 * Who fills what: a struct marked [host] is filled by the host and read by the plugin; one marked
 * [plugin] the other way round. Neither side ever frees memory that the other allocated. A
 * pointer argument is valid for the duration of the call unless its comment says otherwise.
 *
 * Thread tags, at the end of each function's comment:
 *   [pure]      no side effects; any thread, any time, as often as the host likes
 *   [instance]  never two calls at once on one instance; other instances may run in other
 *               threads; the thread may change between calls (the host orders the memory)
 *   [any]       callable from any thread, also from threads that the plugin started
 *
 * Layout: little-endian, 64-bit pointers, no implicit padding anywhere, so sizeof is exact.
 */
#ifndef COLLET_PLUGIN_H
#define COLLET_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Versions ------------------------------------------------------------------------------- */

/** Raised when an old plugin can no longer work. Plugin and host must agree exactly. */
#define COLLET_ABI_MAJOR 1u
/** Raised when a field, a kind, an extension or a code is added. Any minor works with any. */
#define COLLET_ABI_MINOR 5u
/** First word of collet_plugin: tells "not one of ours" from "too new". Reads "CLT1". */
#define COLLET_MAGIC 0x31544c43u

/* ---- Structs that may grow ------------------------------------------------------------------ */

/** Value for struct_size, which opens every struct that crosses the border by pointer. */
#define COLLET_SIZE(type) ((uint32_t)sizeof(type))

/** Does *p, filled by the other side, reach as far as this field? Fields are only ever appended,
 *  so a reader asks this before it touches a field that is newer than ABI 1.0. */
#define COLLET_HAS(p, field)                                                                       \
    ((size_t)(p)->struct_size >=                                                                   \
     (size_t)((const char *)&(p)->field - (const char *)(p)) + sizeof((p)->field))

/** The same for an optional function: known to the other side and not NULL. */
#define COLLET_CAN(p, function) (COLLET_HAS(p, function) && (p)->function != NULL)

/** Number of elements of an array (not of a pointer). */
#define COLLET_COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

/* ---- Status --------------------------------------------------------------------------------- */

/** 0 is success, below 0 is failure, above 0 is a success that carries news. A negative code that
 *  the reader does not know reads as COLLET_E_INTERNAL, a positive one as COLLET_OK. */
typedef int32_t collet_status;
enum {
    COLLET_OK = 0,
    COLLET_STOP = 1,           /**< from report(): end this trial now; its result so far counts */
    COLLET_DONE = 2,           /**< from ask(): the search is exhausted (a grid is finished) */
    COLLET_E_INVALID = -1,     /**< an argument or an option's value is wrong */
    COLLET_E_NOMEM = -2,       /**< out of memory */
    COLLET_E_NUMERIC = -3,     /**< NaN, overflow, divergence: fails the trial, not the study */
    COLLET_E_STATE = -4,       /**< from load(): not a state that this unit can read */
    COLLET_E_UNSUPPORTED = -5, /**< a valid wish that this unit cannot fulfil */
    COLLET_E_CANCELLED = -6,   /**< host->cancelled() said so */
    COLLET_E_IO = -7,          /**< a file could not be read or written */
    COLLET_E_INTERNAL = -8     /**< a bug in the unit */
};

/* ---- What the host offers ------------------------------------------------------------------- */

/** Severities for collet_host.log. */
enum { COLLET_LOG_DEBUG = 0, COLLET_LOG_INFO = 1, COLLET_LOG_WARN = 2, COLLET_LOG_ERROR = 3 };

/** [host] Services, one table an instance. Valid from create() until destroy() returns: keep the
 *  pointer, never a copy, because the table may be longer than this header knows. */
typedef struct collet_host {
    uint32_t struct_size;
    uint32_t abi_minor; /**< of the host */
    void *ctx;          /**< hand it back as the first argument */

    /** Notes one line (no newline); the host adds trial, unit and time. [any] */
    void (*log)(void *ctx, int32_t level, const char *line);

    /** Says why the call in progress is about to return a negative status. One line that names
     *  what was found and what would be right; the host copies it. [any] */
    void (*set_error)(void *ctx, const char *message);

    /** Not 0 once the trial should end: clean up and return COLLET_E_CANCELLED soon. Cheap; a
     *  call that runs longer than 100 ms asks at least that often. [any] */
    int32_t (*cancelled)(void *ctx);

    /** One point of a learning curve: count named metrics reached after step (epochs, or whatever
     *  the resource is). Steps do not fall; of one that is reported again, the later values
     *  stand. Names are the metrics' own sign: accuracy rises, loss falls. Returns COLLET_STOP when
     * the trial is to end here, else COLLET_OK. Only objectives report; for models the host does.
     * [instance] */
    collet_status (*report)(void *ctx, uint64_t step, const char *const *metrics,
                            const double *values, uint32_t count);

    /** A further table by name and revision, "name/1", or NULL where this host has none. Lives as
     *  long as the host table. [any] */
    const void *(*get_extension)(void *ctx, const char *id);
} collet_host;

/** [host] A stream of random bits. Randomness is an argument: a function that gets no stream is
 *  deterministic. The stream is counter-based (Philox4x32-10) and depends only on the study's
 *  seed, the use it is for and the trial's number, so neither the order of calls nor the number
 *  of processes changes what is drawn. Turn the bits into numbers with collet/helpers.h, whose
 *  algorithms are fixed. Valid during the call. */
typedef struct collet_rng {
    uint32_t struct_size;
    uint32_t reserved;
    void *ctx;
    /** Writes the next n words of the stream to out. [instance] */
    void (*fill)(void *ctx, uint64_t *out, size_t n);
} collet_rng;

/** [host] Where save() writes. The host adds the unit's id, its state_version, length and
 *  checksum. */
typedef struct collet_sink {
    uint32_t struct_size;
    uint32_t reserved;
    void *ctx;
    /** Appends n bytes, all or none; not COLLET_OK when it could not. [instance] */
    collet_status (*write)(void *ctx, const void *bytes, size_t n);
} collet_sink;

/** [host] Where load() reads. */
typedef struct collet_source {
    uint32_t struct_size;
    uint32_t state_version; /**< the collet_unit.state_version that wrote these bytes */
    void *ctx;
    /** Reads the next n bytes; COLLET_E_STATE and an untouched buffer where fewer are left.
     *  [instance] */
    collet_status (*read)(void *ctx, void *bytes, size_t n);
    uint64_t size; /**< bytes in all */
} collet_source;

/* ---- Options: what a unit can be told in the experiment file -------------------------------- */

/** Type of an option, and of the field that it fills. */
enum {
    COLLET_BOOL = 1,   /**< int32_t: 0 or 1; written on/off, yes/no, true/false, 1/0 */
    COLLET_INT = 2,    /**< int64_t */
    COLLET_REAL = 3,   /**< double, finite */
    COLLET_ENUM = 4,   /**< int32_t: index into choices */
    COLLET_STRING = 5, /**< const char *, UTF-8, owned by the host until destroy() */
    COLLET_PATH = 6    /**< const char *, made absolute against the experiment file's folder */
};

/** Flags of an option; or them together. */
enum {
    COLLET_REQUIRED = 1 << 0, /**< has no default; an experiment that leaves it out is refused */
    COLLET_OPEN_MIN = 1 << 1, /**< min itself is not allowed */
    COLLET_OPEN_MAX = 1 << 2, /**< max itself is not allowed */
    COLLET_FIXED = 1 << 3,    /**< cannot be searched over */
    COLLET_ADVANCED = 1 << 4, /**< left out of the short help */
    /** COLLET_STRING: the file has "key.NAME = text" for any NAME in place of the key alone, and
     * the field holds a line "NAME=text", with its "\n", for each. An older host has no such keys.
     *  Since ABI 1.5. */
    COLLET_NAMED = 1 << 5
};

/** [plugin] One key of the unit's section in the experiment file. The host parses the text,
 *  checks it against type, range and choices, and writes the value at offset into the config
 *  struct; messages, `collet help`, `collet check`, the reference pages and the bounds of any
 *  range that the user searches over come from the same table.
 *
 *  With count > 1 the field is an array: "key" sets all its elements and "key.2" the second one
 *  (from 1), which is how a layer gets a width of its own. */
typedef struct collet_option {
    const char *key;     /**< [a-z][a-z0-9_]* */
    const char *doc;     /**< one line; lower case, no full stop; names the unit of measure */
    const char *def;     /**< default as INI text, parsed like the user's; NULL if REQUIRED */
    const char *choices; /**< COLLET_ENUM: "a|b|c"; else NULL */
    const char *search;  /**< what "key = search" stands for, as INI text ("real(1e-4, 1, log)");
                              NULL: all choices of an ENUM or BOOL, else not offered */
    double min, max;     /**< COLLET_INT, COLLET_REAL; -INFINITY and INFINITY where unbounded */
    uint32_t type;       /**< COLLET_BOOL ... COLLET_PATH */
    uint32_t flags;
    uint32_t offset; /**< of the field in the config struct, in bytes */
    uint32_t count;  /**< elements of the field; 1 for a plain one */
} collet_option;

/** offsetof() that does not compile (C++, clang) or warns (gcc) when the field has another type
 *  than the option says. */
#define COLLET_FIELD(config, field, ctype)                                                         \
    ((uint32_t)(offsetof(config, field) + 0 * sizeof(&((config *)0)->field == (ctype *)0)))

/** Rows of an option table. config is the struct's type, field its member and the key's name. */
/* clang-format off */
#define COLLET_OPT_REAL(config, field, def, lo, hi, search, flags, doc)                            \
    {#field, doc, def, NULL, search, lo, hi, COLLET_REAL, flags,                                   \
     COLLET_FIELD(config, field, double), 1}
#define COLLET_OPT_INT(config, field, def, lo, hi, search, flags, doc)                             \
    {#field, doc, def, NULL, search, lo, hi, COLLET_INT, flags,                                    \
     COLLET_FIELD(config, field, int64_t), 1}
#define COLLET_OPT_INTS(config, field, def, lo, hi, search, flags, doc)                            \
    {#field, doc, def, NULL, search, lo, hi, COLLET_INT, flags,                                    \
     COLLET_FIELD(config, field[0], int64_t), COLLET_COUNT(((config *)0)->field)}
#define COLLET_OPT_BOOL(config, field, def, flags, doc)                                            \
    {#field, doc, def, NULL, NULL, 0, 1, COLLET_BOOL, flags,                                       \
     COLLET_FIELD(config, field, int32_t), 1}
#define COLLET_OPT_ENUM(config, field, def, choices, flags, doc)                                   \
    {#field, doc, def, choices, NULL, 0, 0, COLLET_ENUM, flags,                                    \
     COLLET_FIELD(config, field, int32_t), 1}
#define COLLET_OPT_STRING(config, field, def, flags, doc)                                          \
    {#field, doc, def, NULL, NULL, 0, 0, COLLET_STRING, flags,                                     \
     COLLET_FIELD(config, field, const char *), 1}
#define COLLET_OPT_PATH(config, field, def, flags, doc)                                            \
    {#field, doc, def, NULL, NULL, 0, 0, COLLET_PATH, flags,                                       \
     COLLET_FIELD(config, field, const char *), 1}
/* clang-format on */

/* ---- The tables that a plugin hands over ---------------------------------------------------- */

/** [plugin] One thing that a plugin offers. Constant; lives as long as the process. */
typedef struct collet_unit {
    uint32_t struct_size;
    uint32_t state_version;       /**< raised when save() writes something else; 0 without save() */
    const char *kind;             /**< "sampler/1" ...; a host skips kinds that it does not know */
    const char *id;               /**< [a-z][a-z0-9_]*, what the experiment file says */
    const char *version;          /**< "1.2.0", of the unit */
    const char *summary;          /**< one line */
    const char *reference;        /**< paper or address, or NULL */
    const void *vtable;           /**< collet_sampler, collet_model, ... as kind says */
    const collet_option *options; /**< may be NULL when option_count is 0 */
    uint32_t option_count;
    uint32_t option_size; /**< sizeof(collet_option) as compiled: the stride of options */
    uint32_t config_size; /**< sizeof the config struct, which the host allocates and fills */
    uint32_t reserved;
} collet_unit;

/** The last five fields of a collet_unit. */
#define COLLET_OPTIONS(table, config)                                                              \
    (table), COLLET_COUNT(table), COLLET_SIZE(collet_option), COLLET_SIZE(config), 0
/** The same for a unit without options. */
#define COLLET_NO_OPTIONS NULL, 0, COLLET_SIZE(collet_option), 0, 0

/** [plugin] What collet_plugin_entry() returns. The first four words never change, in any major
 *  version. Constant; lives as long as the process. */
typedef struct collet_plugin {
    uint32_t magic;     /**< COLLET_MAGIC */
    uint32_t abi_major; /**< compiled against */
    uint32_t abi_minor; /**< compiled against; for messages only */
    uint32_t struct_size;
    uint32_t needs_minor; /**< refuse to load on a host older than this; 0 suits nearly all */
    uint32_t unit_count;
    const collet_unit *const *units; /**< pointers, so that collet_unit may grow */
    const char *name;                /**< of the package */
    const char *version;
    const char *author;
    const char *license; /**< SPDX identifier */
} collet_plugin;

#if defined(__GNUC__)
#define COLLET_EXPORT __attribute__((visibility("default")))
#else
#define COLLET_EXPORT
#endif

/** The one exported symbol. Returns a constant that lives as long as the process, or NULL where
 *  the plugin cannot serve abi_major (one file may serve several). Nothing runs at load; there is
 *  no init, no registration and nothing to undo. [pure] */
COLLET_EXPORT const collet_plugin *collet_plugin_entry(uint32_t abi_major, uint32_t abi_minor);

/** Type and name of that symbol, for hosts. */
typedef const collet_plugin *(*collet_plugin_entry_fn)(uint32_t abi_major, uint32_t abi_minor);
#define COLLET_ENTRY_SYMBOL "collet_plugin_entry"

/** Defines collet_plugin_entry() for the collet_plugin named plugin_; ends with a semicolon. */
#define COLLET_PLUGIN(plugin_)                                                                     \
    const collet_plugin *collet_plugin_entry(uint32_t abi_major, uint32_t abi_minor)               \
    {                                                                                              \
        (void)abi_minor;                                                                           \
        return abi_major == COLLET_ABI_MAJOR ? &(plugin_) : NULL;                                  \
    }                                                                                              \
    typedef int collet_plugin_semicolon_

#ifdef __cplusplus
}
#endif
#endif /* COLLET_PLUGIN_H */
