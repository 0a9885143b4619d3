// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace eyelid::dashboard {

/// The page and what a browser may do with it: run this script, apply this style, and ask nobody
/// but the server it came from.
struct Page {
  std::string html;
  std::string content_security_policy;
};

Page dashboard_page();

}  // namespace eyelid::dashboard
