// SPDX-License-Identifier: MIT
#include "studies/ipu/tile_convolution.hpp"

#include <algorithm>

#include "eyelid/core/error.hpp"

namespace eyelid::ipu {
namespace {

struct Range {
  int begin = 0;
  int end = 0;
};

/// Part `index` of `size` positions cut into parts of `step`.
Range part(int index, int step, int size) {
  return {std::min(index * step, size), std::min((index + 1) * step, size)};
}

struct Position {
  int image, y, x;  // of the output
};

struct Channel {
  int group, output;  // of the original convolution
  int seen_group, seen_output;
};

/// One multiplication: local input plane, place in the window, weight.
struct Tap {
  int slot, row, column;
  float weight;
};

/// A tile's own memory: the planes and the window of the input that its work needs.
class TileMemory {
 public:
  TileMemory(std::size_t planes) : slot_of_plane_(planes, -1) {}

  void clear() {
    for (const int plane : planes_) slot_of_plane_[static_cast<std::size_t>(plane)] = -1;
    planes_.clear();
  }
  int slot(int plane) {
    int& slot = slot_of_plane_[static_cast<std::size_t>(plane)];
    if (slot < 0) {
      slot = static_cast<int>(planes_.size());
      planes_.push_back(plane);
    }
    return slot;
  }
  void set_window(Range images, Range rows, Range columns) {
    images_ = images;
    rows_ = rows;
    columns_ = columns;
  }
  /// The exchange: fetches planes and window. Returns the elements fetched.
  double fetch(const std::vector<float>& tensor, const TensorShape& shape) {
    const std::size_t width = static_cast<std::size_t>(columns_.end - columns_.begin);
    values_.clear();
    for (int image = images_.begin; image < images_.end; image++) {
      for (const int plane : planes_) {
        for (int row = rows_.begin; row < rows_.end; row++) {
          const std::size_t from =
              ((static_cast<std::size_t>(image) * static_cast<std::size_t>(shape.channels) +
                static_cast<std::size_t>(plane)) *
                   static_cast<std::size_t>(shape.height) +
               static_cast<std::size_t>(row)) *
                  static_cast<std::size_t>(shape.width) +
              static_cast<std::size_t>(columns_.begin);
          const auto begin = tensor.begin() + static_cast<std::ptrdiff_t>(from);
          values_.insert(values_.end(), begin, begin + static_cast<std::ptrdiff_t>(width));
        }
      }
    }
    return static_cast<double>(values_.size());
  }
  /// 0 outside of the window, which reaches to the edges of the map where it matters.
  float at(int image, int slot, int row, int column) const {
    if (row < rows_.begin || row >= rows_.end || column < columns_.begin ||
        column >= columns_.end) {
      return 0.0f;
    }
    const int height = rows_.end - rows_.begin, width = columns_.end - columns_.begin;
    const int planes = static_cast<int>(planes_.size());
    const int index =
        (((image - images_.begin) * planes + slot) * height + row - rows_.begin) * width + column -
        columns_.begin;
    return values_[static_cast<std::size_t>(index)];
  }

 private:
  std::vector<int> slot_of_plane_;
  std::vector<int> planes_;
  std::vector<float> values_;
  Range images_, rows_, columns_;
};

class Runner {
 public:
  Runner(const Operation& operation,
         const Plan& plan,
         Precision precision,
         int batch,
         const std::vector<float>& input,
         std::vector<float>& output,
         Execution& execution)
      : convolution_(operation.convolution),
        weights_(operation.weights),
        plan_(plan),
        precision_(precision),
        batch_(batch),
        input_(input),
        output_(output),
        execution_(execution),
        out_height_(convolution_.output_size(0)),
        out_width_(convolution_.output_size(1)),
        shape_{convolution_.groups * convolution_.inputs,
               convolution_.field[0],
               convolution_.field[1]},
        memory_(static_cast<std::size_t>(shape_.channels)) {
    EYELID_EXPECTS(!plan.view.swap_operands);
  }

