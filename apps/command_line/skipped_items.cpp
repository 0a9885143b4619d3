// SPDX-License-Identifier: MIT
#include "apps/command_line/skipped_items.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>

namespace eyelid::app {

void print_skipped(const std::vector<std::string>& problems) {
  constexpr std::size_t kShown = 20;
  for (std::size_t i = 0; i < std::min(kShown, problems.size()); ++i) {
    std::fprintf(stderr, "left out: %s\n", problems[i].c_str());
  }
  if (problems.size() > kShown) {
    std::fprintf(stderr, "left out: %zu more of this kind\n", problems.size() - kShown);
  }
}

}  // namespace eyelid::app
