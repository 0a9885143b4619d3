// SPDX-License-Identifier: MIT
#include "apps/eyelid/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <stdexcept>
#include <system_error>

#include "eyelid/files/interruption.hpp"

namespace eyelid::app {
namespace {

constexpr int kFailure = 1;

// A closed descriptor of the three would be given to the next file that is opened, and what is
// printed would go there. Opened the wrong way around, every use of it is an error.
void occupy_standard_descriptors() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free descriptor is this one; the process owns it until it ends.
    if (::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY) != descriptor) return;
  }
}

void wait_for_reader() {
  pollfd output{STDOUT_FILENO, POLLOUT, 0};
  ::poll(&output, 1, -1);
}

ssize_t write_out(void* first_error, const char* bytes, std::size_t count) {
  int& error = *static_cast<int*>(first_error);
  for (std::size_t done = 0; error == 0 && done < count;) {
    const ssize_t written = ::write(STDOUT_FILENO, bytes + done, count - done);
    if (written >= 0) {
      done += static_cast<std::size_t>(written);
    } else if (errno == EAGAIN) {
      wait_for_reader();
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  return static_cast<ssize_t>(count);
}

// The second and later bytes of a character in UTF-8. A name from outside need not be UTF-8: after
// 300 such bytes the beginning is empty.
bool is_within_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// The exception being handled.
void print_and_forget() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "eyelid: out of memory\n");
  } catch (const std::length_error&) {
    std::fprintf(stderr, "eyelid: out of memory\n");
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::resource_unavailable_try_again) {
      std::fprintf(stderr,
                   "eyelid: the system starts no more threads, expected room for some; try fewer "
                   "--threads or a higher limit (ulimit -u)\n");
    } else {
      std::fprintf(stderr, "eyelid: %s\n", fit_for_terminal(error.what()).c_str());
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "eyelid: %s\n", fit_for_terminal(error.what()).c_str());
  } catch (...) {
    std::fprintf(stderr, "eyelid: an unknown error\n");
  }
}

[[noreturn]] void end_with_a_sentence() {
  if (std::current_exception()) {
    print_current_exception();
  } else {
    std::fprintf(stderr, "eyelid: ended by a library that found no memory or no thread\n");
  }
  std::_Exit(kFailure);
}

}  // namespace

StandardOutput::StandardOutput() {
  occupy_standard_descriptors();
  std::FILE* output = ::fopencookie(&error_, "w", {nullptr, write_out, nullptr, nullptr});
  if (output == nullptr) throw std::bad_alloc();
  std::setvbuf(output, nullptr, ::isatty(STDOUT_FILENO) == 1 ? _IOLBF : _IOFBF, BUFSIZ);
  stdout = output;
}

StandardOutput::~StandardOutput() { finish(); }

int StandardOutput::finish() {
  std::fflush(stdout);
  return error_;
}

void prepare_process() noexcept {
  std::set_terminate(end_with_a_sentence);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  struct sigaction stop {};
  stop.sa_handler = files::interrupt;
  stop.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    // nohup and shells in the background ignore some of them on purpose.
    if (::sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
    ::sigaction(signal, &stop, nullptr);
  }
}

void print_current_exception() noexcept {
  try {
    print_and_forget();
  } catch (...) {  // no memory for the sentence
    std::fprintf(stderr, "eyelid: out of memory\n");
  }
}

std::string fit_for_terminal(std::string_view text) {
  constexpr std::size_t kBegin_bytes = 300;
  constexpr std::size_t kEnd_bytes = 150;
  std::string result;
  while (!text.empty()) {
    std::string line(text.substr(0, text.find('\n')));
    const bool has_more = line.size() < text.size();
    text.remove_prefix(line.size() + (has_more ? 1 : 0));
    if (line.size() > kBegin_bytes + kEnd_bytes) {
      std::size_t begin = kBegin_bytes, end = line.size() - kEnd_bytes;
      while (begin > 0 && is_within_character(line[begin])) --begin;
      while (end < line.size() && is_within_character(line[end])) ++end;
      line.replace(begin, end - begin, " ... ");
    }
    for (char& c : line) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    }
    result += line;
    if (has_more) result += '\n';
  }
  return result;
}

}  // namespace eyelid::app
