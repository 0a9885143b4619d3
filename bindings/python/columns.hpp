// SPDX-License-Identifier: MIT
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "eyelid/core/error.hpp"

namespace eyelid::python {

namespace nb = nanobind;

/// A vector becomes a NumPy array without a copy: the array owns it.
template <class Element, class Stored>
nb::object to_numpy(std::vector<Stored>&& values, std::initializer_list<std::size_t> shape) {
  static_assert(sizeof(Element) == sizeof(Stored));
  auto* owned = new std::vector<Stored>(std::move(values));
  const nb::capsule owner(owned,
                          [](void* p) noexcept { delete static_cast<std::vector<Stored>*>(p); });
  return nb::cast(
      nb::ndarray<nb::numpy, Element>(reinterpret_cast<Element*>(owned->data()), shape, owner));
}

/// Rows in, columns out. A row is a list of named values, the same in every row; see rows.hpp.
class ColumnWriter {
 public:
  void begin_row() { next_ = 0; }
  void operator()(const char* name, bool value) { append<std::uint8_t>(name, value); }
  void operator()(const char* name, std::int32_t value) { append(name, value); }
  void operator()(const char* name, std::int64_t value) { append(name, value); }
  void operator()(const char* name, float value) { append(name, value); }
  void operator()(const char* name, double value) { append(name, value); }
  void operator()(const char* name, std::string_view value) { append(name, std::string(value)); }
  /// What follows from other values of the row.
  void derived(const char* name, bool value) { (*this)(name, value); }
  /// A value of an enumeration, by its name.
  template <class Value, class Values>
  void word(const char* name, Value value, const Values&) {
    (*this)(name, name_of(value));
  }
  /// A column that some rows lack: as many values as rows.
  void add_words(const std::string& name, std::vector<std::string> values) {
    columns_.push_back({name, std::move(values)});
  }
  /// The columns stay, for a table that has no row.
  void clear_rows();
  /// By name: arrays, and lists of str. Leaves nothing behind.
  nb::dict take();

 private:
  // Flags are stored as bytes.
  using Values = std::variant<std::vector<std::uint8_t>,
                              std::vector<std::int32_t>,
                              std::vector<std::int64_t>,
                              std::vector<float>,
                              std::vector<double>,
                              std::vector<std::string>>;
  struct Column {
    std::string name;
    Values values;
  };
  template <class T>
  void append(const char* name, T value) {
    if (next_ == columns_.size()) columns_.push_back({name, std::vector<T>()});
    std::get<std::vector<T>>(columns_[next_++].values).push_back(std::move(value));
  }

  std::vector<Column> columns_;
  std::size_t next_ = 0;  // column of the row
};

/// Columns in, rows out: the same lists of named values, read.
class ColumnReader {
 public:
  /// `table` names the columns in errors; they are contiguous arrays of one length, and lists of
  /// str. Throws InputError: columns of different lengths.
  ColumnReader(const nb::dict& columns, std::string table);
  std::size_t rows() const { return rows_; }
  void begin_row(std::size_t row) { row_ = row, next_ = 0; }
  void operator()(const char* name, bool& value) {
    value = static_cast<const std::uint8_t*>(data(name, nb::dtype<bool>()))[row_] != 0;
  }
  template <class T>
  void operator()(const char* name, T& value) {
    value = static_cast<const T*>(data(name, nb::dtype<T>()))[row_];
  }
  void derived(const char*, bool) {}
  template <class Value, class Values>
  void word(const char* name, Value& value, const Values& all) {
    const std::string text = word_of(name);
    for (const Value one : all) {
      if (text == name_of(one)) {
        value = one;
        return;
      }
    }
    throw InputError(table_ + ", column " + name + ": found \"" + text +
                     "\", expected one of its words");
  }

 private:
  struct Column {
    std::string name;
    nb::object object;
    nb::ndarray<nb::ro, nb::c_contig, nb::device::cpu> array;  // none of words
  };
  const Column& column(const char* name);
  const void* data(const char* name, nb::dlpack::dtype type);
  std::string word_of(const char* name);

  std::string table_;
  std::vector<Column> columns_;
  std::vector<std::size_t> order_;  // columns_ in the order of the values
  std::size_t rows_ = 0;
  std::size_t row_ = 0;
  std::size_t next_ = 0;
};

}  // namespace eyelid::python
