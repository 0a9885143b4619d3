// SPDX-License-Identifier: MIT
// Presents one conditioning trial after another: CS and US by its own microsecond clock, as told by
// `eyelid live` over a serial line. docs/live.md, "Microcontroller protocol".
//
// C++11 without a library: the same file runs on Arduino and Teensy and, in a test, on the host.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace eyelid_trial {

constexpr uint32_t kVersion = 1;
constexpr uint8_t kChannels = 4;  // of each kind
// Limits of safety: longer ones are refused.
constexpr uint32_t kMaxUs_us = 1000000;
constexpr uint32_t kMaxCs_us = 60000000;
constexpr uint32_t kMaxIsi_us = 60000000;
constexpr uint32_t kMaxPulse_us = 1000000;
/// Without a good line of the host for so long, everything goes off.
constexpr uint32_t kWatchdog_us = 500000;
/// So long before an edge nothing else is done: handling a line takes less.
constexpr uint32_t kSpin_us = 1000;

enum class Pin : uint8_t { Cs, Us, Output };

/// Hal has
///   uint32_t micros();                                  may wrap
///   void set(Pin pin, uint8_t channel, bool is_on);     channel from 1
///   int read();                                         the next byte of the host, -1: none
///   int writable();                                     bytes that write() takes without waiting
///   void write(uint8_t byte);
template <class Hal>
class TrialController {
 public:
  explicit TrialController(Hal& hal) : hal_(&hal) {}

  /// Everything off, and says that it was started.
  void begin() {
    all_off();
    introduce('b');
  }

  /// Call without pause.
  void poll() {
    if (run_edges()) return;
    send_some();
    const int byte = hal_->read();
    if (byte >= 0) take(static_cast<char>(byte));
    watch();
  }

 private:
  struct Trial {
    uint32_t id;
    uint32_t cs_channel, cs_us, us_channel, us_us, isi_us;
  };
  /// What is to happen `after_us` behind the start.
  struct Edge {
    bool is_due;
    uint32_t after_us;
  };
  enum : uint8_t { kUsOn, kUsOff, kCsOff, kEdges };
  struct Stamp {
    bool is_set;
    uint32_t us;
  };
  struct Pulse {
    bool is_on;
    uint32_t from_us, length_us;
  };

  // ---- Outputs

  void all_off() {
    for (uint8_t channel = 1; channel <= kChannels; ++channel) {
      hal_->set(Pin::Us, channel, false);
      hal_->set(Pin::Cs, channel, false);
      hal_->set(Pin::Output, channel, false);
      pulses_[channel - 1].is_on = false;
    }
    is_running_ = false;
  }

  /// Switches, and says when.
  void switch_pin(Pin pin, uint32_t channel, bool is_on, uint32_t now, Stamp& stamp, char letter) {
    hal_->set(pin, static_cast<uint8_t>(channel), is_on);
    stamp.is_set = true;
    stamp.us = now;
    say(letter, trial_.id, now);
  }

  /// The next edge; of those at one time the first of kUsOn, kUsOff, kCsOff.
  uint8_t next_edge() const {
    uint8_t next = kEdges;
    for (uint8_t i = 0; i < kEdges; ++i) {
      if (edges_[i].is_due && (next == kEdges || edges_[i].after_us < edges_[next].after_us))
        next = i;
    }
    return next;
  }

  /// Carries out the next edge if it is near, waiting for its microsecond. Whether it did.
  bool run_edges() {
    end_pulses();
    if (!is_running_) return false;
    const uint8_t next = next_edge();
    if (next == kEdges) {
      is_running_ = false;
      summarize();
      return false;
    }
    Edge& edge = edges_[next];
    uint32_t now = hal_->micros();
    const uint32_t passed = now - start_us_;
    if (passed < edge.after_us && edge.after_us - passed > kSpin_us) return false;
    while (now - start_us_ < edge.after_us) now = hal_->micros();
    edge.is_due = false;
    if (next == kUsOn) switch_pin(Pin::Us, trial_.us_channel, true, now, us_on_, 'u');
    if (next == kUsOff) switch_pin(Pin::Us, trial_.us_channel, false, now, us_off_, 'v');
    if (next == kCsOff) switch_pin(Pin::Cs, trial_.cs_channel, false, now, cs_off_, 'd');
    return true;
  }

  void end_pulses() {
    for (uint8_t i = 0; i < kChannels; ++i) {
      if (!pulses_[i].is_on || hal_->micros() - pulses_[i].from_us < pulses_[i].length_us) continue;
      hal_->set(Pin::Output, static_cast<uint8_t>(i + 1), false);
      pulses_[i].is_on = false;
    }
  }

