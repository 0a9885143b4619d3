// SPDX-License-Identifier: MIT
// Any bytes between program and microcontroller, read by both sides: no crash, and never a US
// without limit. The first byte chooses who reads.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "../firmware/eyelid_trial/trial_controller.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/signals/address.hpp"
#include "eyelid/signals/controller_link.hpp"

namespace {

/// A board that is fed bytes; lines without a CRC get one, or next to no input would get past it.
class FuzzedBoard {
 public:
  explicit FuzzedBoard(std::string_view bytes) : bytes_(bytes) {}
  std::uint32_t micros() { return now_us_ += 400; }
  void set(eyelid_trial::Pin pin, std::uint8_t channel, bool is_on) {
    if (channel < 1 || channel > eyelid_trial::kChannels) std::abort();
    if (pin != eyelid_trial::Pin::Us) return;
    if (is_on) on_us_ = now_us_;
    if (!is_on && was_on_ && now_us_ - on_us_ > eyelid_trial::kMaxUs_us + 100'000) std::abort();
    was_on_ = is_on;
  }
  int read() {
    if (at_ == bytes_.size()) return -1;
    return static_cast<unsigned char>(bytes_[at_++]);
  }
  int writable() const { return 8; }
  void write(std::uint8_t) {}
  bool is_empty() const { return at_ == bytes_.size(); }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  std::uint32_t now_us_ = 0;
  std::uint32_t on_us_ = 0;
  bool was_on_ = false;
};

/// The bytes with a right CRC behind every line.
std::string with_crcs(std::string_view bytes) {
  std::string lines = eyelid::signals::protocol_line("H 1");
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    lines += eyelid::signals::protocol_line(bytes.substr(0, end));
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
  }
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace eyelid::signals;
  if (size < 1 || size > 20'000) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string lines = data[0] % 2 == 0 ? with_crcs(bytes) : std::string(bytes);
  if (data[0] % 5 < 2) {
    ControllerLink link;
    std::vector<Answer> answers;
    TrialParameters trial;
    trial.start = 1;
    trial.cs = {1, 500'000};
    std::int64_t now_ns = 0;
    link.due_lines(now_ns, answers);
    link.receive(protocol_line("h 1 board 4"), now_ns, answers);
    link.prepare(trial, now_ns);
    link.start(1, now_ns);
    for (std::size_t at = 0; at < lines.size(); at += 16) {
      link.receive(std::string_view(lines).substr(at, 16), now_ns += 40'000'000, answers);
      link.due_lines(now_ns, answers);
    }
  } else if (data[0] % 5 < 4) {
    FuzzedBoard board(lines);
    eyelid_trial::TrialController<FuzzedBoard> controller(board);
    controller.begin();
    while (!board.is_empty()) controller.poll();
    for (int i = 0; i < 8000; ++i) controller.poll();
  } else {
    try {
      parse_signal_addresses(std::string(bytes));
    } catch (const eyelid::InputError&) {
    }
  }
  return 0;
}
