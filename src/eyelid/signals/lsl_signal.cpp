// SPDX-License-Identifier: MIT
// The few entry points of liblsl that are needed, declared after lsl_c.h (Lab Streaming Layer,
// https://labstreaminglayer.org), which no package of Debian 12 has: loaded where the user has it.
#include <dlfcn.h>

#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/core/monotonic_clock.hpp"
#include "eyelid/signals/event_text.hpp"
#include "eyelid/signals/signal_kinds.hpp"

namespace eyelid::signals {
namespace {

constexpr std::int32_t kStringFormat = 3;  // cft_string
constexpr double kIrregularRate = 0.0;
constexpr std::int32_t kMaxBuffered_s = 360;  // as liblsl has it for outlets

class LslLibrary {
 public:
  explicit LslLibrary(const std::filesystem::path& given) {
    std::vector<std::string> names;
    if (!given.empty()) {
      names.push_back(given.string());
    } else {
      if (const char* variable = std::getenv("PYLSL_LIB")) names.emplace_back(variable);
      names.insert(names.end(), {"liblsl.so.2", "liblsl.so", "liblsl64.so"});
    }
    for (const std::string& name : names) {
      handle_ = dlopen(name.c_str(), RTLD_NOW);
      if (handle_ != nullptr) break;
    }
    is_usable_ =
        handle_ != nullptr && find("lsl_create_streaminfo", create_info) &&
        find("lsl_destroy_streaminfo", destroy_info) && find("lsl_create_outlet", create_outlet) &&
        find("lsl_destroy_outlet", destroy_outlet) && find("lsl_push_sample_str", push_sample);
  }
  ~LslLibrary() {
    if (handle_ != nullptr) dlclose(handle_);
  }
  LslLibrary(const LslLibrary&) = delete;
  LslLibrary& operator=(const LslLibrary&) = delete;

  bool is_found() const { return handle_ != nullptr; }
  bool is_usable() const { return is_usable_; }

  void* (*create_info)(const char*, const char*, std::int32_t, double, std::int32_t, const char*) =
      nullptr;
  void (*destroy_info)(void*) = nullptr;
  void* (*create_outlet)(void*, std::int32_t, std::int32_t) = nullptr;
  void (*destroy_outlet)(void*) = nullptr;
  std::int32_t (*push_sample)(void*, const char**) = nullptr;

 private:
  template <class Function>
  bool find(const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(handle_, name));
    return function != nullptr;
  }
  void* handle_ = nullptr;
  bool is_usable_ = false;
};

class LslSignal final : public Signal {
 public:
  LslSignal(const SignalAddress& address, const std::filesystem::path& library)
      : Signal(address.text), library_(library) {
    if (!library_.is_usable()) {
      throw InputError(
          "output " + address.text + ": found " +
          (library_.is_found() ? "a liblsl without the functions of version 1.13" : "no liblsl") +
          ", expected the library of Lab Streaming Layer, installed or named by "
          "PYLSL_LIB");
    }
    void* info = library_.create_info(
        address.name.c_str(), "Markers", 1, kIrregularRate, kStringFormat, "eyelid");
    if (info != nullptr) outlet_ = library_.create_outlet(info, 0, kMaxBuffered_s);
    if (info != nullptr) library_.destroy_info(info);
    if (outlet_ == nullptr) {
      throw InputError("output " + address.text +
                       ": liblsl made no stream of this name, expected a shorter one or a network");
    }
  }
  ~LslSignal() override { library_.destroy_outlet(outlet_); }

  std::optional<std::int64_t> send(const SignalEvent& event) override {
    std::array<char, kMaxEventText + 1> text{};
    EventBuffer buffer;
    event_text(event, buffer).copy(text.data(), kMaxEventText);
    const char* sample = text.data();
    if (library_.push_sample(outlet_, &sample) != 0) {
      ++counts_.failed;
      tell("liblsl takes no events, they are left out");
      return std::nullopt;
    }
    ++counts_.sent;
    return monotonic_ns();
  }

 private:
  LslLibrary library_;
  void* outlet_ = nullptr;
};

}  // namespace

std::unique_ptr<Signal> open_lsl_signal(const SignalAddress& address,
                                        const std::filesystem::path& library) {
  return std::make_unique<LslSignal>(address, library);
}

}  // namespace eyelid::signals
