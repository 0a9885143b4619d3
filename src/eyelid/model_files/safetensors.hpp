// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace eyelid::model_files {

/// Element types of our model files. F16 is IEEE half precision, kept as std::uint16_t in memory.
enum class TensorType { F32, F16, I32, I16, U16, I8, U8 };

std::size_t size_of(TensorType type);
std::string_view name_of(TensorType type);  // "F32", as the file spells it

/// One tensor of a SafetensorsFile. Row-major, little-endian; `bytes` belong to the file.
struct TensorView {
  std::string name;
  TensorType type = TensorType::F32;
  std::vector<std::size_t> shape;  // empty = scalar
  std::span<const std::byte> bytes;

  std::size_t element_count() const { return bytes.size() / size_of(type); }
};

/// Whether the bytes begin as such a file does.
inline bool is_safetensors_file(std::span<const std::byte> bytes) {
  return bytes.size() > 8 && bytes[8] == std::byte{'{'};
}

using Metadata = std::map<std::string, std::string>;

/// A model file in the safetensors format: a JSON header, then the bytes of the tensors.
///
/// Opening checks everything: header size, JSON, duplicate keys, types, shapes against sizes,
/// offsets, and that tensors neither overlap nor leave holes. Tensors are ordered by name.
///
/// Errors: any damage is one InputError that names the source, what was found, and what was
/// expected. Source: https://github.com/huggingface/safetensors#format
class SafetensorsFile {
 public:
  /// Reads and owns the file.
  static SafetensorsFile open(const std::filesystem::path& path);
  /// Borrows `bytes`, which must outlive this object and its tensors. `source` is for messages.
  static SafetensorsFile from_bytes(std::span<const std::byte> bytes, std::string source);

  SafetensorsFile(SafetensorsFile&&) noexcept = default;
  SafetensorsFile& operator=(SafetensorsFile&&) noexcept = default;

  const std::string& source() const { return source_; }
  const Metadata& metadata() const { return metadata_; }
  /// Empty if the key is absent.
  std::string metadata_or_empty(const std::string& key) const;
  const std::vector<TensorView>& tensors() const { return tensors_; }

  /// Null when absent.
  const TensorView* find(std::string_view name) const;

  /// The numbers of tensor `name`, which must have the type of T and this shape. Throws InputError
  /// otherwise, also if they are not aligned to sizeof(T) (our writer aligns them).
  template <class T>
  std::span<const T> values(std::string_view name, const std::vector<std::size_t>& shape) const {
    return as<T>(require(name, type_of<T>(), shape));
  }
  /// The same, for any shape.
  template <class T>
  std::span<const T> values(std::string_view name) const {
    return as<T>(require(name, type_of<T>()));
  }
  /// Half-precision numbers, still as bits.
  std::span<const std::uint16_t> half_values(std::string_view name,
                                             const std::vector<std::size_t>& shape) const {
    return as<std::uint16_t>(require(name, TensorType::F16, shape));
  }

  /// The tensor of this name and type. Throws InputError.
  const TensorView& require(std::string_view name, TensorType type) const;
  const TensorView& require(std::string_view name,
                            TensorType type,
                            const std::vector<std::size_t>& shape) const;

 private:
  SafetensorsFile() = default;
  void parse();
  template <class T>
  static constexpr TensorType type_of();
  template <class T>
  std::span<const T> as(const TensorView& tensor) const {
    check_alignment(tensor, alignof(T));
    return {reinterpret_cast<const T*>(tensor.bytes.data()), tensor.element_count()};
  }
  void check_alignment(const TensorView& tensor, std::size_t alignment) const;

  std::string source_;
  std::vector<std::byte> owned_;
  std::span<const std::byte> bytes_;
  Metadata metadata_;
  std::vector<TensorView> tensors_;
};

/// Collects tensors and writes them as one safetensors file. The same content gives the same bytes,
/// whatever the order of adding. Tensors are aligned to their element size.
class SafetensorsWriter {
 public:
  void set_metadata(std::string key, std::string value);
  /// Copies the values. The name must be new and not empty, the shape must match their count.
  void add(std::string name,
           TensorType type,
           std::vector<std::size_t> shape,
           std::span<const std::byte> bytes);
  template <class T>
  void add(std::string name, std::vector<std::size_t> shape, std::span<const T> values);

  std::vector<std::byte> to_bytes() const;
  /// Writes the file; it appears only when it is whole. Errors: as files::AtomicFile.
  void write(const std::filesystem::path& path) const;

 private:
  struct Entry {
    std::string name;
    TensorType type;
    std::vector<std::size_t> shape;
    std::vector<std::byte> bytes;
  };
  Metadata metadata_;
  std::vector<Entry> entries_;
};

static_assert(std::endian::native == std::endian::little, "model files are little-endian");

namespace internal {
template <class T>
constexpr TensorType tensor_type_of() {
  static_assert(std::is_same_v<T, float> || (std::is_integral_v<T> && sizeof(T) <= 4));
  if constexpr (std::is_same_v<T, float>) return TensorType::F32;
  if constexpr (std::is_same_v<T, std::int32_t>) return TensorType::I32;
  if constexpr (std::is_same_v<T, std::int16_t>) return TensorType::I16;
  if constexpr (std::is_same_v<T, std::uint16_t>) return TensorType::U16;
  if constexpr (std::is_same_v<T, std::int8_t>) return TensorType::I8;
  if constexpr (std::is_same_v<T, std::uint8_t>) return TensorType::U8;
}
}  // namespace internal

template <class T>
constexpr TensorType SafetensorsFile::type_of() {
  return internal::tensor_type_of<T>();
}

template <class T>
void SafetensorsWriter::add(std::string name,
                            std::vector<std::size_t> shape,
                            std::span<const T> values) {
  add(std::move(name), internal::tensor_type_of<T>(), std::move(shape), std::as_bytes(values));
}

}  // namespace eyelid::model_files
