// SPDX-License-Identifier: MIT
#include "eyelid/model_files/safetensors.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/files/json_file.hpp"
#include "eyelid/model_files/model_file.hpp"
#include "eyelid/model_files/named_tensor.hpp"

namespace eyelid::model_files {
namespace {

using nlohmann::json;

constexpr std::size_t kLengthField = 8;  // bytes of the header length in front of the header
constexpr std::size_t kHeaderLimit = std::size_t{16} << 20;
constexpr std::size_t kDimensionLimit = 8;
constexpr const char* kMetadataKey = "__metadata__";

struct TypeName {
  TensorType type;
  std::string_view name;
  std::size_t size;
};
constexpr std::array<TypeName, 7> kTypes = {{{TensorType::F32, "F32", 4},
                                             {TensorType::F16, "F16", 2},
                                             {TensorType::I32, "I32", 4},
                                             {TensorType::I16, "I16", 2},
                                             {TensorType::U16, "U16", 2},
                                             {TensorType::I8, "I8", 1},
                                             {TensorType::U8, "U8", 1}}};

std::optional<TensorType> type_from_name(std::string_view name) {
  for (const TypeName& entry : kTypes) {
    if (entry.name == name) return entry.type;
  }
  return std::nullopt;
}

const TypeName& row_of(TensorType type) {
  for (const TypeName& entry : kTypes) {
    if (entry.type == type) return entry;
  }
  throw ContractError("unknown tensor type");
}

/// Element count times element size; nothing when that does not fit.
std::optional<std::size_t> byte_count(const std::vector<std::size_t>& shape, TensorType type) {
  std::size_t count = size_of(type);
  for (const std::size_t extent : shape) {
    if (__builtin_mul_overflow(count, extent, &count)) return std::nullopt;
  }
  return count;
}

/// The header as JSON. Throws text, without the file name.
json parse_header(std::string_view text) {
  // nlohmann silently keeps the last of two equal keys; a file with two is damaged.
  std::vector<std::set<std::string>> keys;
  std::string duplicate;
  const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
    if (depth > files::kMaxJsonDepth) throw InputError("the header has too many levels");
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      if (!keys.back().insert(key).second && duplicate.empty()) duplicate = key;
    }
    return true;
  };
  json header;
  try {
    header = json::parse(text, watch);
  } catch (const json::exception&) {
    throw InputError("the header is not JSON; expected a safetensors header");
  }
  if (!duplicate.empty()) {
    throw InputError("duplicate key \"" + duplicate + "\" in the header; expected unique keys");
  }
  if (!header.is_object()) throw InputError("the header is not a JSON object; expected one");
  return header;
}

Metadata parse_metadata(const json& value) {
  Metadata metadata;
  if (!value.is_object()) {
    throw InputError("__metadata__ is not an object; expected texts by name");
  }
  for (const auto& [key, text] : value.items()) {
    if (!text.is_string()) {
      throw InputError("metadata \"" + key + "\" is " + text.type_name() + "; expected a text");
    }
    metadata[key] = text.get<std::string>();
  }
  return metadata;
}

/// A list of whole numbers >= 0.
std::vector<std::size_t> parse_counts(const json& entry, const char* key, const std::string& name) {
  const auto found = entry.find(key);
  const bool is_list = found != entry.end() && found->is_array() &&
                       std::all_of(found->begin(), found->end(), [](const json& number) {
                         return number.is_number_unsigned();
                       });
  if (!is_list) {
    throw InputError("tensor \"" + name + "\": no usable \"" + key +
                     "\"; expected a list of whole numbers");
  }
  return found->get<std::vector<std::size_t>>();
}

