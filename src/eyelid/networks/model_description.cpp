// SPDX-License-Identifier: MIT
#include "eyelid/networks/model_description.hpp"

#include <cmath>

#include "eyelid/core/error.hpp"

namespace eyelid::networks {

ModelDescription read_description(const model_files::SafetensorsFile& file, const char* format) {
  if (file.metadata_or_empty("format") != format) {
    throw InputError(file.source() + ": metadata format is \"" + file.metadata_or_empty("format") +
                     "\"; expected \"" + format + "\"");
  }
  return {.name = file.metadata_or_empty("name"),
          .version = file.metadata_or_empty("version"),
          .training_data = file.metadata_or_empty("training_data"),
          .license = file.metadata_or_empty("licence"),
          .source = file.source(),
          .format = "safetensors",
          .sha256 = ""};
}

void write_description(model_files::SafetensorsWriter& writer,
                       const char* format,
                       const ModelDescription& description) {
  writer.set_metadata("format", format);
  writer.set_metadata("name", description.name);
  writer.set_metadata("version", description.version);
  writer.set_metadata("training_data", description.training_data);
  writer.set_metadata("licence", description.license);
}

DescriptionLines describe(const char* kind,
                          const ModelDescription& description,
                          DescriptionLines more,
                          std::size_t parameters) {
  const auto or_unknown = [](const std::string& text) {
    return text.empty() ? std::string("not stated in the file") : text;
  };
  DescriptionLines lines = {{"kind", kind},
                            {"name", or_unknown(description.name)},
                            {"version", or_unknown(description.version)},
                            {"training data", or_unknown(description.training_data)},
                            {"license", or_unknown(description.license)},
                            {"file format", description.format}};
  lines.insert(lines.end(), more.begin(), more.end());
  lines.emplace_back("parameters", std::to_string(parameters) + " as gray");
  lines.emplace_back("sha256", description.sha256);
  return lines;
}

void check_finite(std::span<const float> values,
                  const std::string& source,
                  const std::string& tensor) {
  for (const float value : values) {
    if (!std::isfinite(value)) {
      throw InputError(source + ": tensor \"" + tensor +
                       "\" holds a number that is not finite; expected finite weights");
    }
  }
}

void check_tensor_count(const model_files::SafetensorsFile& file, std::size_t count) {
  if (file.tensors().size() != count) {
    throw InputError(file.source() + ": " + std::to_string(file.tensors().size()) +
                     " tensors; expected " + std::to_string(count));
  }
}

}  // namespace eyelid::networks
