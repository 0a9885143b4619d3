// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "eyelid/reports/report_builder.hpp"
#include "eyelid/reports/report_json.hpp"
#include "eyelid/reports/report_page.hpp"
#include "eyelid/reports/report_statistics.hpp"
#include "temporary_folder.hpp"

namespace eyelid::reports {
namespace {

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

EyelidSample sample_at(std::int64_t frame, float fec) {
  EyelidSample sample;
  sample.frame = frame;
  sample.time_s = static_cast<double>(frame) / 500.0;
  sample.is_valid = std::isfinite(fec);
  sample.fec.right = sample.fec.left = sample.mean_fec = fec;
  return sample;
}

GrayImage noise_image() {
  GrayImage noise(112, 70);
  std::uint32_t state = 1;
  for (int y = 0; y < 70; ++y) {
    for (int x = 0; x < 112; ++x) {
      noise.row(y)[x] = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
    }
  }
  return noise;
}

nlohmann::json data_of(const std::string& page) {
  const std::string mark = "id=\"report-data\">";
  const std::size_t begin = page.find(mark) + mark.size();
  return nlohmann::json::parse(page.substr(begin, page.find("</script>", begin) - begin));
}

TEST(ReportTrace, KeepsEveryFrameWhileTheyFit) {
  ReportTrace trace(10);
  for (std::int64_t i = 0; i < 10; ++i) trace.add(sample_at(i, 0.5f), {});
  EXPECT_EQ(trace.frames_per_bin(), 1);
  EXPECT_EQ(trace.bins().size(), 10u);
}

TEST(ReportTrace, NeverLosesFramesOrExtremesHoweverLong) {
  for (const std::int64_t frames : {11, 999, 100'003}) {
    ReportTrace trace(100);
    const std::int64_t blink_at = frames / 3;
    for (std::int64_t i = 0; i < frames; ++i) {
      trace.add(sample_at(i, i == blink_at ? 1.25f : (i % 7 == 0 ? kNotAvailable : 0.25f)), {});
      ASSERT_LE(trace.bins().size(), 100u);
    }
    std::int64_t counted = 0;
    float max = 0.0f;
    for (std::size_t i = 0; i < trace.bins().size(); ++i) {
      const TraceBin& bin = trace.bins()[i];
      EXPECT_EQ(bin.first_frame, counted);
      counted += bin.frames;
      if (i + 1 < trace.bins().size()) {
        EXPECT_EQ(bin.frames, trace.frames_per_bin());
      }
      max = std::max(max, bin[TraceSeries::Fec].max);
    }
    EXPECT_EQ(counted, frames);
    EXPECT_EQ(max, 1.25f);
    EXPECT_EQ(trace.bins().back().last_time_s, static_cast<double>(frames - 1) / 500.0);
  }
}

TEST(ReportStatistics, CountWhatIsAvailable) {
  ClosureHistogram histogram;
  histogram.add(sample_at(0, 0.01f));
  histogram.add(sample_at(1, 0.8f));
  histogram.add(sample_at(2, 50.0f));
  histogram.add(sample_at(3, -50.0f));
  histogram.add(sample_at(4, kNotAvailable));
  EXPECT_EQ(histogram.frames, 4);
  EXPECT_EQ(histogram.frames_closed, 2);
  EXPECT_EQ(histogram.right[15], 1);  // 0.00 .. 0.02
  EXPECT_EQ(histogram.right.front(), 1);
  EXPECT_EQ(histogram.right.back(), 1);

  AgreementCurve curve;
  curve.add(0.5f, 0.51f);
  curve.add(0.7f, 0.49f);
  curve.add(0.5f, kNotAvailable);
  curve.add(kNotAvailable, 0.5f);
  curve.add(0.5f, 7.0f);
  EXPECT_EQ(curve.steps[10].count, 2);
  EXPECT_NEAR(curve.steps[10].sum, 1.2, 1e-6);
}

TEST(ReportJson, NeverHoldsNumbersThatJsonLacks) {
  EXPECT_TRUE(json_number(std::nan(""), 2).is_null());
  EXPECT_TRUE(json_number(HUGE_VAL, 2).is_null());
  EXPECT_EQ(json_number(1e308, 6), 1e308);
  EXPECT_EQ(json_number(0.123456, 2).dump(), "0.12");
  EXPECT_EQ(json_number(-0.0001, 2).dump(), "0.0");
  EXPECT_EQ(packed_ratio(kNotAvailable), -32768);
  EXPECT_EQ(packed_ratio(-99.0f), -32767);
  EXPECT_EQ(packed_ratio(0.5f), 5000);
  EXPECT_EQ(packed(std::vector<std::uint32_t>{1}), "AQAAAA==");
}

TEST(ReportPage, KeepsTextFromBecomingMarkup) {
  const std::string name = "</script><b>\"&'\xE2\x80\xA8\xE2\x80\xA9{{data}}";
  const std::string json = script_json(nlohmann::json({{"name", name}}).dump());
  for (const char c : {'<', '>', '&'}) EXPECT_EQ(json.find(c), std::string::npos);
  EXPECT_EQ(json.find("\xE2\x80"), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(json)["name"], name);
  EXPECT_EQ(html_text("<a b=\"c\">&'"), "&lt;a b=&quot;c&quot;&gt;&amp;&#39;");
}

TEST(ReportBuilder, WritesTheSameBytesForTheSameCalls) {
  testing::TemporaryFolder folder;
  const auto write = [](const std::filesystem::path& path) {
    ReportBuilder report(path.parent_path());
    for (std::int64_t i = 0; i < 300; ++i) {
      report.add(sample_at(i, i % 50 == 0 ? kNotAvailable : 0.1f), {0.1f, kNotAvailable});
    }
    GrayImage image(20, 10);
    for (int y = 0; y < 10; ++y) std::fill_n(image.row(y), 20, std::uint8_t{128});
    const ReportPicture picture{.image = image, .lids = {EyePoints{}}, .frame = 3, .time_s = 0.0};
    Blink blink;
    blink.onset_s = 0.1;
    blink.offset_s = 0.3;
    blink.closing_ms = kNotAvailable;
    report.add_blink(blink, {.before = picture, .peak = picture, .after = {}});
    report.add_example("open", picture);
    SessionSummary summary;
    summary.source.path = "a/</script>\xFF.mp4";
    summary.closure.duration_s = std::nan("");
    report.write(path, summary);
  };
  write(folder / "a.html");
  write(folder / "b.html");
  const std::string page = bytes_of(folder / "a.html");
  EXPECT_EQ(page, bytes_of(folder / "b.html"));
  EXPECT_EQ(page.find("{{"), page.find("{{", page.find("d3js.org")))
      << "a placeholder of the template is left before the scripts";
  const auto data = data_of(page);
  EXPECT_EQ(data["title"], "script>\xEF\xBF\xBD.mp4");
  EXPECT_EQ(data["session"]["input"]["path"], "a/</script>\xEF\xBF\xBD.mp4");
  EXPECT_EQ(data["trace"]["bins"], 300);
  EXPECT_EQ(data["trace"]["series"].count("true_right"), 1u);
  EXPECT_EQ(data["trace"]["series"].count("true_left"), 0u);
  EXPECT_EQ(data["blinks"]["rows"].size(), 1u);
  EXPECT_TRUE(data["blinks"]["rows"][0]["closing_ms"].is_null());
  EXPECT_FALSE(data["blinks"]["rows"][0]["curve"].is_null());
  EXPECT_TRUE(data["session"]["duration_s"].is_null());
}

TEST(ReportBuilder, NamesWhereClipsBeginAndWhichBlinksAreCut) {
  testing::TemporaryFolder folder;
  ReportBuilder report(folder.path());
  for (std::int64_t i = 0; i < 30; ++i) {
    EyelidSample sample = sample_at(i, 0.1f);
    sample.clip = static_cast<std::int32_t>(1 + i / 12);
    report.add(sample);
  }
  Blink blink;
  blink.onset_s = 0.01;
  blink.offset_s = 0.02;
  report.add_blink(blink);
  blink.is_cut = true;
  report.add_blink(blink);
  report.write(folder / "report.html", {});
  const auto data = data_of(bytes_of(folder / "report.html"));
  EXPECT_EQ(data["clips"], nlohmann::json::parse(R"([{"clip": 1, "frame": 0, "time_s": 0.0},
      {"clip": 2, "frame": 12, "time_s": 0.024}, {"clip": 3, "frame": 24, "time_s": 0.048}])"));
  EXPECT_EQ(data["blinks"]["rows"][0]["is_cut"], false);
  EXPECT_EQ(data["blinks"]["rows"][1]["is_cut"], true);
}

TEST(ReportBuilder, StaysBelow20MegabytesAndSaysWhatIsSkipped) {
  testing::TemporaryFolder folder;
  ReportBuilder report(folder.path());
  const GrayImage noise = noise_image();
  const ReportPicture picture{.image = noise, .lids = {EyePoints{}}, .frame = 3, .time_s = 0.0};
  std::int64_t frame = 0;
  for (int blink_index = 0; blink_index < 6000; ++blink_index) {
    for (int i = 0; i < 40; ++i, ++frame) report.add(sample_at(frame, 0.1f));
    Blink blink;
    blink.onset_s = static_cast<double>(frame - 30) / 500.0;
    blink.offset_s = static_cast<double>(frame - 10) / 500.0;
    report.add_blink(blink, {.before = picture, .peak = picture, .after = picture});
  }
  report.write(folder / "report.html", {});
  EXPECT_LT(std::filesystem::file_size(folder / "report.html"), std::uintmax_t{20'000'000});
  const auto data = data_of(bytes_of(folder / "report.html"));
  EXPECT_EQ(data["blinks"]["rows"].size(), 5000u);
  EXPECT_EQ(data["blinks"]["skipped"], 1000);
  EXPECT_GT(data["blinks"]["without_pictures"], 1000);
  EXPECT_EQ(data["trace"]["frames"], frame);
  EXPECT_LE(data["trace"]["bins"], 20000);
}

/// MiB at most of a process that writes the report of so many blinks, each with three pictures.
double peak_memory_mib(int blinks, const std::filesystem::path& path) {
  const pid_t child = fork();
  if (child == 0) {
    ReportOptions options;
    options.max_picture_bytes = std::size_t{1} << 30;
    ReportBuilder report(path.parent_path(), options);
    const GrayImage noise = noise_image();
    const ReportPicture picture{.image = noise, .lids = {EyePoints{}}, .frame = 3, .time_s = 0.0};
    std::int64_t frame = 0;
    for (int i = 0; i < blinks; ++i) {
      for (int k = 0; k < 40; ++k, ++frame) report.add(sample_at(frame, 0.1f));
      Blink blink;
      blink.onset_s = static_cast<double>(frame - 30) / 500.0;
      blink.offset_s = static_cast<double>(frame - 10) / 500.0;
      report.add_blink(blink, {.before = picture, .peak = picture, .after = picture});
    }
    report.write(path, {});
    _exit(0);
  }
  int status = -1;
  rusage usage{};
  EXPECT_EQ(wait4(child, &status, 0, &usage), child);
  EXPECT_EQ(status, 0);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

TEST(ReportBuilder, MemoryDoesNotGrowWithThePicturesOfBlinks) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers keep freed memory";
#endif
  testing::TemporaryFolder folder;
  // From 600 blinks on, the trace is full.
  const double few_mib = peak_memory_mib(600, folder / "few.html");
  const double many_mib = peak_memory_mib(1800, folder / "many.html");
  EXPECT_GT(std::filesystem::file_size(folder / "many.html"),
            std::filesystem::file_size(folder / "few.html") + 20'000'000);
  EXPECT_LT(many_mib, few_mib + 4.0);
}

}  // namespace
}  // namespace eyelid::reports
