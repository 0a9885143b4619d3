// SPDX-License-Identifier: MIT
#include "eyelid/platform/processors.hpp"

#include <gtest/gtest.h>

#include <new>
#include <thread>

namespace eyelid::platform {
namespace {

TEST(Processors, AThreadIsKeptOnOne) {
  const int all = usable_processors();
  ASSERT_GE(all, 1);
#if defined(__APPLE__)
  EXPECT_FALSE(keep_on_processor(0));
#else
  std::thread([] {
    EXPECT_TRUE(keep_on_processor(1000));  // modulo their number
  }).join();
#endif
  EXPECT_EQ(usable_processors(), all);  // of this thread and its process
}

TEST(Processors, HaveAName) {
  EXPECT_FALSE(processor_model().empty());
  EXPECT_EQ(processor_model().find('\n'), std::string::npos);
}

TEST(Processors, MemoryIsUsableWhateverItsPages) {
  constexpr std::size_t kBytes = std::size_t{4} << 20;
  constexpr std::align_val_t kPage{std::size_t{2} << 20};
  auto* memory = static_cast<char*>(::operator new(kBytes, kPage));
  prefer_huge_pages(memory, kBytes);
  memory[0] = memory[kBytes - 1] = 'x';
  EXPECT_EQ(memory[kBytes - 1], 'x');
  ::operator delete(memory, kPage);
}

}  // namespace
}  // namespace eyelid::platform
