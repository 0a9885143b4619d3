// SPDX-License-Identifier: MIT
#include "training/detector/checkpoint.hpp"

#include <charconv>
#include <span>

#include "eyelid/core/error.hpp"
#include "eyelid/inference/safetensors.hpp"
#include "eyelid/output/atomic_file.hpp"

namespace eyelid::training {
namespace {

constexpr const char* kFormat = "eyelid detector checkpoint 1";

/// visit(name, tensor) for all state of a run.
template <class Visit>
void for_each_state(DetectorNetwork& network, Optimiser& optimiser, Visit visit) {
  visit("parameters", network.parameters());
  visit("statistics", network.statistics());
  visit("first_moment", optimiser.first_moment());
  visit("second_moment", optimiser.second_moment());
  visit("average_parameters", optimiser.average_parameters());
  visit("average_statistics", optimiser.average_statistics());
}

inference::SafetensorsFile open_checkpoint(const std::filesystem::path& path) {
  auto file = inference::SafetensorsFile::open(path);
  if (file.metadata_or_empty("format") != kFormat) {
    throw InputError(path.string() + ": metadata format is \"" + file.metadata_or_empty("format") +
                     "\"; expected \"" + kFormat + "\"");
  }
  return file;
}

void read_state(const inference::SafetensorsFile& file, const char* name, torch::Tensor& tensor) {
  const auto count = tensor.numel();
  const auto values = file.values<float>(name, {static_cast<std::size_t>(count)});
  tensor.copy_(torch::from_blob(const_cast<float*>(values.data()), {count}));
}

}  // namespace

void write_checkpoint(const std::filesystem::path& path,
                      DetectorNetwork& network,
                      Optimiser& optimiser,
                      const std::string& settings) {
  inference::SafetensorsWriter writer;
  writer.set_metadata("format", kFormat);
  writer.set_metadata("settings", settings);
  writer.set_metadata("steps", std::to_string(optimiser.steps_done()));
  for_each_state(network, optimiser, [&](const char* name, const torch::Tensor& tensor) {
    const std::vector<float> numbers = numbers_of(tensor);
    writer.add<float>(name, {numbers.size()}, std::span<const float>(numbers));
  });
  const std::vector<std::byte> bytes = writer.to_bytes();
  output::AtomicFile file(path);
  file.write(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
  file.commit(output::AtomicFile::Durability::kSync);
}

void read_checkpoint(const std::filesystem::path& path,
                     DetectorNetwork& network,
                     Optimiser& optimiser,
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
  for_each_state(network, optimiser, [&](const char* name, torch::Tensor& tensor) {
    read_state(file, name, tensor);
  });
  optimiser.set_steps_done(steps);
}

void read_averages(const std::filesystem::path& path,
                   DetectorNetwork& network,
                   Optimiser& optimiser) {
  const auto file = open_checkpoint(path);
  read_state(file, "average_parameters", network.parameters());
  read_state(file, "average_statistics", network.statistics());
  optimiser.average_parameters().copy_(network.parameters());
  optimiser.average_statistics().copy_(network.statistics());
}

}  // namespace eyelid::training
