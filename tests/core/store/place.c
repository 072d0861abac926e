#include "store.h"
#include "store/sqlite_impl.h"
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Types of statfs(2): shared between machines or not. */
static const struct {
    long type;
    const char *name; /* NULL: local */
} types[] = {
    {0x6969, "NFS"},        {0x517b, "SMB"},        {0xff534d42, "CIFS"}, {(int)0xff534d42, "CIFS"},
    {0xfe534d42, "SMB2"},   {0x65735546, "FUSE"},   {0x01021997, "9P"},   {0x00c36400, "Ceph"},
    {0x0bd00bd0, "Lustre"}, {0x19830326, "BeeGFS"}, {0xef53, NULL},       {0x01021994, NULL},
    {0x58465342, NULL},     {0x9123683e, NULL},     {0x794c7630, NULL},   {0x858458f6, NULL},
    {0xf2f52010, NULL},     {0x2fc12fc1, NULL},
};

START_TEST(network_file_systems_are_refused_by_name)
{
    clt_error err = {0};
    char expected[256];
    clt_status status = clt_sqlite_check_type("x.db", types[_i].type, &err);
    if (types[_i].name == NULL) { /* ext4, tmpfs, XFS, btrfs, overlay, ramfs, F2FS, ZFS */
        ck_assert_msg(status == CLT_OK, "%s", err.text);
        return;
    }
    (void)snprintf(expected, sizeof expected,
                   "x.db: lies on a network file system (%s), whose locks cannot be relied on; "
                   "name a file on a local disk with --store",
                   types[_i].name);
    ck_assert_int_eq(status, CLT_NO_STORE);
    ck_assert_str_eq(err.text, expected);
}
END_TEST

START_TEST(an_old_sqlite_is_refused)
{
    clt_error err = {0};
    ck_assert_int_eq(clt_sqlite_check_version(3037000, &err), CLT_OK);
    ck_assert_int_eq(clt_sqlite_check_version(3036001, &err), CLT_NO_STORE);
    ck_assert_str_eq(err.text, "this program was started with SQLite 3.36.1; stores need 3.37 or "
                               "newer");
    ck_assert_int_eq(clt_sqlite_check_version(sqlite3_libversion_number(), &err), CLT_OK);
    ck_assert_str_eq(clt_sqlite_version(), sqlite3_libversion());
}
END_TEST

/* What lies at the path, and what is said of it; the text's head is the path. */
static const struct {
    const char *name, *text;
    clt_status read, write;
} others[] = {
    {"/folder", ": a folder; a store is a file", CLT_NO_STORE, CLT_NO_STORE},
    {"/pipe", ": not a regular file; a store is a file", CLT_NO_STORE, CLT_NO_STORE},
    {"/text", ": not a store of collet, nor any SQLite file", CLT_NO_STORE, CLT_NO_STORE},
};

START_TEST(what_is_no_file_of_sqlite_is_refused_and_untouched)
{
    static const char text[] =
        "hello, this is text; long enough to be taken for the head of a file "
        "of SQLite by whoever looks at its length alone";
    test_place p;
    char path[160], back[sizeof text];
    clt_store *store;
    test_place_make(&p);
    (void)snprintf(path, sizeof path, "%s/pipe", p.folder);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    (void)snprintf(path, sizeof path, "%s/folder", p.folder);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/text", p.folder);
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    ck_assert_int_eq(write(fd, text, sizeof text), sizeof text);
    (void)snprintf(path, sizeof path, "%s%s", p.folder, others[_i].name);
    for (int mode = CLT_STORE_READ; mode <= CLT_STORE_WRITE; mode++) {
        clt_error err = {0};
        clt_status expected = mode == CLT_STORE_READ ? others[_i].read : others[_i].write;
        ck_assert_int_eq(clt_sqlite_open(path, (clt_store_mode)mode, &store, &err), expected);
        ck_assert_str_eq(err.text + strlen(path), others[_i].text);
    }
    ck_assert_int_eq(pread(fd, back, sizeof back, 0), sizeof back);
    ck_assert_mem_eq(back, text, sizeof text);
    close(fd);
    test_place_remove(&p);
}
END_TEST

START_TEST(names_that_sqlite_takes_for_something_else_are_files)
{
    test_place p;
    clt_store *store;
    clt_error err = {0};
    test_place_make(&p);
    ck_assert_int_eq(chdir(p.folder), 0);
    ck_assert_int_eq(clt_sqlite_open(":memory:", CLT_STORE_WRITE, &store, &err), CLT_OK);
    ck_assert_int_eq(access(":memory:", F_OK), 0);
    clt_store_close(store);
    ck_assert_int_eq(clt_sqlite_open("", CLT_STORE_WRITE, &store, &err), CLT_NO_STORE);
    ck_assert_int_eq(chdir("/"), 0);
    test_place_remove(&p);
}
END_TEST

