// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <string>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/files/atomic_file.hpp"
#include "eyelid/files/record_spool.hpp"
#include "eyelid/files/run_folder.hpp"
#include "refusal.hpp"
#include "temporary_folder.hpp"
#include "text_of_file.hpp"

namespace eyelid::files {
namespace {

namespace fs = std::filesystem;

/// While it lives, files take at most so many bytes: the same path through write() as a full disk.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

template <class Action>
std::string refusal_on_full_disk(rlim_t bytes, Action action) {
  const FullDisk disk(bytes);
  return testing::refusal_of(action);
}

TEST(AtomicFile, FullDiskIsAnErrorAndLeavesNothing) {
  const testing::TemporaryFolder folder;
  const std::string sentence = refusal_on_full_disk(100'000, [&] {
    AtomicFile file(folder / "a.bin");
    file.write(std::string(300'000, 'x'));
    file.commit();
  });
  EXPECT_NE(sentence, "");
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(RecordSpool, ReportsAFullDisk) {
  const testing::TemporaryFolder folder;
  const std::string sentence = refusal_on_full_disk(4096, [&] {
    RecordSpool<double> spool(folder.path());
    // The last ones fit into the buffer: only the reading shows them missing.
    for (int frame = 0; frame < 600; ++frame) spool.append(frame);
    spool.read(0);
  });
  EXPECT_NE(sentence, "");
}

TEST(RunFolder, AFullDiskLeavesTheOldRun) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "frames.csv") << "old";
  const std::vector<std::string> names = {"frames.csv", "session.json"};
  const std::string sentence = refusal_on_full_disk(100'000, [&] {
    RunFolder run(folder.path(), names);
    write_file(run.staged("frames.csv"), std::string(300'000, 'x'));
    run.commit();
  });
  EXPECT_EQ(sentence.find((folder / "frames.csv").string()), 0u) << sentence;
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);
  EXPECT_EQ(testing::text_of_file(folder / "frames.csv"), "old");
}

}  // namespace
}  // namespace eyelid::files
