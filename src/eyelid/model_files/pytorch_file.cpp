// SPDX-License-Identifier: MIT
#include "eyelid/model_files/pytorch_file.hpp"

#include <zip.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

#include "eyelid/core/error.hpp"
#include "eyelid/core/half.hpp"
#include "eyelid/model_files/pickle.hpp"

namespace eyelid::model_files {
namespace {

using Kind = PickleValue::Kind;

// The first pickle of the old format: the number 0x1950a86a20f9469cfc6c.
constexpr std::array<unsigned char, 15> kStreamMagic = {
    0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e};
constexpr std::array<unsigned char, 4> kZipMagic = {'P', 'K', 3, 4};

constexpr std::size_t kEntryLimit = std::size_t{256} << 20;

template <std::size_t size>
bool begins_with(std::span<const std::byte> bytes, const std::array<unsigned char, size>& magic) {
  return bytes.size() >= size && std::memcmp(bytes.data(), magic.data(), size) == 0;
}

/// What the pickle says about one block of numbers.
struct Storage {
  std::string key;
  std::string type;       // "torch FloatStorage"
  std::size_t count = 0;  // elements

  std::size_t element_size() const {
    if (type == "torch FloatStorage" || type == "torch IntStorage") return 4;
    if (type == "torch HalfStorage" || type == "torch ShortStorage") return 2;
    if (type == "torch DoubleStorage" || type == "torch LongStorage") return 8;
    return 1;
  }
};

/// What the pickle says about one tensor.
struct TensorPlan {
  std::string name;
  Storage storage;
  std::size_t offset = 0;
  std::vector<std::size_t> shape;
  std::vector<std::size_t> strides;