  void start() {
    trial_ = prepared_;
    is_prepared_ = false;
    is_running_ = true;
    is_omitted_ = false;
    cs_on_.is_set = cs_off_.is_set = us_on_.is_set = us_off_.is_set = false;
    const bool has_cs = trial_.cs_channel > 0;
    const bool has_us = trial_.us_channel > 0;
    const uint32_t us_after = has_cs ? trial_.isi_us : 0;
    edges_[kUsOn] = {has_us && has_cs, us_after};
    edges_[kUsOff] = {has_us, us_after + trial_.us_us};
    edges_[kCsOff] = {has_cs, trial_.cs_us};
    start_us_ = hal_->micros();
    if (has_cs) {
      switch_pin(Pin::Cs, trial_.cs_channel, true, start_us_, cs_on_, 'c');
    } else if (has_us) {
      switch_pin(Pin::Us, trial_.us_channel, true, start_us_, us_on_, 'u');
    }
  }

  /// Off and forgotten, with a line that says so.
  void abort(char letter) {
    const uint32_t id = is_running_ ? trial_.id : 0;
    all_off();
    is_prepared_ = false;
    say(letter, id, hal_->micros());
  }

  void watch() {
    if (!is_greeted_ || hal_->micros() - heard_us_ < kWatchdog_us) return;
    is_greeted_ = false;
    abort('w');
  }

  // ---- Lines in

  static uint16_t crc_with(uint16_t crc, char byte) {
    crc = static_cast<uint16_t>(crc ^ (static_cast<uint16_t>(static_cast<uint8_t>(byte)) << 8));
    for (uint8_t bit = 0; bit < 8; ++bit) {
      crc = static_cast<uint16_t>((crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1);
    }
    return crc;
  }

  static int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  }

  void take(char byte) {
    if (byte == '\r') return;
    if (byte != '\n') {
      if (size_ < kMaxLine) {
        line_[size_++] = byte;
      } else {
        is_too_long_ = true;
      }
      return;
    }
    const uint8_t size = size_;
    const bool is_good = !is_too_long_ && has_good_crc(size);
    size_ = 0;
    is_too_long_ = false;
    if (is_good) {
      heard_us_ = hal_->micros();
      obey(static_cast<uint8_t>(size - 5));
    } else if (size > 0) {
      ++bad_lines_;
    }
  }

  bool has_good_crc(uint8_t size) const {
    if (size < 6 || line_[size - 5] != '*') return false;
    uint16_t crc = 0xffff;
    for (uint8_t i = 0; i + 5 < size; ++i) crc = crc_with(crc, line_[i]);
    uint16_t told = 0;
    for (uint8_t i = static_cast<uint8_t>(size - 4); i < size; ++i) {
      const int digit = digit_of(line_[i]);
      if (digit < 0) return false;
      told = static_cast<uint16_t>(told << 4 | digit);
    }
    return told == crc;
  }

  /// The numbers behind the letter; their count, or -1 where a word is none.
  int8_t read_numbers(uint8_t size, uint32_t* numbers, int8_t max) const {
    int8_t count = 0;
    uint8_t at = 1;
    while (at < size) {
      if (line_[at++] != ' ' || count == max || at == size) return -1;
      uint32_t value = 0;
      uint8_t digits = 0;
      for (; at < size && line_[at] != ' '; ++at, ++digits) {
        const char c = line_[at];
        if (c < '0' || c > '9' || digits > 8) return -1;  // at most 999999999
        value = value * 10 + static_cast<uint32_t>(c - '0');
      }
      if (digits == 0) return -1;
      numbers[count++] = value;
    }
    return count;
  }

  void obey(uint8_t size) {
    uint32_t n[6] = {0, 0, 0, 0, 0, 0};
    const int8_t count = read_numbers(size, n, 6);
    const char letter = line_[0];
    if (letter == 'H' && count == 1) {
      is_greeted_ = n[0] == kVersion;
      introduce('h');
      return;
    }
    if (letter == 'A' && count == 0) {
      abort('a');
      return;
    }
    if (!is_greeted_) return refuse("nohello", n[0]);
    if (letter == 'P' && count == 1) return pong(n[0]);
    if (letter == 'T' && count == 6) return prepare(n);
    if (letter == 'G' && count == 1) return go(n[0]);
    if (letter == 'O' && count == 1) return omit(n[0]);
    if (letter == 'X' && count == 2) return pulse(n[0], n[1]);
    if (letter == 'Q' && count == 1) return repeat(n[0]);
    refuse("line", n[0]);
  }

  void prepare(const uint32_t* n) {
    if (is_running_) return refuse("busy", n[0]);
    const bool is_cs_right =
        n[1] == 0 ? n[2] == 0 : n[1] <= kChannels && n[2] > 0 && n[2] <= kMaxCs_us;
    const bool is_us_right =
        n[3] == 0 ? n[4] == 0 : n[3] <= kChannels && n[4] > 0 && n[4] <= kMaxUs_us;
    if (n[0] == 0 || !is_cs_right || !is_us_right || n[5] > kMaxIsi_us)
      return refuse("range", n[0]);
    prepared_ = {n[0], n[1], n[2], n[3], n[4], n[5]};
    is_prepared_ = true;
    begin_line('t');
    add_number(n[0]);
    end_line();
  }

