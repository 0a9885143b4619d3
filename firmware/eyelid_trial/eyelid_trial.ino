// SPDX-License-Identifier: MIT
// Arduino or Teensy for `eyelid live --output serial:DEVICE`: see ../README.md for wiring and
// safety. The work is done in trial_controller.hpp; here are the pins.
#include "trial_controller.hpp"

// Outputs by channel, active high. The board's reset leaves them floating: fit a pull-down resistor to each, so
// that valves stay closed.
const uint8_t kCsPins[eyelid_trial::kChannels] = {2, 3, 4, 5};
const uint8_t kUsPins[eyelid_trial::kChannels] = {6, 7, 8, 9};
const uint8_t kOutputPins[eyelid_trial::kChannels] = {10, 11, 12, 13};

struct BoardHal {
  uint32_t micros() { return ::micros(); }
  void set(eyelid_trial::Pin pin, uint8_t channel, bool is_on) {
    const uint8_t* pins = pin == eyelid_trial::Pin::Cs   ? kCsPins
                          : pin == eyelid_trial::Pin::Us ? kUsPins
                                                         : kOutputPins;
    digitalWrite(pins[channel - 1], is_on ? HIGH : LOW);
  }
  int read() { return Serial.read(); }
  int writable() { return Serial.availableForWrite(); }
  void write(uint8_t byte) { Serial.write(byte); }
};

BoardHal hal;
eyelid_trial::TrialController<BoardHal> controller(hal);

void setup() {
  for (uint8_t i = 0; i < eyelid_trial::kChannels; ++i) {
    // Low before it is an output: no pulse at start.
    const uint8_t pins[] = {kUsPins[i], kCsPins[i], kOutputPins[i]};
    for (uint8_t k = 0; k < 3; ++k) {
      digitalWrite(pins[k], LOW);
      pinMode(pins[k], OUTPUT);
    }
  }
  Serial.begin(115200);
  controller.begin();
}

void loop() { controller.poll(); }
