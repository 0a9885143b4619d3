// SPDX-License-Identifier: MIT
#pragma once

namespace CLI {
class App;
}

namespace eyelid::app {

/// `eyelid bench realtime`: frames that arrive by the clock.
void add_bench_realtime(CLI::App& bench);

/// `eyelid bench compare`: JSON files of several machines side by side.
void add_bench_compare(CLI::App& bench);

}  // namespace eyelid::app