  /// Where in the storage element i of the row-major order lies.
  std::size_t position(std::size_t i) const {
    std::size_t place = offset;
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      place += i % shape[axis] * strides[axis];
      i /= shape[axis];
    }
    return place;
  }
};

std::size_t count_of(const PickleValue& value) {
  if (value.kind != Kind::Integer || value.integer < 0 || value.integer > (std::int64_t{1} << 40)) {
    throw InputError("a size is not a whole number; expected a PyTorch file");
  }
  return static_cast<std::size_t>(value.integer);
}

std::vector<std::size_t> counts_of(const PickleObjects& objects, const PickleValue& value) {
  if (value.kind != Kind::Tuple || value.items.size() > 8) {
    throw InputError("a shape is not a short tuple; expected a PyTorch file");
  }
  std::vector<std::size_t> counts;
  for (const std::size_t item : value.items) counts.push_back(count_of(objects.at(item)));
  return counts;
}

Storage storage_of(const PickleObjects& objects, const PickleValue& value) {
  // ("storage", type, key, location, element count[, view])
  const bool is_usable = value.kind == Kind::Storage && value.items.size() >= 5 &&
                         objects.at(value.items[1]).kind == Kind::Global &&
                         objects.at(value.items[2]).kind == Kind::Text;
  if (!is_usable) throw InputError("a tensor without storage; expected a PyTorch file");
  return {objects.at(value.items[2]).text,
          objects.at(value.items[1]).text,
          count_of(objects.at(value.items[4]))};
}

/// Arguments of _rebuild_tensor_v2: storage, offset, size, stride, ...
std::optional<TensorPlan> plan_of(const PickleObjects& objects,
                                  const std::string& name,
                                  const PickleValue& value) {
  const PickleValue* call = &value;
  if (call->kind == Kind::Call && call->text == "torch._utils _rebuild_parameter" &&
      !call->items.empty()) {
    call = &objects.at(call->items[0]);
  }
  if (call->kind != Kind::Call || call->text != "torch._utils _rebuild_tensor_v2") {
    return std::nullopt;  // a number or text next to the tensors
  }
  if (call->items.size() < 4) throw InputError("tensor \"" + name + "\" is incomplete");
  TensorPlan plan{name,
                  storage_of(objects, objects.at(call->items[0])),
                  count_of(objects.at(call->items[1])),
                  counts_of(objects, objects.at(call->items[2])),
                  counts_of(objects, objects.at(call->items[3]))};
  if (std::ranges::find(plan.shape, std::size_t{0}) != plan.shape.end()) return plan;
  // Any strides (a transposed view, for example), as long as every number lies inside the storage
  // and there are no more elements than numbers: an expanded view could cost any amount of memory.
  std::size_t count = 1, last = plan.offset;
  bool is_inside = plan.strides.size() == plan.shape.size();
  for (std::size_t i = 0; is_inside && i < plan.shape.size(); i++) {
    std::size_t span = 0;
    is_inside = plan.shape[i] > 0 && !__builtin_mul_overflow(count, plan.shape[i], &count) &&
                !__builtin_mul_overflow(plan.shape[i] - 1, plan.strides[i], &span) &&
                !__builtin_add_overflow(last, span, &last);
  }
  if (!is_inside || last >= plan.storage.count || count > plan.storage.count) {
    throw InputError("tensor \"" + name + "\" is not a part of its storage; expected one");
  }
  return plan;
}

std::vector<TensorPlan> plans_of(const PickleObjects& objects) {
  const PickleValue& root = objects.at(objects.root);
  if (root.kind != Kind::Dict) {
    throw InputError("the object saved is not a state dict; expected names and tensors");
  }
  std::vector<TensorPlan> plans;
  for (std::size_t i = 0; i + 1 < root.items.size(); i += 2) {
    const PickleValue& key = objects.at(root.items[i]);
    if (key.kind != Kind::Text) continue;
    if (auto plan = plan_of(objects, key.text, objects.at(root.items[i + 1]))) {
      plans.push_back(std::move(*plan));
    }
  }
  return plans;
}

using StorageBytes = std::map<std::string, std::span<const std::byte>>;

std::vector<NamedTensor> tensors_of(const std::vector<TensorPlan>& plans,
                                    const StorageBytes& storages) {
  std::vector<NamedTensor> tensors;
  for (const TensorPlan& plan : plans) {
    const bool is_float = plan.storage.type == "torch FloatStorage";
    if (!is_float && plan.storage.type != "torch HalfStorage") continue;
    const auto found = storages.find(plan.storage.key);
    const std::size_t size = plan.storage.element_size();
    if (found == storages.end() || found->second.size() / size < plan.storage.count) {
      throw InputError("tensor \"" + plan.name + "\" has no data; expected " +
                       std::to_string(plan.storage.count) + " numbers");
    }
    std::size_t count = 1;
    for (const std::size_t extent : plan.shape) count *= extent;
    NamedTensor tensor{plan.name, plan.shape, std::vector<float>(count)};
    for (std::size_t i = 0; i < count; i++) {
      const std::byte* element = found->second.data() + plan.position(i) * size;
      if (is_float) {
        std::memcpy(&tensor.values[i], element, sizeof(float));
      } else {
        std::uint16_t bits = 0;
        std::memcpy(&bits, element, sizeof bits);
        tensor.values[i] = float_from_half(bits);
      }
    }
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

/// Before PyTorch 1.6: pickles of a magic number, a version, the system, the dictionary and the
/// list of storage keys, then for every key its element count and its numbers.
std::vector<NamedTensor> read_stream(std::span<const std::byte> bytes) {
  std::size_t position = kStreamMagic.size();
  const auto next_pickle = [&] {
    PickleObjects objects = read_pickle(bytes.subspan(position));
    position += objects.size;
    return objects;
  };
  next_pickle();  // protocol version
  next_pickle();  // byte order and sizes of the machine that wrote it
  const std::vector<TensorPlan> plans = plans_of(next_pickle());
  const PickleObjects keys = next_pickle();

  std::map<std::string, std::size_t> element_sizes;
  for (const TensorPlan& plan : plans) {
    element_sizes[plan.storage.key] = plan.storage.element_size();
  }
  StorageBytes storages;
  for (const std::size_t item : keys.at(keys.root).items) {
    const std::string& key = keys.at(item).text;
    const auto size = element_sizes.find(key);
    if (size == element_sizes.end()) {
      throw InputError("storage \"" + key.substr(0, 40) + "\" belongs to no tensor; expected one");
    }
    std::uint64_t count = 0;
    if (bytes.size() - position < sizeof count) throw InputError("the numbers end early");
    std::memcpy(&count, bytes.data() + position, sizeof count);
    position += sizeof count;
    if (count > (bytes.size() - position) / size->second) {
      throw InputError("the file ends within its numbers; expected " + std::to_string(count) +
                       " more");
    }
    const std::size_t byte_count = static_cast<std::size_t>(count) * size->second;
    storages[key] = bytes.subspan(position, byte_count);
    position += byte_count;
  }
  return tensors_of(plans, storages);
}

class ZipArchive {
 public:
  explicit ZipArchive(std::span<const std::byte> bytes) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    if (source != nullptr) archive_.reset(zip_open_from_source(source, ZIP_RDONLY, &error));
    if (source != nullptr && archive_ == nullptr) zip_source_free(source);
    zip_error_fini(&error);
    if (archive_ == nullptr) throw InputError("a damaged zip archive; expected a PyTorch file");
  }

  /// Name of the entry with this ending; empty if there is none.
  std::string find(std::string_view ending) const {
    const zip_int64_t count = zip_get_num_entries(archive_.get(), 0);
    for (zip_int64_t i = 0; i < count; i++) {
      const char* name = zip_get_name(archive_.get(), static_cast<zip_uint64_t>(i), 0);
      if (name != nullptr && std::string_view(name).ends_with(ending)) return name;
    }
    return {};
  }

  std::vector<std::byte> read(const std::string& name) const {
    zip_stat_t status;
    zip_stat_init(&status);
    if (zip_stat(archive_.get(), name.c_str(), 0, &status) != 0 ||
        (status.valid & ZIP_STAT_SIZE) == 0 || status.size > kEntryLimit) {
      throw InputError("no usable entry \"" + name.substr(0, 80) + "\" in the archive");
    }
    const std::unique_ptr<zip_file_t, decltype(&zip_fclose)> file(
        zip_fopen(archive_.get(), name.c_str(), 0), zip_fclose);
    std::vector<std::byte> bytes;
    std::array<std::byte, 65536> block;
    // In blocks: a false size must not cost memory that the data does not fill.
    while (file != nullptr && bytes.size() < status.size) {
      const zip_int64_t got = zip_fread(file.get(), block.data(), block.size());
      if (got <= 0) break;
      bytes.insert(bytes.end(), block.begin(), block.begin() + got);
    }
    if (bytes.size() != status.size) {
      throw InputError("entry \"" + name.substr(0, 80) + "\" is damaged; expected " +
                       std::to_string(status.size) + " bytes");
    }
    return bytes;
  }

 private:
  struct Discard {
    void operator()(zip_t* archive) const { zip_discard(archive); }
  };
  std::unique_ptr<zip_t, Discard> archive_;
};

std::vector<NamedTensor> read_archive(std::span<const std::byte> bytes) {
  const ZipArchive archive(bytes);
  const std::string pickle_name = archive.find("/data.pkl");
  if (pickle_name.empty()) throw InputError("a zip archive without data.pkl; expected one");
  const std::string data = pickle_name.substr(0, pickle_name.size() - 8) + "data/";
  const std::vector<TensorPlan> plans = plans_of(read_pickle(archive.read(pickle_name)));
  std::map<std::string, std::vector<std::byte>> contents;
  StorageBytes storages;
  std::size_t total = 0;
  for (const TensorPlan& plan : plans) {
    const std::string& key = plan.storage.key;
    if (contents.count(key) != 0) continue;
    const std::vector<std::byte>& content = contents[key] = archive.read(data + key);
    storages[key] = content;
    total += content.size();
    if (total > kEntryLimit) throw InputError("more than 256 MiB of tensors; expected a model");
  }
  return tensors_of(plans, storages);
}

}  // namespace

bool is_pytorch_file(std::span<const std::byte> bytes) {
  return begins_with(bytes, kStreamMagic) || begins_with(bytes, kZipMagic);
}

std::vector<NamedTensor> read_pytorch_tensors(std::span<const std::byte> bytes,
                                              const std::string& source) try {
  if (begins_with(bytes, kStreamMagic)) return read_stream(bytes);
  if (begins_with(bytes, kZipMagic)) return read_archive(bytes);
  throw InputError("not a PyTorch file; expected what torch.save writes");
} catch (const InputError& error) {
  throw InputError(source + ": " + error.what());
}

}  // namespace eyelid::model_files
