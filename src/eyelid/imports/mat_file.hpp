// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

struct _mat_t;  // NOLINT(bugprone-reserved-identifier): libmatio's own name
struct matvar_t;

namespace eyelid::imports {

/// Whether a MATLAB 5 file ends within a variable, or one claims more elements than it has bytes;
/// libmatio would invent the rest.
bool is_mat_damaged(const std::filesystem::path& path);

/// A value in a MATLAB file, which must outlive it. Empty where the file has none: every question
/// to it gives nothing.
class MatValue {
 public:
  MatValue() = default;
  explicit MatValue(matvar_t* value) : value_(value) {}
  explicit operator bool() const { return value_ != nullptr; }

  /// Field of a structure; `index` of a structure array.
  MatValue field(std::string_view name, std::size_t index = 0) const;
  std::vector<std::string> field_names() const;
  /// Elements of a cell or structure array, else 0.
  std::size_t size() const;
  /// Element of a cell array.
  MatValue cell(std::size_t index) const;
  bool is_cell() const;
  bool is_structure() const;

  /// A real matrix of any numeric type, column by column; empty for other values.
  std::vector<double> numbers() const;
  std::size_t rows() const;
  std::size_t columns() const;
  /// Text of a row of characters; empty for other values.
  std::string text() const;

 private:
  matvar_t* value_ = nullptr;
};

/// A MATLAB file, version 5 to 7.3, by libmatio. Threads: one at a time in the whole program
/// (version 7.3 is HDF5). Errors: InputError for a file that is cut off or damaged.
class MatFile {
 public:
  explicit MatFile(const std::filesystem::path& path);
  ~MatFile();
  MatFile(const MatFile&) = delete;
  MatFile& operator=(const MatFile&) = delete;

  /// A variable with everything in it; empty where there is none.
  MatValue variable(const char* name);
  /// "trials, info": for messages.
  std::string variable_list();
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  _mat_t* file_ = nullptr;
  std::vector<matvar_t*> variables_;
};

}  // namespace eyelid::imports
