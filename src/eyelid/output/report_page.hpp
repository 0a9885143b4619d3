// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace eyelid::output {

/// Text for the inside of an HTML element or of a quoted attribute.
std::string html_text(std::string_view text);

/// JSON for the inside of a <script> element: the same value, without any character that HTML or
/// old JavaScript would read as its own ("</script>" in a file name ends nothing).
std::string script_json(std::string_view json);

/// The whole page: the template (report/report.html or another embedded one) with style, D3, our
/// scripts and the data.
std::string report_page(std::string_view title,
                        std::string_view json,
                        std::string_view page_template = "report.html");

}  // namespace eyelid::output
