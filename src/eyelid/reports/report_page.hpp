// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "eyelid/files/embedded_files.hpp"

namespace eyelid::reports {

/// Text for the inside of an HTML element or of a quoted attribute.
std::string html_text(std::string_view text);

/// JSON for the inside of a <script> element: the same value without any character that HTML or
/// older JavaScript would interpret ("</script>" in a file name does not end the element).
std::string script_json(std::string_view json);

/// Takes a text piece by piece.
using TextSink = std::function<void(std::string_view)>;

/// Fills the template of this name, from `files` or this room (report.html, conditioning.html):
/// {{title}} and {{data}} by the arguments, {{NAME}} by the file NAME of `files` or, for what all
/// pages share (head.html, page.css, masthead.html, d3.html), of this room. Throws ContractError
/// for an unknown name.
std::string fill_page(std::string_view page_template,
                      std::span<const files::EmbeddedFile> files,
                      std::string_view title,
                      std::string_view json);

/// The same for a page too large to be held in memory: `write_json` passes the data to its
/// argument in pieces, none of which ends within a character; the page goes to `sink`.
void write_page(std::string_view page_template,
                std::string_view title,
                const std::function<void(const TextSink&)>& write_json,
                const TextSink& sink);

}  // namespace eyelid::reports
