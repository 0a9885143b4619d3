// SPDX-License-Identifier: MIT
// Loaded before the C library (LD_PRELOAD): fails the n-th call of one class, or the calls that
// would exceed a quota of bytes. Standard input, output and error are left alone.
//
//   EYELID_FAULT=CLASS:N:ACTION   CLASS: open, read, write, close, sync, rename, folder, memory,
//                                 thread. ACTION: an errno (every call from the N-th on with a +
//                                 after N), kill, or the number of a signal as s15.
//   EYELID_FAULT_QUOTA=BYTES      what all files together may take; then ENOSPC
//   EYELID_FAULT_LOG=FILE         written at the end: calls of each class, "fired" if one failed
//
// Counted from the start of main(): what fails before is the loader's. Files of /proc and /sys,
// which describe the machine, are left alone. Removing a file never fails: what could not be
// removed stays, whatever a program does. glibc's own streams do not pass through open, read and
// write of this library: fopen, fread and fwrite count as those. Threads that oneTBB starts are
// left alone, and memory of libhdf5 and GLib: they cannot bear a refusal (docs/reliability.md, Limits).
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum Class { OPEN, READ, WRITE, CLOSE, SYNC, RENAME, FOLDER, MEMORY, THREAD, CLASSES };
static const char* const names[CLASSES] = {
    "open", "read", "write", "close", "sync", "rename", "folder", "memory", "thread"};

static atomic_long counts[CLASSES];
static atomic_long written;
static atomic_int fired;
static int is_ready, target_class = -1, action, is_repeated, is_signal;
static long target = -1, quota = -1;
static const char* log_file;

static void start(void) {
  const char* fault = getenv("EYELID_FAULT");
  for (int i = 0; fault && i < CLASSES; ++i) {
    const size_t length = strlen(names[i]);
    if (strncmp(fault, names[i], length) != 0 || fault[length] != ':') continue;
    char* end;
    target_class = i;
    target = strtol(fault + length + 1, &end, 10);
    is_repeated = *end == '+';
    end += is_repeated + 1;
    is_signal = *end == 's' || *end == 'k';
    action = *end == 'k' ? SIGKILL : atoi(end + is_signal);
  }
  const char* bytes = getenv("EYELID_FAULT_QUOTA");
  if (bytes) quota = atol(bytes);
  log_file = getenv("EYELID_FAULT_LOG");
  is_ready = 1;
}

typedef int Main(int, char**, char**);
static Main* program_main;

static int counted_main(int count, char** arguments, char** environment) {
  start();
  return program_main(count, arguments, environment);
}

int __libc_start_main(Main* main,
                      int count,
                      char** arguments,
                      void (*begin)(void),
                      void (*end)(void),
                      void (*end_of_loader)(void),
                      void* stack) {
  int (*real)(Main*, int, char**, void (*)(void), void (*)(void), void (*)(void), void*);
  *(void**)&real = dlsym(RTLD_NEXT, "__libc_start_main");
  program_main = main;
  return real(counted_main, count, arguments, begin, end, end_of_loader, stack);
}

static void write_log(void) {
  if (!log_file) return;
  char text[512];
  int length = 0;
  for (int i = 0; i < CLASSES; ++i) {
    length +=
        snprintf(text + length, sizeof text - (size_t)length, "%s %ld\n", names[i], counts[i]);
  }
  if (fired) length += snprintf(text + length, sizeof text - (size_t)length, "fired 1\n");
  const int file = (int)syscall(SYS_openat, AT_FDCWD, log_file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file < 0) return;
  syscall(SYS_write, file, text, (size_t)length);
  syscall(SYS_close, file);
}

__attribute__((destructor)) static void end(void) { write_log(); }

static int is_called_by(const char* library) {
  void* frames[64];
  is_ready = 0;  // these calls are not the program's
  const int count = backtrace(frames, 64);
  int is_found = 0;
  for (int i = 0; i < count && !is_found; ++i) {
    Dl_info code;
    is_found = dladdr(frames[i], &code) && code.dli_fname && strstr(code.dli_fname, library);
  }
  is_ready = 1;
  return is_found;
}

// Whether this call fails, errno set.
static int fails(enum Class class) {
  if (!is_ready) return 0;
  const long count = atomic_fetch_add(&counts[class], 1) + 1;
  if (class != (enum Class)target_class || target <= 0) return 0;
  if (is_repeated ? count < target : count != target) return 0;
  if (class == THREAD && is_called_by("libtbb")) return 0;
  if (class == MEMORY && (is_called_by("libhdf5") || is_called_by("libglib"))) return 0;
  fired = 1;
  if (is_signal) {
    write_log();
    syscall(SYS_kill, syscall(SYS_getpid), action);
    return 0;
  }
  errno = action;
  return 1;
}