  void run() {
    const Split& split = plan_.split;
    for (int group = 0; group < split.groups; group++) {
      for (int out = 0; out < split.outputs * split.serial_outputs; out++) {
        const std::vector<Channel> channels = channels_of(group, out);
        if (channels.empty()) continue;
        for (int image = 0; image < split.batch; image++) {
          for (int y = 0; y < split.field[0]; y++) {
            for (int x = 0; x < split.field[1]; x++) {
              run_output_part(channels, positions_of(image, y, x));
            }
          }
        }
      }
    }
  }

 private:
  std::vector<Channel> channels_of(int group_part, int out_part) const {
    const Range groups = part(group_part, plan_.tile.groups, plan_.seen.groups);
    const Range outs = part(out_part, plan_.tile.outputs, plan_.seen.outputs);
    const int combined = plan_.view.combine_groups;
    const int outputs = plan_.seen.outputs / combined;
    std::vector<Channel> channels;
    for (int g = groups.begin; g < groups.end; g++) {
      for (int o = outs.begin; o < outs.end; o++) {
        const int group = g * combined + o / outputs;
        if (group < convolution_.groups) channels.push_back({group, o % outputs, g, o});
      }
    }
    return channels;
  }

  std::vector<Position> positions_of(int image_part, int y_part, int x_part) const {
    const Convolution& seen = plan_.seen;
    const Range images = part(image_part, plan_.tile.batch, seen.batch);
    const Range rows = part(y_part, plan_.tile.field[0], seen.output_size(0));
    const Range columns = part(x_part, plan_.tile.field[1], seen.output_size(1));
    const auto [flat_rows, flat_columns] = plan_.view.flat;
    std::vector<Position> positions;
    for (int b = images.begin; b < images.end; b++) {
      for (int y = rows.begin; y < rows.end; y++) {
        for (int x = columns.begin; x < columns.end; x++) {
          if (flat_rows && flat_columns) {
            const int in_image = x % (out_height_ * out_width_);
            positions.push_back(
                {x / (out_height_ * out_width_), in_image / out_width_, in_image % out_width_});
          } else if (flat_columns) {
            positions.push_back({x / out_width_, y, x % out_width_});
          } else if (flat_rows) {
            positions.push_back({y / out_height_, y % out_height_, x});
          } else {
            positions.push_back({b, y, x});
          }
        }
      }
    }
    return positions;
  }

  /// The weights that one tile of the reduction multiplies for one channel.
  std::vector<Tap> taps_of(const Channel& channel, Range inputs, Range rows, Range columns) {
    const int combined = plan_.view.combine_groups;
    const int per_group = plan_.seen.inputs / combined;
    const auto [expands_rows, expands_columns] = plan_.view.expand;
    std::vector<Tap> taps;
    for (int i = inputs.begin; i < inputs.end; i++) {
      // Off the diagonal of combined groups the kernel is zero.
      if (channel.seen_group * combined + i / per_group != channel.group) continue;
      int input = i % per_group;
      int row = 0, column = 0;
      if (expands_columns) {
        const int below = per_group / convolution_.kernel[1];
        column = input / below;
        input %= below;
      }
      if (expands_rows) {
        const int below = convolution_.inputs;
        row = input / below;
        input %= below;
      }
      for (int ky = rows.begin; ky < rows.end; ky++) {
        for (int kx = columns.begin; kx < columns.end; kx++) {
          add_tap(channel, input, row + ky, column + kx, taps);
        }
      }
    }
    return taps;
  }

  void add_tap(const Channel& channel, int input, int row, int column, std::vector<Tap>& taps) {
    const Convolution& c = convolution_;
    const int index =
        (((channel.group * c.outputs + channel.output) * c.inputs + input) * c.kernel[0] + row) *
            c.kernel[1] +
        column;
    const float weight = weights_[static_cast<std::size_t>(index)];
    taps.push_back({memory_.slot(channel.group * c.inputs + input),
                    row,
                    column,
                    precision_ == Precision::F16 ? rounded_to_half(weight) : weight});
  }

  void set_window(const std::vector<Position>& positions) {
    Range images{batch_, 0}, rows{shape_.height, 0}, columns{shape_.width, 0};
    const auto widen = [](Range& range, int first, int last, int size) {
      range.begin = std::min(range.begin, std::clamp(first, 0, size));
      range.end = std::max(range.end, std::clamp(last + 1, 0, size));
    };
    for (const Position& p : positions) {
      widen(images, p.image, p.image, batch_);
      const int row = p.y * convolution_.stride[0] - convolution_.padding_lower[0];
      const int column = p.x * convolution_.stride[1] - convolution_.padding_lower[1];
      widen(rows, row, row + convolution_.kernel[0] - 1, shape_.height);
      widen(columns, column, column + convolution_.kernel[1] - 1, shape_.width);
    }
    memory_.set_window(images, rows, columns);
  }

