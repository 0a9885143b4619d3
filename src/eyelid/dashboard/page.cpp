// SPDX-License-Identifier: MIT
#include "eyelid/dashboard/page.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <span>
#include <string_view>

#include "eyelid/core/error.hpp"
#include "eyelid/files/base64.hpp"
#include "eyelid/files/embedded_files.hpp"
#include "eyelid/files/sha256.hpp"
#include "eyelid/reports/report_page.hpp"

namespace eyelid::files {
std::span<const EmbeddedFile> dashboard_files();  // generated: cmake/embed_files.cmake
}  // namespace eyelid::files

namespace eyelid::dashboard {
namespace {

/// The text inside the only element of this name as a source of a content security policy:
/// nothing but this text counts as style or script of the page.
std::string hash_of_element(std::string_view html, std::string_view name) {
  const std::string open = fmt::format("<{}>", name);
  const std::size_t begin = html.find(open) + open.size();
  const std::size_t end = html.find(fmt::format("</{}>", name));
  EYELID_EXPECTS(begin < end && end != std::string_view::npos);
  const std::string hex =
      files::sha256_hex(std::as_bytes(std::span(html.substr(begin, end - begin))));
  std::array<std::uint8_t, 32> hash{};
  for (std::size_t i = 0; i < hash.size(); ++i) {
    std::from_chars(hex.data() + 2 * i, hex.data() + 2 * i + 2, hash[i], 16);
  }
  return fmt::format("'sha256-{}'", files::base64(hash));
}

}  // namespace

Page dashboard_page() {
  Page page;
  page.html = reports::fill_page("dashboard.html", files::dashboard_files(), "eyelid live", "");
  page.content_security_policy = fmt::format(
      "default-src 'none'; script-src {}; style-src {}; img-src data:; connect-src 'self'; "
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      hash_of_element(page.html, "script"),
      hash_of_element(page.html, "style"));
  return page;
}

}  // namespace eyelid::dashboard