// Whether the quota has no room for so many bytes.
static int is_full(size_t bytes) {
  if (quota < 0 || atomic_fetch_add(&written, (long)bytes) + (long)bytes <= quota) return 0;
  atomic_fetch_sub(&written, (long)bytes);
  fired = 1;
  errno = ENOSPC;
  return 1;
}

// Descriptors of /proc and /sys; others beyond the array are not looked up.
static char describes_machine[1024];

static int is_machine(const char* path) {
  return strncmp(path, "/proc/", 6) == 0 || strncmp(path, "/sys/", 5) == 0;
}
static void mark(const char* path, int file) {
  if (file >= 0 && file < (int)sizeof describes_machine)
    describes_machine[file] = (char)is_machine(path);
}
static int is_file(int descriptor) {
  return descriptor > 2 &&
         !(descriptor < (int)sizeof describes_machine && describes_machine[descriptor]);
}
static int is_file_stream(FILE* stream) { return stream != stdout && stream != stderr; }

#define REAL(type, name, ...)       \
  static type (*real)(__VA_ARGS__); \
  if (!real) *(void**)&real = dlsym(RTLD_NEXT, name)

ssize_t read(int file, void* bytes, size_t count) {
  REAL(ssize_t, "read", int, void*, size_t);
  return is_file(file) && fails(READ) ? -1 : real(file, bytes, count);
}
ssize_t pread64(int file, void* bytes, size_t count, off64_t offset) {
  REAL(ssize_t, "pread64", int, void*, size_t, off64_t);
  return is_file(file) && fails(READ) ? -1 : real(file, bytes, count, offset);
}
ssize_t pread(int file, void* bytes, size_t count, off_t offset) {
  return pread64(file, bytes, count, offset);
}
size_t fread(void* bytes, size_t size, size_t count, FILE* stream) {
  REAL(size_t, "fread", void*, size_t, size_t, FILE*);
  if (!is_file(fileno(stream)) || !fails(READ)) return real(bytes, size, count, stream);
  stream->_flags |= 0x20;  // glibc's mark of an error: ferror() is true
  return 0;
}

ssize_t write(int file, const void* bytes, size_t count) {
  REAL(ssize_t, "write", int, const void*, size_t);
  return is_file(file) && (fails(WRITE) || is_full(count)) ? -1 : real(file, bytes, count);
}
ssize_t pwrite64(int file, const void* bytes, size_t count, off64_t offset) {
  REAL(ssize_t, "pwrite64", int, const void*, size_t, off64_t);
  return is_file(file) && (fails(WRITE) || is_full(count)) ? -1 : real(file, bytes, count, offset);
}
ssize_t pwrite(int file, const void* bytes, size_t count, off_t offset) {
  return pwrite64(file, bytes, count, offset);
}
ssize_t writev(int file, const struct iovec* parts, int count) {
  REAL(ssize_t, "writev", int, const struct iovec*, int);
  return is_file(file) && fails(WRITE) ? -1 : real(file, parts, count);
}
size_t fwrite(const void* bytes, size_t size, size_t count, FILE* stream) {
  REAL(size_t, "fwrite", const void*, size_t, size_t, FILE*);
  if (!is_file_stream(stream) || !(fails(WRITE) || is_full(size * count))) {
    return real(bytes, size, count, stream);
  }
  stream->_flags |= 0x20;
  return 0;
}
int fflush(FILE* stream) {
  REAL(int, "fflush", FILE*);
  return stream && is_file_stream(stream) && fails(WRITE) ? EOF : real(stream);
}

int close(int file) {
  REAL(int, "close", int);
  if (!is_file(file) || !fails(CLOSE)) return real(file);
  real(file);
  errno = action;
  return -1;
}
int fsync(int file) {
  REAL(int, "fsync", int);
  return fails(SYNC) ? -1 : real(file);
}
int fdatasync(int file) {
  REAL(int, "fdatasync", int);
  return fails(SYNC) ? -1 : real(file);
}

