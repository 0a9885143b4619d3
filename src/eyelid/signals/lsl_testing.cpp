// SPDX-License-Identifier: MIT
// A library with liblsl's names that keeps what it was given, for signal_test: the stream's name,
// then each sample, a line each. It takes no sample that begins with "refused".
#include <cstdint>
#include <cstring>
#include <string>

namespace {
std::string log;
int outlets = 0;
}  // namespace

extern "C" {

const char* eyelid_fake_lsl_log() { return log.c_str(); }
int eyelid_fake_lsl_outlets() { return outlets; }

void* lsl_create_streaminfo(const char* name,
                            const char* type,
                            std::int32_t channels,
                            double rate,
                            std::int32_t format,
                            const char* source) {
  log = std::string(name) + " " + type + " " + std::to_string(channels) + " " +
        std::to_string(static_cast<int>(rate)) + " " + std::to_string(format) + " " + source + "\n";
  return &log;
}
void lsl_destroy_streaminfo(void*) {}
void* lsl_create_outlet(void*, std::int32_t, std::int32_t) {
  ++outlets;
  return &outlets;
}
void lsl_destroy_outlet(void*) { --outlets; }
std::int32_t lsl_push_sample_str(void*, const char** data) {
  if (std::strncmp(*data, "refused", 7) == 0) return -1;
  log += std::string(*data) + "\n";
  return 0;
}

}  // extern "C"
