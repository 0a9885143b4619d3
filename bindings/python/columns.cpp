// SPDX-License-Identifier: MIT
#include "columns.hpp"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>

namespace eyelid::python {
namespace {

struct ToPython {
  nb::object operator()(std::vector<std::uint8_t>&& flags) const {
    const std::size_t rows = flags.size();
    return to_numpy<bool>(std::move(flags), {rows});
  }
  nb::object operator()(std::vector<std::string>&& words) const { return nb::cast(words); }
  template <class T>
  nb::object operator()(std::vector<T>&& values) const {
    const std::size_t rows = values.size();
    return to_numpy<T>(std::move(values), {rows});
  }
};

}  // namespace

void ColumnWriter::clear_rows() {
  for (Column& column : columns_) {
    std::visit([](auto& values) { values.clear(); }, column.values);
  }
}

nb::dict ColumnWriter::take() {
  nb::dict result;
  for (Column& column : columns_) {
    result[column.name.c_str()] = std::visit(ToPython(), std::move(column.values));
  }
  columns_.clear();
  return result;
}

ColumnReader::ColumnReader(const nb::dict& columns, std::string table) : table_(std::move(table)) {
  for (const auto& [name, values] : columns) {
    Column column{nb::cast<std::string>(name), nb::borrow(values), {}};
    if (!nb::isinstance<nb::list>(values)) column.array = nb::cast<decltype(column.array)>(values);
    const std::size_t rows = nb::len(values);
    if (!columns_.empty() && rows != rows_) {
      throw InputError(table_ + ", column " + column.name + ": " + std::to_string(rows) +
                       " rows, expected " + std::to_string(rows_) + " as in the first column");
    }
    rows_ = rows;
    columns_.push_back(std::move(column));
  }
}

const ColumnReader::Column& ColumnReader::column(const char* name) {
  if (next_ == order_.size()) {
    const auto found = std::ranges::find(columns_, name, &Column::name);
    if (found == columns_.end()) {
      throw InputError(table_ + ": no column " + name + ", expected one");
    }
    order_.push_back(static_cast<std::size_t>(found - columns_.begin()));
  }
  return columns_[order_[next_++]];
}

const void* ColumnReader::data(const char* name, nb::dlpack::dtype type) {
  const Column& found = column(name);
  if (!found.array.is_valid() || found.array.dtype() != type || found.array.ndim() != 1) {
    throw InputError(table_ + ", column " + name + ": not of the type that eyelid gives it");
  }
  return found.array.data();
}

std::string ColumnReader::word_of(const char* name) {
  return nb::cast<std::string>(column(name).object[row_]);
}

}  // namespace eyelid::python
