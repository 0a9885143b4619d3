// SPDX-License-Identifier: MIT
// What the sketch uses of Arduino, for the test: time, pins that record, and a serial line of
// bytes.
#pragma once

#include <cstdint>

constexpr int LOW = 0;
constexpr int HIGH = 1;
constexpr int OUTPUT = 1;

std::uint32_t micros();
void pinMode(std::uint8_t pin, int mode);
void digitalWrite(std::uint8_t pin, int level);

struct StubSerial {
  void begin(long baud);
  int read();
  int availableForWrite();
  void write(std::uint8_t byte);
};
extern StubSerial Serial;
