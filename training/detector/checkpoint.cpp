// SPDX-License-Identifier: MIT
#include "training/detector/checkpoint.hpp"

#include <charconv>
#include <span>

#include "eyelid/core/error.hpp"
#include "eyelid/files/atomic_file.hpp"
#include "eyelid/model_files/safetensors.hpp"

namespace eyelid::training {
namespace {

constexpr const char* kFormat = "eyelid detector checkpoint 1";

/// visit(name, tensor) for all state of a run.
template <class Visit>
void for_each_state(DetectorNetwork& network, Optimizer& optimizer, Visit visit) {
  visit("parameters", network.parameters());
  visit("statistics", network.statistics());
  visit("first_moment", optimizer.first_moment());
  visit("second_moment", optimizer.second_moment());
  visit("average_parameters", optimizer.average_parameters());
  visit("average_statistics", optimizer.average_statistics());
}

model_files::SafetensorsFile open_checkpoint(const std::filesystem::path& path) {
  auto file = model_files::SafetensorsFile::open(path);
  if (file.metadata_or_empty("format") != kFormat) {
    throw InputError(path.string() + ": metadata format is \"" + file.metadata_or_empty("format") +
                     "\"; expected \"" + kFormat + "\"");
  }
  return file;
}

void read_state(const model_files::SafetensorsFile& file, const char* name, torch::Tensor& tensor) {
  const auto count = tensor.numel();
  const auto values = file.values<float>(name, {static_cast<std::size_t>(count)});
  tensor.copy_(torch::from_blob(const_cast<float*>(values.data()), {count}));
}

}  // namespace

void write_checkpoint(const std::filesystem::path& path,
                      DetectorNetwork& network,
                      Optimizer& optimizer,
                      const std::string& settings) {
  model_files::SafetensorsWriter writer;
  writer.set_metadata("format", kFormat);
  writer.set_metadata("settings", settings);
  writer.set_metadata("steps", std::to_string(optimizer.steps_done()));
  for_each_state(network, optimizer, [&](const char* name, const torch::Tensor& tensor) {
    const std::vector<float> numbers = numbers_of(tensor);
    writer.add<float>(name, {numbers.size()}, std::span<const float>(numbers));
  });
  files::write_file(path, writer.to_bytes(), files::Durability::kSync);
}

void read_checkpoint(const std::filesystem::path& path,
                     DetectorNetwork& network,
                     Optimizer& optimizer,
                     const std::string& settings) {
  const auto file = open_checkpoint(path);
  if (file.metadata_or_empty("settings") != settings) {
    throw InputError(path.string() + ": written by a run with \"" +
                     file.metadata_or_empty("settings") + "\"; expected \"" + settings + "\"");
  }
  const std::string text = file.metadata_or_empty("steps");
  std::int64_t steps = -1;
  std::from_chars(text.data(), text.data() + text.size(), steps);
  if (steps < 0) {
    throw InputError(path.string() + ": metadata steps is \"" + text + "\"; expected a number");
  }
  for_each_state(network, optimizer, [&](const char* name, torch::Tensor& tensor) {
    read_state(file, name, tensor);
  });
  optimizer.set_steps_done(steps);
}

void read_averages(const std::filesystem::path& path,
                   DetectorNetwork& network,
                   Optimizer& optimizer) {
  const auto file = open_checkpoint(path);
  read_state(file, "average_parameters", network.parameters());
  read_state(file, "average_statistics", network.statistics());
  optimizer.average_parameters().copy_(network.parameters());
  optimizer.average_statistics().copy_(network.statistics());
}

}  // namespace eyelid::training
