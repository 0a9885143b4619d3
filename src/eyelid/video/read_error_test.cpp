// SPDX-License-Identifier: MIT
// A failing disk is not the end of a file.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <string>

#include "eyelid/video/ffmpeg_handles.hpp"
#include "eyelid/video/frame_source.hpp"
#include "eyelid/video/read_error.hpp"
#include "eyelid/video/video_testing.hpp"
#include "temporary_folder.hpp"

namespace {
std::atomic<int> good_reads{-1};  // until every further one fails; negative: never
}

// Stands before the one of the C library.
extern "C" ssize_t pread(int file, void* target, size_t count, off_t offset) {
  if (good_reads == 0) {
    errno = EIO;
    return -1;
  }
  if (good_reads > 0) --good_reads;
  return syscall(SYS_pread64, file, target, count, offset);
}

namespace eyelid::video {
namespace {

/// Reads all frames with a disk that fails after so many reads; true if that was noticed.
bool is_read_error(const std::filesystem::path& path, int reads) {
  good_reads = reads;
  bool is_told = false;
  try {
    const auto source = open_source({path}, {.frames_per_second = 50.0, .decoder_threads = 1});
    for (Frame frame; source->next(frame);) {
    }
  } catch (const ReadError& error) {
    is_told = std::string(error.what()).find("Input/output error") != std::string::npos;
  }
  good_reads = -1;
  return is_told;
}

TEST(ReadErrors, AreNotTheEndOfAVideo) {
  const testing::TemporaryFolder folder;
  for (const char* name : {"a.mkv", "a.avi", "a.nut"}) {
    ASSERT_TRUE(write_test_video(
        folder / name, {.encoder = "rawvideo", .pixel_format = AV_PIX_FMT_YUV420P, .frames = 60}));
    for (const int reads : {0, 1, 2, 4, 7})
      EXPECT_TRUE(is_read_error(folder / name, reads)) << name << reads;
    EXPECT_FALSE(is_read_error(folder / name, -1));
  }
}

TEST(ReadErrors, AreNotDamagedPictures) {
  const testing::TemporaryFolder folder;
  for (int i = 0; i < 10; ++i) {
    std::ofstream(folder / (std::to_string(i) + ".pgm")) << "P5 4 2 255\nabcdefgh";
  }
  for (int reads = 0; reads < 20; ++reads)
    EXPECT_TRUE(is_read_error(folder.path(), reads)) << reads;
  EXPECT_FALSE(is_read_error(folder.path(), -1));
}

}  // namespace
}  // namespace eyelid::video
