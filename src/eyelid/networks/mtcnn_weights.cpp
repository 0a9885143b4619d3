// SPDX-License-Identifier: MIT
#include "eyelid/networks/mtcnn_weights.hpp"

#include "eyelid/core/error.hpp"
#include "eyelid/files/sha256.hpp"
#include "eyelid/model_files/model_file.hpp"
#include "eyelid/model_files/numpy_file.hpp"
#include "eyelid/model_files/pytorch_file.hpp"
#include "eyelid/model_files/safetensors.hpp"
#include "eyelid/networks/mtcnn_import.hpp"

namespace eyelid::networks {
namespace {

constexpr const char* kMtcnnFormat = "eyelid mtcnn 1";
constexpr std::array<const char*, 3> kNetworks = {"pnet", "rnet", "onet"};
constexpr std::array<const char*, 3> kPytorchNames = {"pnet.pt", "rnet.pt", "onet.pt"};
constexpr std::array<const char*, 3> kNumpyNames = {"det1.npy", "det2.npy", "det3.npy"};

std::string tensor_name(std::string_view network, const MtcnnLayerShape& shape) {
  return std::string(network) + "." + std::string(shape.name);
}

std::vector<std::size_t> weight_shape(const MtcnnLayerShape& shape) {
  return {shape.outputs, shape.inputs, shape.window, shape.window};
}

std::vector<float> take(const model_files::SafetensorsFile& file,
                        const std::string& name,
                        const std::vector<std::size_t>& shape) {
  const std::span<const float> values = file.values<float>(name, shape);
  check_finite(values, file.source(), name);
  return {values.begin(), values.end()};
}

MtcnnWeights mtcnn_from_safetensors(const model_files::SafetensorsFile& file) {
  MtcnnWeights weights;
  static_cast<ModelDescription&>(weights) = read_description(file, kMtcnnFormat);
  std::size_t tensor_count = 0;
  for_each_mtcnn_layer(
      weights, [&](std::string_view network, const MtcnnLayerShape& shape, MtcnnLayer& layer) {
        const std::string name = tensor_name(network, shape);
        layer.weights = take(file, name + ".weight", weight_shape(shape));
        layer.bias = take(file, name + ".bias", {shape.outputs});
        if (!shape.slopes.empty()) layer.slopes = take(file, name + ".slope", {shape.outputs});
        tensor_count += shape.slopes.empty() ? 2 : 3;
      });
  check_tensor_count(file, tensor_count);
  return weights;
}

/// Foreign files carry no description; the two published sets (the same numbers) are recognized by
/// their hashes: facenet-pytorch's three .pt and D. Sandberg's three .npy files.
constexpr std::array<const char*, 2> kPublishedHashes = {
    "743721dfef3c9612636462a252c4e3d23c1fab4031274a9692fe3c587dbf1fe5",
    "0a9170f7cea8cde5851df76df7b4d69e91d1879209d816832074df94e492bd9c"};

void describe_published(MtcnnWeights& weights) {
  weights.name = "MTCNN";
  for (const char* hash : kPublishedHashes) {
    if (weights.sha256 != hash) continue;
    weights.name = "MTCNN of Zhang et al. 2016";
    weights.training_data = "WIDER FACE, CelebA";
    weights.license = "MIT";
  }
}

/// Three files in one folder, one per network.
MtcnnWeights from_folder(const std::filesystem::path& folder, MtcnnEncoding encoding) {
  const bool is_pytorch = encoding == MtcnnEncoding::PyTorch;
  MtcnnWeights weights;
  weights.format = is_pytorch ? "PyTorch" : "numpy";
  std::vector<std::byte> all;
  for (std::size_t i = 0; i < kNetworks.size(); i++) {
    const std::filesystem::path path = folder / (is_pytorch ? kPytorchNames[i] : kNumpyNames[i]);
    const std::vector<std::byte> bytes = model_files::read_model_file(path);
    const std::vector<model_files::NamedTensor> tensors =
        is_pytorch ? model_files::read_pytorch_tensors(bytes, path.string())
                   : model_files::read_numpy_dictionary(bytes, path.string());
    import_mtcnn_network(kNetworks[i], tensors, encoding, "", path.string(), weights);
    all.insert(all.end(), bytes.begin(), bytes.end());
  }
  weights.source = folder.string();
  weights.sha256 = files::sha256_hex(all);
  describe_published(weights);
  return weights;
}

bool is_one_of(const std::filesystem::path& path, const std::array<const char*, 3>& names) {
  for (const char* name : names) {
    if (path.filename() == name) return true;
  }
  return false;
}

}  // namespace

MtcnnWeights load_mtcnn(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    if (std::filesystem::exists(path / kPytorchNames[0], ignored)) {
      return from_folder(path, MtcnnEncoding::PyTorch);
    }
    if (std::filesystem::exists(path / kNumpyNames[0], ignored)) {
      return from_folder(path, MtcnnEncoding::Numpy);
    }
    throw InputError(path.string() +
                     ": neither pnet.pt nor det1.npy in this folder; expected the three files of "
                     "MTCNN");
  }
  if (is_one_of(path, kPytorchNames))
    return from_folder(path.parent_path(), MtcnnEncoding::PyTorch);
  if (is_one_of(path, kNumpyNames)) return from_folder(path.parent_path(), MtcnnEncoding::Numpy);
  return load_mtcnn(model_files::read_model_file(path), path.string());
}

