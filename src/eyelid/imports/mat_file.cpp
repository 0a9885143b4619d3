// SPDX-License-Identifier: MIT
#include "eyelid/imports/mat_file.hpp"

#include <hdf5.h>
#include <matio.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <optional>

#include "eyelid/core/error.hpp"

namespace eyelid::imports {
namespace {

template <class Number>
void append(const matvar_t& variable, std::size_t count, std::vector<double>& numbers) {
  const auto* values = static_cast<const Number*>(variable.data);
  for (std::size_t i = 0; i < count; ++i) numbers.push_back(static_cast<double>(values[i]));
}

std::size_t element_count(const matvar_t& variable) {
  std::size_t count = 1;
  for (int i = 0; i < variable.rank; ++i) count *= variable.dims[i];
  return count;
}

bool has_matrix(const matvar_t* value) {
  return value != nullptr && value->data != nullptr && value->isComplex == 0 && value->rank == 2;
}

}  // namespace

namespace {

bool is_version_73(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::array<char, 10> head{};
  stream.read(head.data(), head.size());
  return std::string_view(head.data(), head.size()) == "MATLAB 7.3";
}

// Version 7.3 is HDF5, which knows how long its file must be.
bool is_hdf5_damaged(const std::filesystem::path& path) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // it prints by default
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  if (file < 0) return true;
  H5Fclose(file);
  return false;
}

/// A data element of a MATLAB 5 file, by its tag.
struct MatElement {
  std::uint32_t kind = 0;
  std::uint32_t bytes = 0;
  std::uint64_t data = 0;  // where it begins
  std::uint64_t next = 0;  // where the next element does
};

constexpr std::uint32_t kMatrixElement = 14;
constexpr std::uint32_t kCompressedElement = 15;

std::optional<MatElement> read_tag(std::ifstream& stream, std::uint64_t place, std::uint64_t end) {
  std::array<std::uint32_t, 2> tag{};
  stream.seekg(static_cast<std::streamoff>(place));
  stream.read(reinterpret_cast<char*>(tag.data()), sizeof tag);
  if (!stream) return std::nullopt;
  MatElement element{tag[0], tag[1], place + sizeof tag, 0};
  if (const std::uint32_t small = tag[0] >> 16; small != 0) {  // its data are in the tag
    element = {tag[0] & 0xffff, small, place + sizeof tag[0], place + sizeof tag};
    return small <= sizeof tag[1] ? std::optional(element) : std::nullopt;
  }
  element.next = element.data + element.bytes;
  if (element.next > end) return std::nullopt;
  if (element.kind != kCompressedElement) element.next = (element.next + 7) / 8 * 8;
  return element;
}

/// Whether the dimensions fit the bytes of a matrix of class `kind`.
bool can_hold(std::ifstream& stream,
              const MatElement& dimensions,
              std::uint32_t kind,
              std::uint32_t bytes) {
  const bool has_tags = kind == MAT_C_CELL || kind == MAT_C_STRUCT;  // of 8 bytes, each element
  const bool is_full =
      has_tags || kind == MAT_C_CHAR || (kind >= MAT_C_DOUBLE && kind <= MAT_C_UINT64);
  if (!is_full) return true;  // sparse matrices, objects
  const std::uint64_t least = has_tags ? 8 : 1;
  std::uint64_t elements = 1;
  stream.seekg(static_cast<std::streamoff>(dimensions.data));
  for (std::uint32_t i = 0; i < dimensions.bytes / sizeof(std::uint32_t); ++i) {
    std::uint32_t size = 0;
    stream.read(reinterpret_cast<char*>(&size), sizeof size);
    if (!stream || size > bytes) return false;
    elements *= size;
    if (elements * least > bytes) return false;
  }
  return true;
}

/// Whether a matrix, and those in it, have the bytes of the elements that they claim: matio would
/// ask for the memory of all, and read on at the end of the file. What is compressed is not seen.
bool is_sound(std::ifstream& stream, const MatElement& matrix, int depth) {
  constexpr int kMostNested = 32;
  if (matrix.bytes == 0) return true;
  if (depth > kMostNested) return false;
  const std::uint64_t end = matrix.data + matrix.bytes;
  std::uint32_t kind = 0;
  int part = 0;
  for (std::uint64_t place = matrix.data; place + 8 <= end; ++part) {
    const std::optional<MatElement> element = read_tag(stream, place, end);
    if (!element) return false;
    if (part == 0) {  // flags
      stream.seekg(static_cast<std::streamoff>(element->data));
      std::uint32_t flags = 0;
      stream.read(reinterpret_cast<char*>(&flags), sizeof flags);
      kind = flags & 0xff;
    } else if (part == 1) {
      if (!can_hold(stream, *element, kind, matrix.bytes)) return false;
    } else if (element->kind == kMatrixElement && !is_sound(stream, *element, depth + 1)) {
      return false;
    }
    place = element->next;
  }
  return part >= 2;
}

}  // namespace

