// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <memory>

#include "eyelid/signals/address.hpp"
#include "eyelid/signals/signal.hpp"

/// One function per kind of output; open_signals() chooses. Errors: InputError.
namespace eyelid::signals {

/// Sends the greeting; is_ready() once it was answered.
std::unique_ptr<Signal> open_serial_signal(const SignalAddress& address);
std::unique_ptr<Signal> open_udp_signal(const SignalAddress& address);
std::unique_ptr<Signal> open_osc_signal(const SignalAddress& address);
/// `library`: the file of liblsl; without one $PYLSL_LIB, then what the system finds under its
/// usual names.
std::unique_ptr<Signal> open_lsl_signal(const SignalAddress& address,
                                        const std::filesystem::path& library = {});

}  // namespace eyelid::signals
