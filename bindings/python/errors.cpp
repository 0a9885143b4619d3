// SPDX-License-Identifier: MIT
#include <exception>
#include <string_view>

#include "eyelid/core/error.hpp"
#include "eyelid/files/interruption.hpp"
#include "module.hpp"

namespace eyelid::python {
namespace {

/// Sets the exception of eyelid/errors.py with a sentence of the library. File names in it need not
/// be UTF-8: they become what os.fsdecode() makes of them.
void set_error(const char* name, std::string_view sentence) {
  const auto text = nb::steal<nb::object>(PyUnicode_DecodeUTF8(
      sentence.data(), static_cast<Py_ssize_t>(sentence.size()), "surrogateescape"));
  const nb::object type = nb::module_::import_("eyelid.errors").attr(name);
  PyErr_SetObject(type.ptr(), text.ptr());
}

void translate(const std::exception_ptr& error, void*) {
  try {
    std::rethrow_exception(error);
  } catch (const files::Interrupted&) {
    PyErr_SetNone(PyExc_KeyboardInterrupt);
  } catch (const InputError& input) {
    set_error("InputError", input.what());
  } catch (const DeviceError& device) {
    set_error("DeviceError", device.what());
  } catch (const Error& other) {
    set_error("EyelidError", other.what());
  }
}

}  // namespace

void add_errors(nb::module_&) { nb::register_exception_translator(translate); }

}  // namespace eyelid::python