bool is_mat_damaged(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::array<char, 128> head{};
  stream.read(head.data(), head.size());
  const std::string_view text(head.data(), head.size());
  if (!stream) return true;
  if (!text.starts_with("MATLAB 5.0") || text.substr(126) != "IM") return false;
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  std::uintmax_t place = head.size();
  while (!error && place < size) {
    const std::optional<MatElement> element = read_tag(stream, place, size);
    if (!element) return true;
    if (element->kind == kMatrixElement && !is_sound(stream, *element, 1)) return true;
    place = element->next;
  }
  return error || place != size;
}

bool MatValue::is_cell() const { return value_ != nullptr && value_->class_type == MAT_C_CELL; }

bool MatValue::is_structure() const {
  return value_ != nullptr && value_->class_type == MAT_C_STRUCT;
}

std::size_t MatValue::size() const {
  // matio goes on without the memory that a file claims to need.
  const bool has_elements = (is_cell() || is_structure()) && value_->data != nullptr;
  return has_elements ? element_count(*value_) : 0;
}

MatValue MatValue::field(std::string_view name, std::size_t index) const {
  if (!is_structure() || index >= size()) return {};
  return MatValue(Mat_VarGetStructFieldByName(value_, std::string(name).c_str(), index));
}

std::vector<std::string> MatValue::field_names() const {
  std::vector<std::string> names;
  if (!is_structure()) return names;
  char* const* fields = Mat_VarGetStructFieldnames(value_);
  const unsigned count = Mat_VarGetNumberOfFields(value_);
  for (unsigned i = 0; i < count; ++i) names.emplace_back(fields[i]);
  return names;
}

MatValue MatValue::cell(std::size_t index) const {
  if (!is_cell() || index >= size()) return {};
  return MatValue(Mat_VarGetCell(value_, static_cast<int>(index)));
}

std::size_t MatValue::rows() const { return has_matrix(value_) ? value_->dims[0] : 0; }
std::size_t MatValue::columns() const { return has_matrix(value_) ? value_->dims[1] : 0; }

std::vector<double> MatValue::numbers() const {
  std::vector<double> result;
  if (!has_matrix(value_)) return result;
  const std::size_t count = element_count(*value_);
  switch (value_->class_type) {
    case MAT_C_DOUBLE:
      append<double>(*value_, count, result);
      break;
    case MAT_C_SINGLE:
      append<float>(*value_, count, result);
      break;
    case MAT_C_INT8:
      append<std::int8_t>(*value_, count, result);
      break;
    case MAT_C_UINT8:
      append<std::uint8_t>(*value_, count, result);
      break;
    case MAT_C_INT16:
      append<std::int16_t>(*value_, count, result);
      break;
    case MAT_C_UINT16:
      append<std::uint16_t>(*value_, count, result);
      break;
    case MAT_C_INT32:
      append<std::int32_t>(*value_, count, result);
      break;
    case MAT_C_UINT32:
      append<std::uint32_t>(*value_, count, result);
      break;
    case MAT_C_INT64:
      append<std::int64_t>(*value_, count, result);
      break;
    case MAT_C_UINT64:
      append<std::uint64_t>(*value_, count, result);
      break;
    default:
      break;
  }
  return result;
}

std::string MatValue::text() const {
  std::string result;
  if (!has_matrix(value_) || value_->class_type != MAT_C_CHAR) return result;
  const std::size_t count = element_count(*value_);
  const bool is_wide = value_->data_type == MAT_T_UINT16 || value_->data_type == MAT_T_UTF16;
  for (std::size_t i = 0; i < count; ++i) {
    const unsigned code = is_wide ? static_cast<const std::uint16_t*>(value_->data)[i]
                                  : static_cast<const std::uint8_t*>(value_->data)[i];
    result += code < 0x80 ? static_cast<char>(code) : '?';
  }
  return result;
}

MatFile::MatFile(const std::filesystem::path& path) : name_(path.string()) {
  if (is_mat_damaged(path) || (is_version_73(path) && is_hdf5_damaged(path))) {
    throw InputError(name_ + ": cut off or damaged, expected a whole MATLAB file");
  }
  file_ = Mat_Open(path.c_str(), MAT_ACC_RDONLY);
  if (file_ == nullptr) throw InputError(name_ + ": damaged, expected a MATLAB file");
}

MatFile::~MatFile() {
  for (matvar_t* variable : variables_) Mat_VarFree(variable);
  Mat_Close(file_);
}

MatValue MatFile::variable(const char* name) {
  Mat_Rewind(file_);
  matvar_t* variable = Mat_VarRead(file_, name);
  if (variable != nullptr) variables_.push_back(variable);
  return MatValue(variable);
}

std::string MatFile::variable_list() {
  Mat_Rewind(file_);
  std::string list;
  while (matvar_t* variable = Mat_VarReadNextInfo(file_)) {
    if (!list.empty()) list += ", ";
    list += variable->name == nullptr ? "?" : variable->name;
    Mat_VarFree(variable);
  }
  return list.empty() ? "none" : list;
}

}  // namespace eyelid::imports
