// SPDX-License-Identifier: MIT
//
// EAR traces of JeFaPaTo (MediaPipe landmarks, 240 frames/s) with the blink table its own finder
// made of them (Buchner et al., JOSS 2024): an independent definition must find the same blinks.
#include <gtest/gtest.h>
#include <zip.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "eyelid/closure/closure_analysis.hpp"
#include "eyelid/closure/trace_testing.hpp"
#include "shared_data.hpp"

namespace eyelid::closure {
namespace {

struct PublishedBlink {
  std::int64_t apex_frame;
  double half_width_frames;
};

std::string entry_of(const std::filesystem::path& archive, const std::string& entry) {
  std::unique_ptr<zip_t, void (*)(zip_t*)> zip(zip_open(archive.c_str(), ZIP_RDONLY, nullptr),
                                               [](zip_t* z) { zip_discard(z); });
  if (!zip) return "";
  std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(zip_fopen(zip.get(), entry.c_str(), 0),
                                                         zip_fclose);
  std::string text;
  char buffer[4096];
  for (zip_int64_t count = 0; file && (count = zip_fread(file.get(), buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(count));
  }
  return text;
}

// Numbers of one sheet by row, then column letter: <c r="B2" ...><v>1744</v></c>.
std::vector<PublishedBlink> published_blinks(const std::filesystem::path& workbook, int sheet) {
  const std::string xml =
      entry_of(workbook, "xl/worksheets/sheet" + std::to_string(sheet) + ".xml");
  std::map<int, std::map<char, double>> cells;
  for (std::size_t at = xml.find("<c r=\""); at != std::string::npos;
       at = xml.find("<c r=\"", at + 1)) {
    const std::size_t end = xml.find("</c>", at);
    const std::size_t value = xml.find("<v>", at);
    if (value == std::string::npos || value > end) continue;
    cells[std::stoi(xml.substr(at + 7, 8))][xml[at + 6]] = std::stod(xml.substr(value + 3, 24));
  }
  std::vector<PublishedBlink> blinks;
  for (auto& [row, columns] : cells) {
    if (row > 1) blinks.push_back({static_cast<std::int64_t>(columns['B']), columns['G']});
  }
  return blinks;
}

struct Recording {
  std::vector<ClosureInput> records;
  std::vector<Blink> blinks;
  ClosureSummary summary;
};

Recording analyze_csv(const std::filesystem::path& path, double frames_per_second) {
  Recording recording;
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  EXPECT_EQ(line.substr(0, 23), "frame,EAR2D6_l,EAR2D6_r");
  while (std::getline(file, line)) {
    ClosureInput record;
    char* cursor = line.data();
    record.frame = std::strtol(cursor, &cursor, 10);
    record.ear.left = std::strtof(cursor + 1, &cursor);
    record.ear.right = std::strtof(cursor + 1, &cursor);
    record.time_s = static_cast<double>(record.frame) / frames_per_second;
    record.is_trustworthy = true;
    recording.records.push_back(record);
  }
  TraceSpool trace = spool_of(recording.records);
  recording.summary = analyze_closure(
      trace,
      {},
      [](const EyelidSample&) {},
      [&](const Blink& blink) { recording.blinks.push_back(blink); });
  return recording;
}

TEST(PublishedBlinks, OfJeFaPaToAreAllFound) {
  EYELID_SHARED_OR_SKIP(csv, "data/formats/ear_traces/blinking_short.csv");
  EYELID_SHARED_OR_SKIP(workbook, "data/formats/ear_traces/blinking_full_blinking.xlsx");
  const Recording recording = analyze_csv(csv, 240.0);
  ASSERT_EQ(recording.records.size(), 14401u);

  std::size_t published_count = 0;
  for (const Eye eye : {Eye::Left, Eye::Right}) {
    for (const PublishedBlink& published : published_blinks(workbook, eye == Eye::Left ? 1 : 2)) {
      if (published.apex_frame >= 14401) continue;  // the table is of the whole session
      ++published_count;
      const auto found =
          std::find_if(recording.blinks.begin(), recording.blinks.end(), [&](const Blink& blink) {
            return blink.eye == eye && std::abs(blink.peak_frame - published.apex_frame) <= 8;
          });
      ASSERT_NE(found, recording.blinks.end()) << "apex at frame " << published.apex_frame;
      EXPECT_NEAR(found->half_width_ms, published.half_width_frames * 1000.0 / 240.0, 12.0);
      EXPECT_GT(found->amplitude, 0.6f);
    }
  }
  EXPECT_EQ(published_count, 11u);
  // Two more: the left eye's share of a blink that the table has for the right eye only, and a
  // partial one of the right eye.
  EXPECT_EQ(recording.blinks.size(), 13u);
  for (const Blink& blink : recording.blinks) {
    EXPECT_EQ(blink.kind == BlinkKind::Partial, blink.amplitude < 0.75f);
  }
}

TEST(PublishedBlinks, At30FramesPerSecondBothEyesShowTheSameSix) {
  EYELID_SHARED_OR_SKIP(csv, "data/formats/ear_traces/blinking_30FPS.csv");
  const Recording recording = analyze_csv(csv, 30.0);
  // Where the EAR of either eye drops below 0.1, read off the file.
  const std::int64_t closed_frames[] = {25, 57, 106, 145, 187, 230};
  ASSERT_EQ(recording.blinks.size(), 12u);
  for (std::size_t i = 0; i < recording.blinks.size(); ++i) {
    const Blink& blink = recording.blinks[i];
    EXPECT_LE(blink.onset_frame, closed_frames[i / 2]);
    EXPECT_GE(blink.offset_frame, closed_frames[i / 2]);
    EXPECT_EQ(blink.kind, BlinkKind::Full);
  }
}

}  // namespace
}  // namespace eyelid::closure