  void go(uint32_t id) {
    if (is_running_) return refuse("busy", id);
    if (!is_prepared_ || prepared_.id != id) return refuse("unknown", id);
    start();
  }

  void omit(uint32_t id) {
    if (!is_running_ || trial_.id != id || !edges_[kUsOn].is_due) return refuse("late", id);
    edges_[kUsOn].is_due = false;
    edges_[kUsOff].is_due = false;
    is_omitted_ = true;
    say('o', id, hal_->micros());
  }

  void pulse(uint32_t channel, uint32_t length_us) {
    if (channel < 1 || channel > kChannels || length_us < 1 || length_us > kMaxPulse_us) {
      return refuse("range", 0);
    }
    hal_->set(Pin::Output, static_cast<uint8_t>(channel), true);
    const uint32_t now = hal_->micros();
    pulses_[channel - 1] = {true, now, length_us};
    say('x', channel, now);
  }

  void repeat(uint32_t id) {
    if (is_running_ && trial_.id == id) return;  // its end will tell
    if (trial_.id != id) return refuse("unknown", id);
    summarize();
  }

  // ---- Lines out: into a ring, from which bytes go when there is time

  void introduce(char letter) {
    begin_line(letter);
    add_number(kVersion);
    add_text(" eyelid_trial ");
    add_digits(kChannels);
    end_line();
  }

  void pong(uint32_t number) {
    begin_line('p');
    add_number(number);
    add_number(hal_->micros());
    add_number(bad_lines_);
    end_line();
  }

  void say(char letter, uint32_t id, uint32_t stamp) {
    begin_line(letter);
    add_number(id);
    add_number(stamp);
    end_line();
  }

  void summarize() {
    begin_line('f');
    add_number(trial_.id);
    add_stamp(cs_on_);
    add_stamp(cs_off_);
    add_stamp(us_on_);
    add_stamp(us_off_);
    if (is_omitted_) add_text(" omitted");
    end_line();
  }

  void refuse(const char* why, uint32_t id) {
    begin_line('e');
    add_text(" ");
    add_text(why);
    add_number(id);
    end_line();
  }

  void add_byte(char byte) {
    // A full ring loses bytes: the line's CRC is then wrong, and the host asks again.
    const uint8_t next = static_cast<uint8_t>((ring_end_ + 1) % kRing);
    if (next == ring_begin_) return;
    ring_[ring_end_] = byte;
    ring_end_ = next;
  }
  void add_char(char byte) {
    out_crc_ = crc_with(out_crc_, byte);
    add_byte(byte);
  }
  void begin_line(char letter) {
    out_crc_ = 0xffff;
    add_char(letter);
  }
  void add_text(const char* text) {
    for (; *text != '\0'; ++text) add_char(*text);
  }
  void add_number(uint32_t value) {
    add_char(' ');
    add_digits(value);
  }
  void add_stamp(const Stamp& stamp) {
    if (stamp.is_set) {
      add_number(stamp.us);
    } else {
      add_text(" -");
    }
  }
  void add_digits(uint32_t value) {
    char digits[10];
    uint8_t count = 0;
    do {
      digits[count++] = static_cast<char>('0' + value % 10);
      value /= 10;
    } while (value > 0);
    while (count > 0) add_char(digits[--count]);
  }
  void end_line() {
    const uint16_t crc = out_crc_;
    add_byte('*');
    for (int8_t shift = 12; shift >= 0; shift = static_cast<int8_t>(shift - 4)) {
      add_byte("0123456789ABCDEF"[crc >> shift & 0xf]);
    }
    add_byte('\n');
  }

  void send_some() {
    for (int room = hal_->writable(); room > 0 && ring_begin_ != ring_end_; --room) {
      hal_->write(static_cast<uint8_t>(ring_[ring_begin_]));
      ring_begin_ = static_cast<uint8_t>((ring_begin_ + 1) % kRing);
    }
  }

  static constexpr uint8_t kMaxLine = 80;
  static constexpr uint8_t kRing = 240;

  Hal* hal_;
  char line_[kMaxLine];
  uint8_t size_ = 0;
  bool is_too_long_ = false;
  uint32_t bad_lines_ = 0;
  char ring_[kRing];
  uint8_t ring_begin_ = 0;
  uint8_t ring_end_ = 0;
  uint16_t out_crc_ = 0xffff;

  bool is_greeted_ = false;
  uint32_t heard_us_ = 0;
  bool is_prepared_ = false;
  Trial prepared_ = {0, 0, 0, 0, 0, 0};
  bool is_running_ = false;
  bool is_omitted_ = false;
  Trial trial_ = {0, 0, 0, 0, 0, 0};
  uint32_t start_us_ = 0;
  Edge edges_[kEdges] = {{false, 0}, {false, 0}, {false, 0}};
  Stamp cs_on_ = {false, 0};
  Stamp cs_off_ = {false, 0};
  Stamp us_on_ = {false, 0};
  Stamp us_off_ = {false, 0};
  Pulse pulses_[kChannels] = {};
};

}  // namespace eyelid_trial
