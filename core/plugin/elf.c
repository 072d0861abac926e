#include "plugin/elf.h"

#include "base/file.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__x86_64__)
enum { MACHINE = EM_X86_64 };
#elif defined(__aarch64__)
enum { MACHINE = EM_AARCH64 };
#else
#error "name this machine's ELF number here"
#endif

static clt_status too_short(uint64_t size, uint64_t needed, clt_error *err)
{
    return clt_fail(err, CLT_PLUGIN_FAILED,
                    "truncated: the file has %llu bytes, its headers speak of %llu; copy it again",
                    (unsigned long long)size, (unsigned long long)needed);
}

static clt_status unreadable(clt_error *err)
{
    return clt_fail(err, CLT_IO, "cannot be read: %s", strerror(errno));
}

static clt_status check_header(const Elf64_Ehdr *h, ssize_t read_bytes, clt_error *err)
{
    if (read_bytes < 0) {
        return unreadable(err);
    }
    if (read_bytes < SELFMAG || memcmp(h->e_ident, ELFMAG, SELFMAG) != 0) {
        return clt_fail(err, CLT_PLUGIN_FAILED,
                        "not a shared object: it does not begin with \"\\x7fELF\"");
    }
    if (read_bytes < (ssize_t)sizeof *h) {
        return too_short((uint64_t)read_bytes, sizeof *h, err);
    }
    if (h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_ident[EI_DATA] != ELFDATA2LSB ||
        h->e_machine != MACHINE) {
        return clt_fail(err, CLT_PLUGIN_FAILED,
                        "built for another machine (ELF machine %u, this is %d); build it here",
                        h->e_machine, MACHINE);
    }
    if (h->e_type != ET_DYN) {
        return clt_fail(err, CLT_PLUGIN_FAILED,
                        "an ELF file of type %u, not a shared object; link it with -shared",
                        h->e_type);
    }
    if (h->e_phentsize != sizeof(Elf64_Phdr) || h->e_phnum == 0) {
        return clt_fail(err, CLT_PLUGIN_FAILED, "damaged: its program headers make no sense");
    }
    return CLT_OK;
}

/* Does [offset, offset + count) end within size? Also when the sum overflows. */
static uint64_t end_of(uint64_t offset, uint64_t count)
{
    return offset > UINT64_MAX - count ? UINT64_MAX : offset + count;
}

static clt_status check_segments(int fd, const Elf64_Ehdr *h, uint64_t size, clt_error *err)
{
    uint64_t needed = end_of(h->e_phoff, (uint64_t)h->e_phnum * sizeof(Elf64_Phdr));
    if (needed > size) {
        return too_short(size, needed, err);
    }
    for (unsigned i = 0; i < h->e_phnum; i++) {
        Elf64_Phdr p;
        uint64_t at = h->e_phoff + i * sizeof p;
        ssize_t n = pread(fd, &p, sizeof p, (off_t)at);
        if (n != (ssize_t)sizeof p) {
            return n < 0 ? unreadable(err) : too_short(size, at + sizeof p, err);
        }
        uint64_t end = end_of(p.p_offset, p.p_filesz);
        if (p.p_type == PT_LOAD && end > size) {
            return too_short(size, end, err);
        }
    }
    /* The sections stand last, so this finds a cut that spares the segments. */
    uint64_t sections = end_of(h->e_shoff, (uint64_t)h->e_shnum * h->e_shentsize);
    return sections > size ? too_short(size, sections, err) : CLT_OK;
}

clt_status clt_elf_check(const char *path, clt_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat info;
    Elf64_Ehdr header;
    if (fd < 0) {
        return clt_fail(err, clt_is_shortage(errno) ? CLT_IO : CLT_PLUGIN_FAILED,
                        "cannot be opened: %s", strerror(errno));
    }
    clt_status status;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        status = clt_fail(err, CLT_PLUGIN_FAILED, "not a regular file");
    } else {
        memset(&header, 0, sizeof header);
        status = check_header(&header, pread(fd, &header, sizeof header, 0), err);
        status =
            status == CLT_OK ? check_segments(fd, &header, (uint64_t)info.st_size, err) : status;
    }
    close(fd);
    return status;
}