/* One that was there, or has a study, stays. */
START_TEST(a_store_that_was_made_for_nothing_goes_with_its_lock)
{
    test_place p;
    clt_error err = {0};
    test_place_make(&p);
    clt_store_close(test_store_open(&p, CLT_STORE_WRITE));
    ck_assert_int_eq(rmdir(p.folder), 0);
    ck_assert_int_eq(mkdir(p.folder, 0700), 0);
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    (void)test_study_add(store, "x");
    clt_store_close(store);
    clt_store_close(test_store_open(&p, CLT_STORE_WRITE));
    ck_assert_int_eq(clt_sqlite_open(p.path, CLT_STORE_READ, &store, &err), CLT_OK);
    clt_store_close(store);
    test_place_remove(&p);
}
END_TEST

START_TEST(a_second_writer_is_refused_by_whatever_name)
{
    test_place p;
    char link[160], expected[256];
    clt_store *second;
    clt_error err = {0};
    test_place_make(&p);
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    test_study_add(store, "one");
    (void)snprintf(link, sizeof link, "%s/link.db", p.folder);
    ck_assert_int_eq(symlink(p.path, link), 0);
    const char *const names[] = {p.path, link};
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(clt_sqlite_open(names[i], CLT_STORE_WRITE, &second, &err), CLT_NO_STORE);
        (void)snprintf(expected, sizeof expected,
                       "%s: in use by process %d; one run at a time writes to it", names[i],
                       (int)getpid());
        ck_assert_str_eq(err.text, expected);
        clt_store_close(test_store_open(&p, CLT_STORE_READ));
    }
    clt_store_close(store);
    clt_store_close(test_store_open(&p, CLT_STORE_WRITE));
    test_place_remove(&p);
}
END_TEST

/* In a child that may not write there: the status of opening, and of reading one trial. */
static clt_status read_as_nobody(const test_place *p, const char *expected)
{
    enum { NOBODY = 65534, BROKEN = 1 };
    pid_t child = fork();
    if (child == 0) {
        clt_store *store;
        clt_error err = {0};
        if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0)) {
            _exit(BROKEN);
        }
        clt_status status = clt_sqlite_open(p->path, CLT_STORE_READ, &store, &err);
        if (status == CLT_OK) {
            test_store_check(store, "one", 1);
            clt_store_close(store);
        } else if (strstr(err.text, expected) == NULL) {
            (void)fprintf(stderr, "%s\n", err.text);
            _exit(BROKEN);
        }
        _exit((int)status);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    return (clt_status)WEXITSTATUS(status);
}

START_TEST(a_reader_who_may_not_write_reads_what_it_can)
{
    test_place p;
    clt_error err = {0};
    test_place_make(&p);
    test_store_sql(p.path, "VACUUM");
    ck_assert_int_eq(chmod(p.path, 0644), 0); /* a new one is its owner's alone */
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    clt_study_row study = test_study_add(store, "one");
    ck_assert_int_eq(test_trial_store(store, study.id, 0, 1, &err), CLT_OK);
    ck_assert_int_eq(chmod(p.folder, 0555), 0);
    ck_assert_int_eq(read_as_nobody(&p, ""), CLT_OK); /* beside the run */
    ck_assert_int_eq(chmod(p.folder, 0755), 0);
    clt_store_close(store);
    ck_assert_int_eq(test_store_size(p.path, "-wal"), -1);
    ck_assert_int_eq(chmod(p.folder, 0555), 0);
    ck_assert_int_eq(read_as_nobody(&p, ""), CLT_OK); /* after it, a copy */
    ck_assert_int_eq(test_store_size(p.path, "-wal"), -1);
    ck_assert_int_eq(chmod(p.folder, 0755), 0);
    /* A log that nobody's shared memory goes with. */
    store = test_store_open(&p, CLT_STORE_WRITE);
    ck_assert_int_eq(test_trial_store(store, study.id, 1, 1, &err), CLT_OK);
    char command[512];
    (void)snprintf(command, sizeof command, "mkdir %s/c; cp %s %s-wal %s/c; chmod 555 %s/c",
                   p.folder, p.path, p.path, p.folder, p.folder);
    ck_assert_int_eq(system(command), 0);
    clt_store_close(store);
    test_place copy = p;
    (void)snprintf(copy.path, sizeof copy.path, "%s/c/s.db", p.folder);
    ck_assert_int_eq(read_as_nobody(&copy, "its last results wait in "), CLT_NO_STORE);
    (void)snprintf(command, sizeof command, "chmod 755 %s/c", p.folder);
    ck_assert_int_eq(system(command), 0);
    ck_assert_int_eq(chmod(p.path, 0), 0);
    if (geteuid() == 0) {
        ck_assert_int_eq(read_as_nobody(&p, "cannot be read: Permission denied"), CLT_NO_STORE);
    }
    test_place_remove(&p);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof(table)[0])

TEST_MAIN_LOOPS("place", {network_file_systems_are_refused_by_name, COUNT(types)},
                {an_old_sqlite_is_refused, 1},
                {what_is_no_file_of_sqlite_is_refused_and_untouched, COUNT(others)},
                {names_that_sqlite_takes_for_something_else_are_files, 1},
                {a_store_that_was_made_for_nothing_goes_with_its_lock, 1},
                {a_second_writer_is_refused_by_whatever_name, 1},
                {a_reader_who_may_not_write_reads_what_it_can, 1})