int rename(const char* from, const char* to) {
  REAL(int, "rename", const char*, const char*);
  return fails(RENAME) ? -1 : real(from, to);
}
int renameat(int from_folder, const char* from, int to_folder, const char* to) {
  REAL(int, "renameat", int, const char*, int, const char*);
  return fails(RENAME) ? -1 : real(from_folder, from, to_folder, to);
}
int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  REAL(int, "renameat2", int, const char*, int, const char*, unsigned);
  return fails(RENAME) ? -1 : real(from_folder, from, to_folder, to, flags);
}
int link(const char* from, const char* to) {
  REAL(int, "link", const char*, const char*);
  return fails(RENAME) ? -1 : real(from, to);
}
int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) {
  REAL(int, "linkat", int, const char*, int, const char*, int);
  return fails(RENAME) ? -1 : real(from_folder, from, to_folder, to, flags);
}
int mkdir(const char* path, mode_t mode) {
  REAL(int, "mkdir", const char*, mode_t);
  return fails(FOLDER) ? -1 : real(path, mode);
}

#define OPEN_MODE                                            \
  mode_t mode = 0;                                           \
  if (flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE) { \
    va_list rest;                                            \
    va_start(rest, flags);                                   \
    mode = va_arg(rest, mode_t);                             \
    va_end(rest);                                            \
  }

static int opened(const char* path, int file) {
  mark(path, file);
  return file;
}
static FILE* opened_stream(const char* path, FILE* stream) {
  if (stream) mark(path, fileno(stream));
  return stream;
}

int open(const char* path, int flags, ...) {
  OPEN_MODE
  REAL(int, "open", const char*, int, ...);
  return !is_machine(path) && fails(OPEN) ? -1 : opened(path, real(path, flags, mode));
}
int open64(const char* path, int flags, ...) {
  OPEN_MODE
  REAL(int, "open64", const char*, int, ...);
  return !is_machine(path) && fails(OPEN) ? -1 : opened(path, real(path, flags, mode));
}
int openat(int folder, const char* path, int flags, ...) {
  OPEN_MODE
  REAL(int, "openat", int, const char*, int, ...);
  return !is_machine(path) && fails(OPEN) ? -1 : opened(path, real(folder, path, flags, mode));
}
int openat64(int folder, const char* path, int flags, ...) {
  OPEN_MODE
  REAL(int, "openat64", int, const char*, int, ...);
  return !is_machine(path) && fails(OPEN) ? -1 : opened(path, real(folder, path, flags, mode));
}
FILE* fopen(const char* path, const char* mode) {
  REAL(FILE*, "fopen", const char*, const char*);
  return !is_machine(path) && fails(OPEN) ? NULL : opened_stream(path, real(path, mode));
}
FILE* fopen64(const char* path, const char* mode) {
  REAL(FILE*, "fopen64", const char*, const char*);
  return !is_machine(path) && fails(OPEN) ? NULL : opened_stream(path, real(path, mode));
}
FILE* fdopen(int file, const char* mode) {
  REAL(FILE*, "fdopen", int, const char*);
  return fails(OPEN) ? NULL : real(file, mode);
}
int mkstemp(char* name) {
  REAL(int, "mkstemp", char*);
  return fails(OPEN) ? -1 : real(name);
}
int mkstemp64(char* name) {
  REAL(int, "mkstemp64", char*);
  return fails(OPEN) ? -1 : real(name);
}
int mkostemp64(char* name, int flags) {
  REAL(int, "mkostemp64", char*, int);
  return fails(OPEN) ? -1 : real(name, flags);
}
char* mkdtemp(char* name) {
  REAL(char*, "mkdtemp", char*);
  return fails(FOLDER) ? NULL : real(name);
}

int pthread_create(pthread_t* thread,
                   const pthread_attr_t* attributes,
                   void* (*run)(void*),
                   void* argument) {
  REAL(int, "pthread_create", pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  return fails(THREAD) ? errno : real(thread, attributes, run, argument);
}

// dlsym() allocates: these are called by their names in glibc.
extern void* __libc_malloc(size_t size);
extern void* __libc_calloc(size_t count, size_t size);
extern void* __libc_realloc(void* memory, size_t size);
extern void* __libc_memalign(size_t alignment, size_t size);

void* malloc(size_t size) { return fails(MEMORY) ? NULL : __libc_malloc(size); }
void* calloc(size_t count, size_t size) {
  return fails(MEMORY) ? NULL : __libc_calloc(count, size);
}
void* realloc(void* memory, size_t size) {
  return size > 0 && fails(MEMORY) ? NULL : __libc_realloc(memory, size);
}
void* memalign(size_t alignment, size_t size) {
  return fails(MEMORY) ? NULL : __libc_memalign(alignment, size);
}
void* aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void** memory, size_t alignment, size_t size) {
  void* found = memalign(alignment, size);
  if (!found) return ENOMEM;
  *memory = found;
  return 0;
}
