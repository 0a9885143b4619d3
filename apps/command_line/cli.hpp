// SPDX-License-Identifier: MIT
#pragma once

// The parser's classes by name: its headers are large, and only the sources of commands need them.
namespace CLI {
class App;
class Option;
class OptionDefaults;
}  // namespace CLI