MtcnnWeights load_mtcnn(std::span<const std::byte> bytes, const std::string& source) {
  MtcnnWeights weights;
  if (model_files::is_pytorch_file(bytes)) {
    const std::vector<model_files::NamedTensor> tensors =
        model_files::read_pytorch_tensors(bytes, source);
    for (const std::string network : kNetworks) {
      import_mtcnn_network(
          network, tensors, MtcnnEncoding::PyTorch, network + ".", source, weights);
    }
    weights.name = "MTCNN";
    weights.format = "PyTorch";
  } else if (model_files::is_safetensors_file(bytes)) {
    weights = mtcnn_from_safetensors(model_files::SafetensorsFile::from_bytes(bytes, source));
  } else {
    throw InputError(source +
                     ": unknown model format; expected MTCNN as safetensors, as PyTorch file, "
                     "or a folder with pnet.pt, rnet.pt, onet.pt or det1.npy, det2.npy, det3.npy");
  }
  weights.source = source;
  weights.sha256 = files::sha256_hex(bytes);
  return weights;
}

bool is_mtcnn_safetensors(std::span<const std::byte> bytes, const std::string& source) {
  return model_files::is_safetensors_file(bytes) &&
         model_files::SafetensorsFile::from_bytes(bytes, source).metadata_or_empty("format") ==
             kMtcnnFormat;
}

std::vector<std::byte> mtcnn_to_safetensors(const MtcnnWeights& weights) {
  model_files::SafetensorsWriter writer;
  write_description(writer, kMtcnnFormat, weights);
  writer.set_metadata("input_scale",
                      "0.0078125");  // for readers of the file: fixed in this network
  writer.set_metadata("input_offset", "-0.99609375");
  for_each_mtcnn_layer(
      weights,
      [&](std::string_view network, const MtcnnLayerShape& shape, const MtcnnLayer& layer) {
        const std::string name = tensor_name(network, shape);
        const auto add = [&](const char* kind,
                             const std::vector<std::size_t>& extents,
                             const std::vector<float>& values) {
          writer.add(name + kind, extents, std::span<const float>(values));
        };
        add(".weight", weight_shape(shape), layer.weights);
        add(".bias", {shape.outputs}, layer.bias);
        if (!shape.slopes.empty()) add(".slope", {shape.outputs}, layer.slopes);
      });
  return writer.to_bytes();
}

void convert_mtcnn(const std::filesystem::path& source, const std::filesystem::path& target) {
  model_files::write_model_file(target, mtcnn_to_safetensors(load_mtcnn(source)));
}

DescriptionLines describe_mtcnn(const MtcnnWeights& weights) {
  std::size_t parameters = 0;
  for_each_mtcnn_layer(weights, [&](std::string_view, const auto&, const MtcnnLayer& layer) {
    parameters += layer.weights.size() + layer.bias.size() + layer.slopes.size();
  });
  return describe(
      "MTCNN: P-net 12x12, R-net 24x24, O-net 48x48, 5 points",
      weights,
      {{"input", weights.is_stored_as_color ? "RGB, summed to gray on loading" : "gray"},
       {"input normalization", "(pixel - 127.5) / 128"}},
      parameters);
}

}  // namespace eyelid::networks
