// SPDX-License-Identifier: MIT
// The smallest C interface that lets a Python script time our engine beside others in one process.
#include <cstdint>
#include <cstring>
#include <exception>
#include <memory>
#include <span>
#include <string_view>

#include "eyelid/kernels/peak_throughput/peak_throughput.hpp"
#include "eyelid/networks/blazeface_network.hpp"

namespace {

struct Session {
  Session(const char* path, networks::Precision precision)
      : network(networks::pack_blazeface(networks::load_blazeface(path), precision)) {}
  networks::BlazeFaceNetwork network;
};

}  // namespace

extern "C" {

/// `precision` is "f32", "bf16" or "int8". Null when the model cannot be loaded or this processor
/// lacks the precision; `message` (256 bytes) then says why.
void* eyelid_blazeface_open(const char* path, const char* precision, char* message) try {
  using networks::Precision;
  const std::string_view name(precision);
  return new Session(path,
                     name == "bf16"   ? Precision::Bf16
                     : name == "int8" ? Precision::Int8
                                      : Precision::F32);
} catch (const std::exception& error) {
  std::strncpy(message, error.what(), 255);
  message[255] = '\0';
  return nullptr;
}

void eyelid_blazeface_close(void* session) { delete static_cast<Session*>(session); }

const char* eyelid_blazeface_isa(const void* session) {
  return static_cast<const Session*>(session)->network.isa();
}

/// pixels (128, 128) with 64 readable bytes behind them; logits (896); numbers (896, 16) or null.
void eyelid_blazeface_run(void* session,
                          const std::uint8_t* pixels,
                          float* logits,
                          float* numbers) {
  auto& network = static_cast<Session*>(session)->network;
  const auto& scores = network.run({pixels, 128, 128, 128});
  std::memcpy(logits, scores.data(), sizeof scores);
  if (numbers != nullptr) network.all_box_numbers(std::span(numbers, 896 * 16));
}

double eyelid_fma_peak_gmacs() { return eyelid::kernels::fma_peak_gmacs(); }

}  // extern "C"