TensorView parse_tensor(const std::string& name,
                        const json& entry,
                        std::span<const std::byte> data) {
  const std::string where = "tensor \"" + name + "\": ";
  if (!entry.is_object()) throw InputError(where + "not described by an object; expected one");
  const auto type_entry = entry.find("dtype");
  if (type_entry == entry.end() || !type_entry->is_string()) {
    throw InputError(where + "no dtype; expected F32, F16, I32, I16, U16, I8 or U8");
  }
  const auto type_text = type_entry->get<std::string>();
  const std::optional<TensorType> type = type_from_name(type_text);
  if (!type) {
    throw InputError(where + "dtype " + type_text + "; expected F32, F16, I32, I16, U16, I8 or U8");
  }
  TensorView tensor{name, *type, parse_counts(entry, "shape", name), {}};
  if (tensor.shape.size() > kDimensionLimit) {
    throw InputError(where + std::to_string(tensor.shape.size()) + " dimensions; expected 0 to 8");
  }
  const std::vector<std::size_t> offsets = parse_counts(entry, "data_offsets", name);
  if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data.size()) {
    throw InputError(where + "data_offsets " + shape_text(offsets) +
                     "; expected a begin and an end within " + std::to_string(data.size()) +
                     " bytes of data");
  }
  const std::size_t size = offsets[1] - offsets[0];
  const std::optional<std::size_t> expected = byte_count(tensor.shape, *type);
  if (expected != size) {
    throw InputError(where + std::to_string(size) + " bytes; expected " +
                     (expected ? std::to_string(*expected) : std::string("an impossible number")) +
                     " for " + type_text + " of shape " + shape_text(tensor.shape));
  }
  tensor.bytes = data.subspan(offsets[0], size);
  return tensor;
}

/// Tensors must tile the data: the format forbids overlaps and holes.
void check_tiling(const std::vector<TensorView>& tensors, std::span<const std::byte> data) {
  std::vector<const TensorView*> order;
  order.reserve(tensors.size());
  for (const TensorView& tensor : tensors) order.push_back(&tensor);
  std::sort(order.begin(), order.end(), [](const TensorView* a, const TensorView* b) {
    return std::pair(a->bytes.data(), a->bytes.size()) <
           std::pair(b->bytes.data(), b->bytes.size());
  });
  const std::byte* end = data.data();
  for (const TensorView* tensor : order) {
    if (tensor->bytes.data() != end) {
      throw InputError("tensor \"" + tensor->name + "\" begins at byte " +
                       std::to_string(tensor->bytes.data() - data.data()) + " of the data; " +
                       "expected " + std::to_string(end - data.data()) +
                       " (no overlap and no hole)");
    }
    end += tensor->bytes.size();
  }
  if (end != data.data() + data.size()) {
    throw InputError(std::to_string(data.size()) + " bytes of data; expected " +
                     std::to_string(end - data.data()) + ", the sum of its tensors");
  }
}

}  // namespace

std::size_t size_of(TensorType type) { return row_of(type).size; }

std::string_view name_of(TensorType type) { return row_of(type).name; }

SafetensorsFile SafetensorsFile::open(const std::filesystem::path& path) {
  SafetensorsFile file;
  file.source_ = path.string();
  file.owned_ = read_model_file(path);
  file.bytes_ = file.owned_;  // a vector keeps its memory when it is moved
  file.parse();
  return file;
}

SafetensorsFile SafetensorsFile::from_bytes(std::span<const std::byte> bytes, std::string source) {
  SafetensorsFile file;
  file.source_ = std::move(source);
  file.bytes_ = bytes;
  file.parse();
  return file;
}

void SafetensorsFile::parse() try {
  if (bytes_.size() < kLengthField) {
    throw InputError(std::to_string(bytes_.size()) + " bytes; expected a safetensors file");
  }
  std::uint64_t header_size = 0;
  std::memcpy(&header_size, bytes_.data(), kLengthField);
  const std::size_t limit = std::min(bytes_.size() - kLengthField, kHeaderLimit);
  if (header_size < 2 || header_size > limit) {
    throw InputError("a header of " + std::to_string(header_size) +
                     " bytes; expected a safetensors header of 2 to " + std::to_string(limit));
  }
  const std::string_view text(reinterpret_cast<const char*>(bytes_.data() + kLengthField),
                              static_cast<std::size_t>(header_size));
  if (text.front() != '{') {
    throw InputError("the header does not begin with '{'; expected a safetensors header");
  }
  const std::span<const std::byte> data =
      bytes_.subspan(kLengthField + static_cast<std::size_t>(header_size));
  const json header = parse_header(text);
  for (const auto& [name, entry] : header.items()) {
    if (name == kMetadataKey) {
      metadata_ = parse_metadata(entry);
    } else {
      tensors_.push_back(parse_tensor(name, entry, data));
    }
  }
  check_tiling(tensors_, data);
} catch (const InputError& error) {
  throw InputError(source_ + ": " + error.what());
}

