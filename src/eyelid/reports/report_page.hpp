// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "eyelid/files/embedded_files.hpp"

namespace eyelid::reports {

/// Text for the inside of an HTML element or of a quoted attribute.
std::string html_text(std::string_view text);

/// JSON for the inside of a <script> element: the same value, without any character that HTML or
/// old JavaScript would read as its own ("</script>" in a file name ends nothing).
std::string script_json(std::string_view json);

/// A page from the template of this name, one of `files` or of this room (report.html,
/// conditioning.html): {{title}} and {{data}} are filled in, {{NAME}} is replaced by the file NAME
/// of `files` or, for what all pages share (head.html, page.css, masthead.html, d3.html), of this
/// room. Throws ContractError for a name that is nowhere.
std::string fill_page(std::string_view page_template,
                      std::span<const files::EmbeddedFile> files,
                      std::string_view title,
                      std::string_view json);

}  // namespace eyelid::reports
