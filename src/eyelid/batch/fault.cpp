// SPDX-License-Identifier: MIT
#include "eyelid/batch/fault.hpp"

#include <exception>
#include <new>
#include <stdexcept>
#include <system_error>

#include "eyelid/core/error.hpp"
#include "eyelid/files/input_file.hpp"
#include "eyelid/files/interruption.hpp"
#include "eyelid/files/write_error.hpp"
#include "eyelid/video/read_error.hpp"

namespace eyelid::batch {

Fault current_fault() {
  try {
    throw;
  } catch (const files::Interrupted&) {
    throw;
  } catch (const files::WriteError& error) {
    return {true, error.what()};
  } catch (const files::ReadError& error) {
    return {true, error.what()};
  } catch (const video::ReadError& error) {
    return {true, error.what()};
  } catch (const DeviceError& error) {
    return {true, error.what()};
  } catch (const std::bad_alloc&) {
    return {true, "out of memory"};
  } catch (const std::length_error&) {
    return {true, "out of memory"};
  } catch (const std::system_error& error) {
    return {true, error.what()};
  } catch (const std::exception& error) {
    return {false, error.what()};
  } catch (...) {
    return {false, "an unknown error"};
  }
}

}  // namespace eyelid::batch
