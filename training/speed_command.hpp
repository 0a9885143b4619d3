// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace eyelid::training {

/// `eyelid-train speed`, behind `eyelid bench training`: declares the options on `command` and
/// returns what times a step per batch size, prints a table, and writes --json and --plot.
/// InputError from there.
std::function<void()> add_speed_options(CLI::App& command);

}  // namespace eyelid::training