  /// One tile of the reduction: its partial sums, (channel, position).
  std::vector<float> partial_sums(const std::vector<Channel>& channels,
                                  const std::vector<Position>& positions,
                                  Range inputs,
                                  Range rows,
                                  Range columns) {
    memory_.clear();
    std::vector<std::vector<Tap>> taps;
    double weights = 0.0;
    for (const Channel& channel : channels) {
      taps.push_back(taps_of(channel, inputs, rows, columns));
      weights += static_cast<double>(taps.back().size());
    }
    set_window(positions);
    execution_.tile_runs += 1.0;
    execution_.exchanged_bytes += (memory_.fetch(input_, shape_) + weights) * bytes_of(precision_);
    std::vector<float> sums;
    sums.reserve(channels.size() * positions.size());
    for (const std::vector<Tap>& of_channel : taps) {
      for (const Position& p : positions) {
        const int top = p.y * convolution_.stride[0] - convolution_.padding_lower[0];
        const int left = p.x * convolution_.stride[1] - convolution_.padding_lower[1];
        float sum = 0.0f;
        for (const Tap& tap : of_channel) {
          sum += tap.weight * memory_.at(p.image, tap.slot, top + tap.row, left + tap.column);
        }
        sums.push_back(sum);
      }
    }
    return sums;
  }

  void run_output_part(const std::vector<Channel>& channels,
                       const std::vector<Position>& positions) {
    if (positions.empty()) return;
    const Split& split = plan_.split;
    std::vector<std::vector<float>> partials;
    for (int i = 0; i < split.inputs; i++) {
      for (int ky = 0; ky < split.kernel[0]; ky++) {
        for (int kx = 0; kx < split.kernel[1]; kx++) {
          partials.push_back(partial_sums(channels,
                                          positions,
                                          part(i, plan_.tile.inputs, plan_.seen.inputs),
                                          part(ky, plan_.tile.kernel[0], plan_.seen.kernel[0]),
                                          part(kx, plan_.tile.kernel[1], plan_.seen.kernel[1])));
        }
      }
    }
    for (const int factor : reduction_stages(split.reduction_depth())) add_up(factor, partials);
    std::size_t index = 0;
    for (const Channel& channel : channels) {
      const int plane = channel.group * convolution_.outputs + channel.output;
      for (const Position& p : positions) {
        const float value = partials[0][index++];
        output_[static_cast<std::size_t>(
            ((p.image * convolution_.groups * convolution_.outputs + plane) * out_height_ + p.y) *
                out_width_ +
            p.x)] = precision_ == Precision::F16 ? rounded_to_half(value) : value;
      }
    }
  }

  /// One stage of the reduction: every `factor` neighbors become one.
  static void add_up(int factor, std::vector<std::vector<float>>& partials) {
    std::vector<std::vector<float>> sums;
    for (std::size_t i = 0; i < partials.size(); i++) {
      if (i % static_cast<std::size_t>(factor) == 0) {
        sums.push_back(std::move(partials[i]));
        continue;
      }
      for (std::size_t k = 0; k < sums.back().size(); k++) sums.back()[k] += partials[i][k];
    }
    partials = std::move(sums);
  }

  const Convolution& convolution_;
  const std::vector<float>& weights_;
  const Plan& plan_;
  Precision precision_;
  int batch_;
  const std::vector<float>& input_;
  std::vector<float>& output_;
  Execution& execution_;
  int out_height_, out_width_;
  TensorShape shape_;
  TileMemory memory_;
};

}  // namespace

void run_on_tiles(const Operation& operation,
                  const Plan& plan,
                  Precision precision,
                  int batch,
                  const std::vector<float>& input,
                  std::vector<float>& output,
                  Execution& execution) {
  Runner(operation, plan, precision, batch, input, output, execution).run();
}

}  // namespace eyelid::ipu
