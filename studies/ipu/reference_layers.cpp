// SPDX-License-Identifier: MIT
#include <charconv>

#include "eyelid/core/error.hpp"
#include "eyelid/tables/csv_reader.hpp"
#include "studies/ipu/training_step.hpp"

namespace eyelid::ipu {
namespace {

constexpr int kMaxCount = 1 << 20;

int whole_number(const tables::CsvReader& csv, std::size_t column, int min) {
  const std::int64_t value = csv.integer(column);
  if (value < min || value > kMaxCount) {
    csv.fail(column, "a whole number from " + std::to_string(min) + " to 1048576");
  }
  return static_cast<int>(value);
}

/// "3" or "1x7".
Pair sizes(const tables::CsvReader& csv, std::size_t column, int min) {
  const std::string_view text = csv.text(column);
  const std::size_t cross = text.find('x');
  const auto number = [&](std::string_view part) {
    int value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (error != std::errc() || end != part.data() + part.size() || value < min ||
        value > kMaxCount) {
      csv.fail(column, "a size, such as 3 or 1x7");
    }
    return value;
  };
  if (cross == std::string_view::npos) return {number(text), number(text)};
  return {number(text.substr(0, cross)), number(text.substr(cross + 1))};
}

double reference(const tables::CsvReader& csv, std::optional<std::size_t> column) {
  const double value = csv.optional_number(column).value_or(0.0);
  if (value < 0.0) csv.fail(*column, "cycles, 0 or more");
  return value;
}

}  // namespace

std::vector<ReferenceLayer> read_reference_layers(const std::filesystem::path& path) {
  tables::CsvReader csv(path);
  const std::size_t name = csv.required_column("layer"), batch = csv.required_column("batch");
  const std::size_t height = csv.required_column("field_height");
  const std::size_t width = csv.required_column("field_width");
  const std::size_t kernel = csv.required_column("kernel"), stride = csv.required_column("stride");
  const auto both = csv.column("padding_both_sides"), lower = csv.column("padding_lower_side");
  const std::size_t groups = csv.required_column("groups");
  const std::size_t inputs = csv.required_column("input_channels_per_group");
  const std::size_t outputs = csv.required_column("output_channels_per_group");
  const auto mk1 = csv.column("mk1_cycles"), mk2 = csv.column("mk2_cycles");
  std::vector<ReferenceLayer> layers;
  while (csv.next()) {
    ReferenceLayer row;
    row.layer.name = csv.text(name);
    Convolution& c = row.layer.forward;
    c.batch = whole_number(csv, batch, 1);
    c.field = {whole_number(csv, height, 1), whole_number(csv, width, 1)};
    c.kernel = sizes(csv, kernel, 1);
    c.stride = sizes(csv, stride, 1);
    c.groups = whole_number(csv, groups, 1);
    c.inputs = whole_number(csv, inputs, 1);
    c.outputs = whole_number(csv, outputs, 1);
    const auto padding = [&](std::optional<std::size_t> column) -> Pair {
      if (!column || csv.text(*column).empty()) return {0, 0};
      if (csv.text(*column).find('x') != std::string_view::npos) return sizes(csv, *column, 0);
      const int value = whole_number(csv, *column, 0);
      return {value, value};
    };
    const Pair on_both = padding(both), on_lower = padding(lower);
    for (std::size_t d = 0; d < 2; d++) {
      c.padding_lower[d] = on_both[d] + on_lower[d];
      c.padding_upper[d] = on_both[d];
    }
    if (c.output_size(0) < 1 || c.output_size(1) < 1) {
      csv.fail(kernel, "a kernel that fits into the padded field");
    }
    row.mk1_cycles = reference(csv, mk1);
    row.mk2_cycles = reference(csv, mk2);
    layers.push_back(row);
  }
  if (layers.empty()) throw InputError(path.string() + ": no rows; expected layers");
  return layers;
}

}  // namespace eyelid::ipu
