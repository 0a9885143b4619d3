// SPDX-License-Identifier: MIT
#include "eyelid/download/file_download.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <exception>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/core/version.hpp"
#include "eyelid/download/part_file.hpp"
#include "eyelid/files/folder.hpp"
#include "eyelid/files/interruption.hpp"
#include "eyelid/files/sha256.hpp"

namespace eyelid::download {
namespace {

namespace fs = std::filesystem;

constexpr long kSlowest_bytes_per_s = 512;
constexpr long kMaxRedirects = 5;

struct CleanUp {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Handle = std::unique_ptr<CURL, CleanUp>;

Handle make_handle() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  Handle handle(started == CURLE_OK ? curl_easy_init() : nullptr);
  if (!handle) throw Error("libcurl cannot start, expected free memory");
  return handle;
}

/// How one attempt ended.
struct Ending {
  bool is_complete = false;   // the server has nothing more to send
  bool may_try_again = true;  // the error may be temporary
  std::string reason;
};

/// One request, starting at the end of the part.
class Transfer {
 public:
  Transfer(const ManifestFile& file, PartFile& part, const DownloadOptions& options)
      : file_(file), part_(part), options_(options), handle_(make_handle()) {}

  Ending run() {
    begin_ = part_.size();
    set_up();
    const CURLcode code = curl_easy_perform(handle_.get());
    if (error_) std::rethrow_exception(error_);
    return ending_of(code);
  }

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(handle_.get(), option, value);
  }

  void set_up() {
    const bool is_secure = file_.address.starts_with("https://");
    set(CURLOPT_URL, file_.address.c_str());
    set(CURLOPT_PROTOCOLS_STR, is_secure ? "https" : "http,https");
    set(CURLOPT_REDIR_PROTOCOLS_STR, is_secure ? "https" : "http,https");
    set(CURLOPT_FOLLOWLOCATION, 1L);
    set(CURLOPT_MAXREDIRS, kMaxRedirects);
    set(CURLOPT_FAILONERROR, 1L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_USERAGENT, (std::string("eyelid/") + kVersion).c_str());
    set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(options_.connect_limit.count()));
    set(CURLOPT_LOW_SPEED_LIMIT, kSlowest_bytes_per_s);
    set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(options_.stall_limit.count()));
    set(CURLOPT_ERRORBUFFER, message_.data());
    set(CURLOPT_WRITEFUNCTION, &Transfer::take_bytes);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_HEADERFUNCTION, &Transfer::take_header);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_NOPROGRESS, 0L);  // once a second at least: a silent server must not hold a signal
    set(CURLOPT_XFERINFOFUNCTION, &Transfer::look_for_signal);
    set(CURLOPT_XFERINFODATA, this);
    if (begin_ > 0) set(CURLOPT_RANGE, (std::to_string(begin_) + "-").c_str());
  }

  long response_code() const {
    long code = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &code);
    return code;
  }

  static std::size_t take_header(char* text, std::size_t, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    std::string line(text, count);
    std::transform(line.begin(), line.end(), line.begin(), [](unsigned char c) {
      return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    });
    if (line.starts_with("http/")) transfer.range_.clear();  // of a redirect
    if (line.starts_with("content-range:")) transfer.range_ = line;
    return count;
  }

  // Exceptions must not pass through libcurl: they wait in error_.
  static int look_for_signal(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    try {
      files::throw_if_interrupted();
      return 0;
    } catch (...) {
      static_cast<Transfer*>(self)->error_ = std::current_exception();
      return 1;
    }
  }

  static std::size_t take_bytes(char* bytes, std::size_t, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    try {
      return transfer.take(bytes, count) ? count : 0;
    } catch (...) {
      transfer.error_ = std::current_exception();
      return 0;
    }
  }

  bool take(const char* bytes, std::size_t count) {
    if (!has_begun_) {
      has_begun_ = true;
      const bool is_resumed =
          response_code() == 206 &&
          range_.find("bytes " + std::to_string(begin_) + "-") != std::string::npos;
      // The server does not support ranges, or sent a different one: start over.
      if (begin_ > 0 && response_code() == 206 && !is_resumed) {
        is_range_wrong_ = true;
        return false;
      }
      if (begin_ > 0 && !is_resumed) part_.clear();
    }
    if (part_.size() + count > file_.bytes) {
      is_too_long_ = true;
      return false;
    }
    part_.append(bytes, count);
    if (options_.progress) options_.progress(part_.size(), file_.bytes);
    return true;
  }

  Ending ending_of(CURLcode code) {
    const long response = response_code();
    if (is_too_long_) {
      part_.clear();
      return {false, false, "more than the " + std::to_string(file_.bytes) + " bytes expected"};
    }
    // A part that the server cannot continue is useless.
    if (is_range_wrong_ || response == 416) {
      part_.clear();
      return {false, true, "a different part of the file than requested"};
    }
    if (code == CURLE_OK) {
      return {true,
              true,
              std::to_string(part_.size()) + " bytes, expected " + std::to_string(file_.bytes)};
    }
    if (code == CURLE_HTTP_RETURNED_ERROR) {
      const bool may_pass = response >= 500 || response == 408 || response == 429;
      return {false, may_pass, "HTTP status " + std::to_string(response)};
    }
    if (code == CURLE_OPERATION_TIMEDOUT) {
      return {false, true, "no response, or less than 512 bytes/s, for too long"};
    }
    const bool is_permanent = code == CURLE_UNSUPPORTED_PROTOCOL ||
                              code == CURLE_TOO_MANY_REDIRECTS || code == CURLE_URL_MALFORMAT ||
                              code == CURLE_PEER_FAILED_VERIFICATION;
    return {false,
            !is_permanent,
            message_[0] != '\0' ? std::string(message_.data()) : curl_easy_strerror(code)};
  }

  const ManifestFile& file_;
  PartFile& part_;
  const DownloadOptions& options_;
  Handle handle_;
  std::uint64_t begin_ = 0;
  bool has_begun_ = false;
  bool is_too_long_ = false;
  bool is_range_wrong_ = false;
  std::string range_;
  std::array<char, CURL_ERROR_SIZE> message_{};
  std::exception_ptr error_;
};

}  // namespace

