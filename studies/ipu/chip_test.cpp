// SPDX-License-Identifier: MIT
#include "studies/ipu/chip.hpp"

#include <gtest/gtest.h>

#include "eyelid/core/error.hpp"

namespace eyelid::ipu {
namespace {

/// Multiply-adds per second of all matrix units, times two.
double peak_tflops_f16(const Chip& chip) {
  // Every accumulator takes 4 halves per cycle.
  return 2e-12 * chip.tiles * chip.clock_hz * chip.conv_units_f16_f16_partials * 4;
}

TEST(Chip, PeakRatesAreThoseOfTheDataSheets) {
  EXPECT_NEAR(peak_tflops_f16(chip("mk1")), 125.0, 1.0);
  EXPECT_NEAR(peak_tflops_f16(chip("mk2")), 250.0, 1.0);
  EXPECT_NEAR(peak_tflops_f16(chip("bow")), 350.0, 2.0);
}

TEST(Chip, MemoryIsThatOfTheDataSheets) {
  const auto megabytes = [](const Chip& chip) {
    return 1.0 * chip.tiles * chip.memory_bytes_per_tile / (1 << 20);
  };
  EXPECT_NEAR(megabytes(chip("mk1")), 304.0, 0.5);
  EXPECT_NEAR(megabytes(chip("mk2")), 897.0, 0.5);
}

TEST(Chip, AnUnknownNameIsAnsweredWithTheKnownOnes) {
  try {
    chip("mk3");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("mk1, mk2, bow"), std::string::npos);
  }
}

TEST(Chip, DamagedFilesAreRefused) {
  const std::string good(embedded_text("mk1.json"));
  EXPECT_NO_THROW(parse_chip(good, "x"));
  const auto replaced = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  EXPECT_THROW(parse_chip("", "x"), InputError);
  EXPECT_THROW(parse_chip("[1]", "x"), InputError);
  EXPECT_THROW(parse_chip(replaced("1216", "-3"), "x"), InputError);
  EXPECT_THROW(parse_chip(replaced("1216", "\"many\""), "x"), InputError);
  EXPECT_THROW(parse_chip(replaced("tilesPerIPU", "tiles"), "x"), InputError);
  EXPECT_THROW(parse_chip(replaced("\"title\"", "\"extra\": 1, \"title\""), "x"), InputError);
}

}  // namespace
}  // namespace eyelid::ipu
