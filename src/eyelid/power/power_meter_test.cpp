// SPDX-License-Identifier: MIT
#include "eyelid/power/power_meter.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

#include "eyelid/core/error.hpp"
#include "eyelid/power/energy_watch.hpp"
#include "temporary_folder.hpp"

namespace eyelid::power {
namespace {

using namespace std::chrono_literals;

void write(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

void make_zone(const std::filesystem::path& folder, const std::string& name, long long energy_uj) {
  write(folder / "name", name + "\n");
  write(folder / "max_energy_range_uj", "262143328850\n");
  write(folder / "energy_uj", fmt::format("{}\n", energy_uj));
}

TEST(RaplMeter, AddsPackagesAndMemoryAndLeavesOutWhatTheyContain) {
  const testing::TemporaryFolder root;
  make_zone(root.path() / "intel-rapl:0", "package-0", 1000000);
  make_zone(root.path() / "intel-rapl:0:0", "core", 1);
  make_zone(root.path() / "intel-rapl:0:1", "dram", 5000000);
  make_zone(root.path() / "intel-rapl:1", "psys", 1);
  make_zone(root.path() / "intel-rapl-mmio:0", "package-0", 1);
  const auto meter = open_rapl_meter(root.path());
  ASSERT_NE(meter, nullptr);
  EXPECT_EQ(meter->name(), "RAPL package-0 + dram");
  EXPECT_TRUE(meter->is_reading());
  meter->start();
  make_zone(root.path() / "intel-rapl:0", "package-0", 4500000);
  make_zone(root.path() / "intel-rapl:0:0", "core", 900000000);
  make_zone(root.path() / "intel-rapl:0:1", "dram", 5250000);
  EXPECT_DOUBLE_EQ(meter->stop().value(), 3.75);
}

TEST(RaplMeter, EveryOverflowOfTheCounterIsSeen) {
  const testing::TemporaryFolder root;
  const std::filesystem::path zone = root.path() / "intel-rapl:0";
  make_zone(zone, "package-0", 262143000000);
  const auto meter = open_rapl_meter(root.path());
  ASSERT_NE(meter, nullptr);
  meter->start();
  make_zone(zone, "package-0", 671150);  // 0.328850 J to the end, 0.671150 J since
  meter->poll();
  make_zone(zone, "package-0", 262143328849);
  meter->poll();
  make_zone(zone, "package-0", 0);
  EXPECT_NEAR(meter->stop().value(), 1.0 + 262142.657699 + 0.000001, 1e-6);
}

TEST(RaplMeter, AnIntervalAfterAnotherStartsAtZero) {
  const testing::TemporaryFolder root;
  const std::filesystem::path zone = root.path() / "intel-rapl:0";
  make_zone(zone, "package-0", 0);
  const auto meter = open_rapl_meter(root.path());
  meter->start();
  make_zone(zone, "package-0", 7000000);
  EXPECT_DOUBLE_EQ(meter->stop().value(), 7.0);
  meter->start();
  make_zone(zone, "package-0", 9000000);
  EXPECT_DOUBLE_EQ(meter->stop().value(), 2.0);
}

TEST(RaplMeter, ACounterThatGoesAwaySaysNothing) {
  const testing::TemporaryFolder root;
  make_zone(root.path() / "intel-rapl:0", "package-0", 0);
  const auto meter = open_rapl_meter(root.path());
  meter->start();
  std::filesystem::remove(root.path() / "intel-rapl:0" / "energy_uj");
  meter->poll();
  make_zone(root.path() / "intel-rapl:0", "package-0", 5000000);
  EXPECT_FALSE(meter->stop());
}

TEST(RaplMeter, IsAbsentWithoutZonesOrWithoutTheFolder) {
  const testing::TemporaryFolder root;
  EXPECT_EQ(open_rapl_meter(root.path()), nullptr);
  EXPECT_EQ(open_rapl_meter(root.path() / "missing"), nullptr);
  make_zone(root.path() / "intel-rapl:0", "package-0", 0);
  write(root.path() / "intel-rapl:0" / "energy_uj", "");  // as without permission
  EXPECT_EQ(open_rapl_meter(root.path()), nullptr);
}

TEST(NvmlMeter, CountsEnergyWhereTheGpuDoesAndIntegratesPowerElsewhere) {
  const auto meter = open_nvml_meter(EYELID_FAKE_NVML);
  ASSERT_NE(meter, nullptr);
  EXPECT_EQ(meter->name(), "NVML GPU 0 (Counter) + GPU 1 (Gauge)");
  meter->start();
  std::this_thread::sleep_for(100ms);
  const double joules = meter->stop().value();
  EXPECT_GE(joules, 5.0 + 40.0 * 0.1);
  EXPECT_LT(joules, 5.0 + 40.0 * 1.0);  // a second: a loaded machine sleeps long
}

TEST(NvmlMeter, IsAbsentWithoutTheLibrary) {
  EXPECT_EQ(open_nvml_meter("/nowhere/libnvidia-ml.so.1"), nullptr);
}

TEST(ConstantMeter, MultipliesByTimeAndSaysThatItIsNoReading) {
  const auto meter = constant_meter(50.0);
  EXPECT_FALSE(meter->is_reading());
  EXPECT_EQ(meter->name(), "constant 50 W (given, not measured)");
  meter->start();
  std::this_thread::sleep_for(20ms);
  EXPECT_GE(meter->stop().value(), 1.0);
  EXPECT_THROW(constant_meter(0.0), InputError);
  EXPECT_THROW(constant_meter(-3.0), InputError);
}

double unix_time_s() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

TEST(SampleFileMeter, IntegratesBetweenTheSamplesOfTheInterval) {
  const testing::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "watts.csv";
  const double now_s = unix_time_s();
  write(file,
        fmt::format("time,watts\n# wall plug\n{:.3f},100\n{:.3f},100\n", now_s - 5, now_s + 60));
  const auto meter = sample_file_meter(file);
  EXPECT_EQ(meter->name(), "samples of watts.csv");
  // The machine may stop this thread between any two lines: the energy is that of an interval
  // between the inner and the outer times, whatever their lengths.
  const double outer_begin_s = unix_time_s();
  EnergyWatch watch(meter.get());
  const double inner_begin_s = unix_time_s();
  std::this_thread::sleep_for(50ms);
  const double inner_end_s = unix_time_s();
  const EnergyUse use = watch.finish().value();
  const double outer_end_s = unix_time_s();
  EXPECT_GE(use.joules, 100.0 * (inner_end_s - inner_begin_s) * 0.999);
  EXPECT_LE(use.joules, 100.0 * (outer_end_s - outer_begin_s) * 1.001);
}

TEST(SampleFileMeter, AnIntervalThatIsNotCoveredSaysNothing) {
  const testing::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "watts.csv";
  write(file, "1000.0,100\n1001.0,100\n");
  const auto meter = sample_file_meter(file);
  meter->start();
  EXPECT_FALSE(meter->stop());
}

TEST(SampleFileMeter, BadFilesAreNamedWithTheLine) {
  const testing::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "watts.csv";
  EXPECT_THROW(sample_file_meter(file), InputError);
  for (const char* text : {"10,5\nlater,6\n", "10,5\n10,6\n", "10,-5\n11,5\n", "10;5\n11,5\n"}) {
    write(file, text);
    EXPECT_THROW(sample_file_meter(file), InputError) << text;
  }
}

TEST(SumOfMeters, SaysNothingWhereOneSaysNothing) {
  const testing::TemporaryFolder root;
  make_zone(root.path() / "intel-rapl:0", "package-0", 0);
  std::vector<std::unique_ptr<PowerMeter>> meters;
  meters.push_back(open_rapl_meter(root.path()));
  meters.push_back(constant_meter(10.0));
  const auto sum = sum_of_meters(std::move(meters));
  EXPECT_FALSE(sum->is_reading());
  sum->start();
  make_zone(root.path() / "intel-rapl:0", "package-0", 3000000);
  EXPECT_GE(sum->stop().value(), 3.0);
  sum->start();
  std::filesystem::remove(root.path() / "intel-rapl:0" / "energy_uj");
  EXPECT_FALSE(sum->stop());
}

TEST(EnergyWatch, WithoutAMeterThereIsNoFigure) {
  EnergyWatch watch(nullptr);
  EXPECT_FALSE(watch.finish());
  EXPECT_FALSE(idle_watts(nullptr, 1ms));
}

/// A meter that counts how often it was polled.
class PolledMeter final : public PowerMeter {
 public:
  explicit PolledMeter(PowerMeter* meter) : meter_(meter) {}
  std::string name() const override { return meter_->name(); }
  void start() override { meter_->start(); }
  void poll() override {
    meter_->poll();
    polls_++;
  }
  std::optional<double> stop() override { return meter_->stop(); }
  /// Waits for a poll that begins after this call; a loaded machine may take its time.
  void wait_for_poll() const {
    const int seen = polls_;
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (polls_ < seen + 2 && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(5ms);
    }
    ASSERT_GE(polls_, seen + 2);
  }

 private:
  PowerMeter* meter_;
  std::atomic<int> polls_{0};
};

TEST(EnergyWatch, PollsOftenEnoughToSeeAnOverflow) {
  const testing::TemporaryFolder root;
  const std::filesystem::path zone = root.path() / "intel-rapl:0";
  make_zone(zone, "package-0", 262143328850 - 1000000);
  const auto rapl = open_rapl_meter(root.path());
  PolledMeter meter(rapl.get());
  EnergyWatch watch(&meter);
  write(zone / "energy_uj", "1000000\n");
  meter.wait_for_poll();
  write(zone / "energy_uj", "262143328850\n");
  meter.wait_for_poll();
  write(zone / "energy_uj", "4000000\n");
  EXPECT_NEAR(watch.finish().value().joules, 2.0 + 262142.328850 + 4.0, 1e-3);
}

}  // namespace
}  // namespace eyelid::power