std::string SafetensorsFile::metadata_or_empty(const std::string& key) const {
  const auto found = metadata_.find(key);
  return found == metadata_.end() ? std::string() : found->second;
}

const TensorView* SafetensorsFile::find(std::string_view name) const {
  const auto found = std::lower_bound(
      tensors_.begin(),
      tensors_.end(),
      name,
      [](const TensorView& tensor, std::string_view wanted) { return tensor.name < wanted; });
  return found != tensors_.end() && found->name == name ? &*found : nullptr;
}

const TensorView& SafetensorsFile::require(std::string_view name, TensorType type) const {
  const TensorView* tensor = find(name);
  if (tensor == nullptr) {
    throw InputError(source_ + ": no tensor \"" + std::string(name) + "\"; expected one of type " +
                     std::string(name_of(type)));
  }
  if (tensor->type != type) {
    throw InputError(source_ + ": tensor \"" + std::string(name) + "\" is " +
                     std::string(name_of(tensor->type)) + "; expected " +
                     std::string(name_of(type)));
  }
  return *tensor;
}

const TensorView& SafetensorsFile::require(std::string_view name,
                                           TensorType type,
                                           const std::vector<std::size_t>& shape) const {
  const TensorView& tensor = require(name, type);
  if (tensor.shape != shape) {
    throw InputError(source_ + ": tensor \"" + std::string(name) + "\" has shape " +
                     shape_text(tensor.shape) + "; expected " + shape_text(shape));
  }
  return tensor;
}

void SafetensorsFile::check_alignment(const TensorView& tensor, std::size_t alignment) const {
  if (reinterpret_cast<std::uintptr_t>(tensor.bytes.data()) % alignment != 0) {
    throw InputError(source_ + ": tensor \"" + tensor.name + "\" is not aligned; expected a " +
                     "multiple of " + std::to_string(alignment) + " bytes");
  }
}

void SafetensorsWriter::set_metadata(std::string key, std::string value) {
  metadata_[std::move(key)] = std::move(value);
}

void SafetensorsWriter::add(std::string name,
                            TensorType type,
                            std::vector<std::size_t> shape,
                            std::span<const std::byte> bytes) {
  EYELID_EXPECTS(!name.empty() && name != kMetadataKey);
  EYELID_EXPECTS(std::none_of(
      entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.name == name; }));
  EYELID_EXPECTS(shape.size() <= kDimensionLimit && byte_count(shape, type) == bytes.size());
  entries_.push_back(
      {std::move(name), type, std::move(shape), std::vector(bytes.begin(), bytes.end())});
}

std::vector<std::byte> SafetensorsWriter::to_bytes() const {
  // Wide elements first: every tensor is then aligned without padding, which the format forbids.
  std::vector<const Entry*> order;
  for (const Entry& entry : entries_) order.push_back(&entry);
  std::sort(order.begin(), order.end(), [](const Entry* a, const Entry* b) {
    const std::size_t size_a = size_of(a->type);
    const std::size_t size_b = size_of(b->type);
    return size_a != size_b ? size_a > size_b : a->name < b->name;
  });

  json header = json::object();
  if (!metadata_.empty()) header[kMetadataKey] = metadata_;
  std::size_t data_size = 0;
  for (const Entry* entry : order) {
    const std::size_t end = data_size + entry->bytes.size();
    header[entry->name] = {{"dtype", name_of(entry->type)},
                           {"shape", entry->shape},
                           {"data_offsets", {data_size, end}}};
    data_size = end;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // spaces are allowed here, and align the data

  std::vector<std::byte> bytes(kLengthField + text.size() + data_size);
  const std::uint64_t header_size = text.size();
  std::memcpy(bytes.data(), &header_size, kLengthField);
  std::memcpy(bytes.data() + kLengthField, text.data(), text.size());
  auto target = bytes.begin() + static_cast<std::ptrdiff_t>(kLengthField + text.size());
  for (const Entry* entry : order) {
    target = std::copy(entry->bytes.begin(), entry->bytes.end(), target);
  }
  return bytes;
}

void SafetensorsWriter::write(const std::filesystem::path& path) const {
  write_model_file(path, to_bytes());
}

}  // namespace eyelid::model_files
