// SPDX-License-Identifier: MIT
#include "eyelid/reports/report_page.hpp"

#include <span>

#include "eyelid/core/error.hpp"
#include "eyelid/files/embedded_files.hpp"

namespace eyelid::files {
std::span<const EmbeddedFile> report_files();  // generated: cmake/embed_files.cmake
}  // namespace eyelid::files

namespace eyelid::reports {
namespace {

/// What replaces the {{NAME}}s of a template.
struct PageParts {
  std::span<const files::EmbeddedFile> files;
  std::string_view title;
  const std::function<void(const TextSink&)>& write_json;
};

std::string_view file_text(const PageParts& parts, std::string_view name) {
  for (const files::EmbeddedFile& file : parts.files) {
    if (file.name == name) return files::embedded_text(parts.files, name);
  }
  return files::embedded_text(files::report_files(), name);
}

/// `name` with its own {{NAME}}s filled in: pages consist of fragments. Styles, scripts, and data
/// are taken verbatim.
void put_page(const PageParts& parts, std::string_view name, const TextSink& sink) {
  const std::string_view page = file_text(parts, name);
  std::size_t position = 0;
  while (true) {
    const std::size_t begin = page.find("{{", position);
    if (begin == std::string_view::npos) break;
    const std::size_t end = page.find("}}", begin);
    EYELID_EXPECTS(end != std::string_view::npos);
    sink(page.substr(position, begin - position));
    const std::string_view part = page.substr(begin + 2, end - begin - 2);
    if (part == "title") {
      sink(html_text(parts.title));
    } else if (part == "data") {
      parts.write_json([&sink](std::string_view json) { sink(script_json(json)); });
    } else if (part.ends_with(".html")) {
      put_page(parts, part, sink);
    } else {
      sink(file_text(parts, part));
    }
    position = end + 2;
  }
  sink(page.substr(position));
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string script_json(std::string_view json) {
  std::string result;
  result.reserve(json.size() + json.size() / 64);
  for (std::size_t i = 0; i < json.size(); ++i) {
    // All of these occur only inside strings of JSON, where \u means the same character.
    if (json[i] == '<') {
      result += "\\u003c";
    } else if (json[i] == '>') {
      result += "\\u003e";
    } else if (json[i] == '&') {
      result += "\\u0026";
    } else if (json.substr(i, 3) == "\xE2\x80\xA8") {
      result += "\\u2028";
      i += 2;
    } else if (json.substr(i, 3) == "\xE2\x80\xA9") {
      result += "\\u2029";
      i += 2;
    } else {
      result += json[i];
    }
  }
  return result;
}

std::string fill_page(std::string_view page_template,
                      std::span<const files::EmbeddedFile> files,
                      std::string_view title,
                      std::string_view json) {
  std::string result;
  result.reserve(json.size() + (std::size_t{1} << 19));
  const std::function<void(const TextSink&)> write_json = [json](const TextSink& data) {
    data(json);
  };
  put_page({files, title, write_json}, page_template, [&result](std::string_view text) {
    result += text;
  });
  return result;
}

void write_page(std::string_view page_template,
                std::string_view title,
                const std::function<void(const TextSink&)>& write_json,
                const TextSink& sink) {
  put_page({{}, title, write_json}, page_template, sink);
}

}  // namespace eyelid::reports