bool is_downloaded(const ManifestFile& file, const fs::path& folder) {
  const fs::path path = folder / file.file;
  std::error_code error;
  if (fs::file_size(path, error) != file.bytes || error) return false;
  std::vector<std::byte> bytes(file.bytes);
  std::ifstream stream(path, std::ios::binary);
  stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return stream && files::sha256_hex(bytes) == file.sha256;
}

DownloadOutcome download_file(const ManifestFile& file,
                              const fs::path& folder,
                              const DownloadOptions& options) {
  if (is_downloaded(file, folder)) return DownloadOutcome::AlreadyThere;
  const fs::path target = folder / file.file;
  files::create_folder(target.parent_path());
  PartFile part(target);
  bool was_resumed = false;
  Ending ending;
  for (int attempt = 1; attempt <= options.attempts; ++attempt) {
    if (part.size() > file.bytes) part.clear();
    const std::uint64_t begin = part.size();
    if (begin < file.bytes) {
      ending = Transfer(file, part, options).run();
      if (part.size() < begin) was_resumed = false;
    }
    was_resumed = was_resumed || (begin > 0 && part.size() >= begin);
    if (part.size() == file.bytes) {
      const std::string found = part.sha256();
      if (found == file.sha256) {
        part.commit();
        return was_resumed ? DownloadOutcome::Resumed : DownloadOutcome::Fetched;
      }
      part.clear();
      ending = {true, was_resumed, "a file with SHA-256 " + found + ", expected " + file.sha256};
      was_resumed = false;
    }
    if (!ending.may_try_again) break;
    if (attempt < options.attempts) std::this_thread::sleep_for(std::chrono::milliseconds(300));
  }
  const std::string kept = part.size() == 0 ? std::string("; nothing was kept")
                                            : "; " + std::to_string(part.size()) + " of " +
                                                  std::to_string(file.bytes) +
                                                  " bytes were kept in " + part.path().string() +
                                                  "; run the same command again to resume";
  if (part.size() == 0) part.remove();
  throw InputError(file.address + ": " + ending.reason + kept);
}

}  // namespace eyelid::download
