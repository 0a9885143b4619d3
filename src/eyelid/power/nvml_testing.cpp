// SPDX-License-Identifier: MIT
// A library with NVML's names and two GPUs, for power_meter_test: the first has an energy counter
// that rises by 5 J per reading, the second only answers with its power, 40 W.
#include <cstring>

namespace {
int gpus[2];
unsigned long long energy_mj = 1000;
}  // namespace

extern "C" {

int nvmlInit_v2() { return 0; }
int nvmlShutdown() { return 0; }
int nvmlDeviceGetCount_v2(unsigned* count) {
  *count = 2;
  return 0;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
  *device = &gpus[index];
  return 0;
}
int nvmlDeviceGetName(void* device, char* name, unsigned length) {
  std::strncpy(name, device == &gpus[0] ? "Counter" : "Gauge", length);
  return 0;
}
int nvmlDeviceGetPowerUsage(void*, unsigned* power_mw) {
  *power_mw = 40000;
  return 0;
}
int nvmlDeviceGetTotalEnergyConsumption(void* device, unsigned long long* energy) {
  constexpr int kNotSupported = 3;
  if (device != &gpus[0]) return kNotSupported;
  *energy = energy_mj += 5000;
  return 0;
}

}  // extern "C"
