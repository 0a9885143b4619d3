// SPDX-License-Identifier: MIT
#include "eyelid/model_files/numpy_file.hpp"

#include <cstdint>
#include <cstring>
#include <string_view>

#include "eyelid/core/error.hpp"
#include "eyelid/model_files/pickle.hpp"

namespace eyelid::model_files {
namespace {

using Kind = PickleValue::Kind;

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kElementLimit = std::size_t{1} << 26;

/// What follows the header, which must announce one pickled object.
std::span<const std::byte> pickle_of(std::span<const std::byte> bytes) {
  if (bytes.size() < 12) throw InputError("ends within its header");
  const auto major = static_cast<unsigned>(bytes[6]);
  const std::size_t size_bytes = major == 1 ? 2 : 4;
  if (major < 1 || major > 3) {
    throw InputError("version " + std::to_string(major) + " of the .npy format; expected 1 to 3");
  }
  std::uint32_t size = 0;
  std::memcpy(&size, bytes.data() + 8, size_bytes);
  const std::size_t begin = 8 + size_bytes;
  if (size > bytes.size() - begin) throw InputError("ends within its header");
  const std::string_view header(reinterpret_cast<const char*>(bytes.data() + begin), size);
  if (header.find("'|O'") == std::string_view::npos ||
      header.find("'shape': ()") == std::string_view::npos) {
    throw InputError("holds a plain array; expected a pickled dictionary of layers");
  }
  return bytes.subspan(begin + size);
}

/// The state (version, shape, type, is Fortran order, content) of an array; null for anything else.
const PickleValue* array_state(const PickleObjects& objects, const PickleValue& value) {
  if (value.kind != Kind::Call || !value.text.ends_with("multiarray _reconstruct") ||
      value.items.size() != 4) {
    return nullptr;
  }
  const PickleValue& state = objects.at(value.items[3]);
  return state.kind == Kind::Tuple && state.items.size() == 5 ? &state : nullptr;
}

/// Bytes per element of the float type that dtype(...) with its state describes.
std::size_t float_size_of(const PickleObjects& objects, const PickleValue& type) {
  if (type.kind == Kind::Call && type.text == "numpy dtype" && type.items.size() == 4) {
    const std::string& name = objects.at(type.items[0]).text;
    const PickleValue& state = objects.at(type.items[3]);
    const bool is_little_endian = state.kind == Kind::Tuple && state.items.size() >= 2 &&
                                  objects.at(state.items[1]).text == "<";
    if (is_little_endian && name == "f4") return 4;
    if (is_little_endian && name == "f8") return 8;
  }
  throw InputError("is no array of little-endian floats; expected f4 or f8");
}

std::size_t element_count(const std::vector<std::size_t>& shape) {
  std::size_t count = 1;
  for (const std::size_t extent : shape) {
    if (extent == 0 || extent > kElementLimit / count) {
      throw InputError("has an extent of " + std::to_string(extent) + "; expected a layer's shape");
    }
    count *= extent;
  }
  return count;
}

/// Offset of element i of the row-major order in an array stored column by column.
std::size_t fortran_offset(std::size_t i, const std::vector<std::size_t>& shape) {
  std::size_t offset = 0;
  std::size_t stride = element_count(shape);
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    stride /= shape[axis];
    offset += i % shape[axis] * stride;
    i /= shape[axis];
  }
  return offset;
}

NamedTensor tensor_of(const PickleObjects& objects, const PickleValue& state) {
  NamedTensor tensor;
  const PickleValue& shape = objects.at(state.items[1]);
  if (shape.kind != Kind::Tuple || shape.items.size() > 8) {
    throw InputError("has no shape; expected up to 8 extents");
  }
  for (const std::size_t item : shape.items) {
    const PickleValue& extent = objects.at(item);
    if (extent.kind != Kind::Integer || extent.integer < 0) {
      throw InputError("has a shape that is no list of numbers; expected extents");
    }
    tensor.shape.push_back(static_cast<std::size_t>(extent.integer));
  }
  const std::size_t size = float_size_of(objects, objects.at(state.items[2]));
  const bool is_fortran = objects.at(state.items[3]).integer != 0;
  const std::string& content = objects.at(state.items[4]).text;
  const std::size_t count = element_count(tensor.shape);
  if (content.size() != count * size) {
    throw InputError("holds " + std::to_string(content.size()) + " bytes; expected " +
                     std::to_string(count * size));
  }
  tensor.values.resize(count);
  for (std::size_t i = 0; i < count; i++) {
    const char* element =
        content.data() + size * (is_fortran ? fortran_offset(i, tensor.shape) : i);
    if (size == 4) {
      std::memcpy(&tensor.values[i], element, 4);
    } else {
      double value = 0.0;
      std::memcpy(&value, element, 8);
      tensor.values[i] = static_cast<float>(value);
    }
  }
  return tensor;
}

/// Calls visit(key, value) for the entries of a dictionary whose keys are texts.
template <class Visit>
void for_each_entry(const PickleObjects& objects, const PickleValue& dictionary, Visit visit) {
  for (std::size_t i = 0; i + 1 < dictionary.items.size(); i += 2) {
    const PickleValue& key = objects.at(dictionary.items[i]);
    if (key.kind == Kind::Text) visit(key.text, objects.at(dictionary.items[i + 1]));
  }
}

std::vector<NamedTensor> tensors_of(const PickleObjects& objects) {
  const PickleValue* state = array_state(objects, objects.at(objects.root));
  const PickleValue* content = state != nullptr ? &objects.at(state->items[4]) : nullptr;
  if (content == nullptr || content->kind != Kind::List || content->items.size() != 1 ||
      objects.at(content->items[0]).kind != Kind::Dict) {
    throw InputError("holds no dictionary; expected one of layers");
  }
  std::vector<NamedTensor> tensors;
  for_each_entry(objects,
                 objects.at(content->items[0]),
                 [&](const std::string& layer, const PickleValue& arrays) {
                   if (arrays.kind != Kind::Dict) return;
                   for_each_entry(
                       objects, arrays, [&](const std::string& kind, const PickleValue& value) {
                         const PickleValue* array = array_state(objects, value);
                         if (array == nullptr) return;
                         const std::string name = layer + "/" + kind;
                         try {
                           tensors.push_back(tensor_of(objects, *array));
                         } catch (const InputError& error) {
                           throw InputError("array \"" + name.substr(0, 80) + "\" " + error.what());
                         }
                         tensors.back().name = name;
                       });
                 });
  return tensors;
}

}  // namespace

bool is_numpy_file(std::span<const std::byte> bytes) {
  return bytes.size() >= kMagic.size() &&
         std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) == 0;
}

std::vector<NamedTensor> read_numpy_dictionary(std::span<const std::byte> bytes,
                                               const std::string& source) try {
  if (!is_numpy_file(bytes)) throw InputError("not a .npy file; expected what numpy.save writes");
  return tensors_of(read_pickle(pickle_of(bytes)));
} catch (const InputError& error) {
  throw InputError(source + ": " + error.what());
}

}  // namespace eyelid::model_files
