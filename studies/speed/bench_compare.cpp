// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <CLI/App.hpp>

#include <cmath>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "apps/command_line/json_output.hpp"
#include "apps/command_line/options.hpp"
#include "apps/command_line/terminal_table.hpp"
#include "apps/command_line/value_names.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/files/json_file.hpp"
#include "studies/speed/bench_tables.hpp"

namespace eyelid::speed {
namespace {

/// One machine's figures by batch size; missing ones are not in the maps.
struct MachineCurve {
  std::string name;
  std::map<int, double> latency_ms;  // of a batch
  std::map<int, double> images_per_s;
  std::map<int, double> images_per_s_per_w;
};

nlohmann::json read_bench_json(const std::filesystem::path& path) {
  nlohmann::json object = files::read_json_object(path, "a file from `eyelid bench --json`");
  const bool is_bench = object.contains("command") && object["command"].is_string() &&
                        object.contains("rows") && object["rows"].is_array();
  if (!is_bench) {
    throw InputError(path.string() +
                     ": not from `eyelid bench --json`; expected an object with command and rows");
  }
  return object;
}

double number(const nlohmann::json& row, const char* key) {
  const auto found = row.find(key);
  return found != row.end() && found->is_number() ? found->get<double>() : kAbsent;
}

/// A batch size or a number of threads; nothing where it is invalid.
std::optional<int> count(const nlohmann::json& row, const char* key) {
  constexpr double kMaxCount = 1 << 20;
  const double value = number(row, key);
  if (!(value >= 1.0 && value <= kMaxCount)) return std::nullopt;
  return static_cast<int>(value);
}

/// The detector's rows of one file, those with the most threads where there are several.
void add_rows(const std::filesystem::path& path,
              const nlohmann::json& object,
              MachineCurve& curve) {
  std::map<int, int> threads_at;
  for (const auto& row : object["rows"]) {
    if (!row.is_object() || !row.contains("stage") || row["stage"] != "detector") continue;
    const auto batch_number = count(row, "batch");
    if (!batch_number) continue;
    const int batch = *batch_number;
    const int threads = count(row, "threads").value_or(1);
    if (threads_at.contains(batch) && threads_at[batch] > threads) continue;
    threads_at[batch] = threads;
    const auto keep = [&](std::map<int, double>& figures, const char* key) {
      if (const double value = number(row, key); std::isfinite(value)) figures[batch] = value;
    };
    keep(curve.latency_ms, "ms_p50");
    keep(curve.images_per_s, "images_per_s");
    keep(curve.images_per_s_per_w, "images_per_s_per_w");
  }
  if (threads_at.empty()) {
    throw InputError(
        path.string() +
        ": no row of stage detector; expected the results of bench detector or bench latency");
  }
}

/// One curve per machine: files of the same machine (same CPU, GPU and threads) are joined.
std::vector<MachineCurve> read_machines(const std::vector<std::filesystem::path>& paths) {
  std::vector<MachineCurve> curves;
  std::map<std::string, std::size_t> known;
  for (const std::filesystem::path& path : paths) {
    const nlohmann::json object = read_bench_json(path);
    const auto machine = object.find("machine");
    const std::string key =
        machine != object.end() && machine->is_object() ? machine->dump() : path.string();
    const auto [found, is_new] = known.try_emplace(key, curves.size());
    if (is_new) curves.push_back({path.stem().string(), {}, {}, {}});
    add_rows(path, object, curves[found->second]);
  }
  return curves;
}

std::vector<MachineCurve> study_machines() {
  std::vector<MachineCurve> curves;
  const nlohmann::json& study = study_figures();
  for (const auto& [key, device] : study.at("devices").items()) {
    MachineCurve curve{"study: " + device.at("name").get<std::string>(), {}, {}, {}};
    for (const auto& row : study.at("detector").at(key)) {
      curve.images_per_s[row.at("batch")] = row.at("images_per_s");
    }
    for (const auto& row : study.at("latency").at(key)) {
      curve.latency_ms[row.at("batch")] = row.at("latency_ms");
      curve.images_per_s_per_w[row.at("batch")] = row.at("images_per_s_per_w");
      // The throughput tables lack small batch sizes of the V100; batch / latency replaces them.
      curve.images_per_s.try_emplace(
          row.at("batch"),
          1e3 * row.at("batch").get<double>() / row.at("latency_ms").get<double>());
    }
    curves.push_back(curve);
  }
  return curves;
}

void print_by_batch(const std::string& title,
                    const std::vector<MachineCurve>& curves,
                    std::map<int, double> MachineCurve::*figures,
                    int decimals) {
  std::set<int> batches;
  for (const MachineCurve& curve : curves) {
    for (const auto& [batch, value] : curve.*figures) batches.insert(batch);
  }
  std::vector<std::string> heading = {title};
  for (const MachineCurve& curve : curves) heading.push_back(curve.name);
  app::TerminalTable table(heading);
  for (const int batch : batches) {
    std::vector<std::string> line = {fmt::format("batch {}", batch)};
    for (const MachineCurve& curve : curves) {
      const auto found = (curve.*figures).find(batch);
      line.push_back(
          app::cell(found == (curve.*figures).end() ? kAbsent : found->second, decimals));
    }
    table.add(line);
  }
  table.print();
  fmt::print("\n");
}

/// First and last batch size at which `a` does more than `b`, of those that both have.
struct BreakEven {
  int first_ahead = 0;     // 0: never
  int last_ahead = 0;      // 0: never
  double batch = kAbsent;  // where the curves cross, between two batches (log-log); NaN: nowhere
  int compared = 0;
};

BreakEven break_even(const std::map<int, double>& a, const std::map<int, double>& b) {
  BreakEven result;
  double last_log_batch = kAbsent, last_lead = kAbsent;
  for (const auto& [batch, value] : a) {
    const auto other = b.find(batch);
    if (other == b.end()) continue;
    ++result.compared;
    const double log_batch = std::log2(batch), lead = std::log(value / other->second);
    if (lead > 0.0) {
      if (result.first_ahead == 0) result.first_ahead = batch;
      result.last_ahead = batch;
    }
    if (std::isfinite(last_lead) && (lead > 0.0) != (last_lead > 0.0)) {
      const double share = last_lead / (last_lead - lead);
      result.batch = std::exp2(last_log_batch + share * (log_batch - last_log_batch));
    }
    last_log_batch = log_batch;
    last_lead = lead;
  }
  return result;
}

nlohmann::ordered_json break_even_rows(const std::vector<MachineCurve>& curves,
                                       const char* figure,
                                       std::map<int, double> MachineCurve::*figures,
                                       app::TerminalTable& table) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < curves.size(); ++i) {
    for (std::size_t k = i + 1; k < curves.size(); ++k) {
      const BreakEven at = break_even(curves[i].*figures, curves[k].*figures);
      if (at.compared == 0) continue;
      std::string who = "never ahead";
      if (at.first_ahead > 0) {
        who = at.first_ahead == at.last_ahead
                  ? fmt::format("ahead at batch {}", at.first_ahead)
                  : fmt::format("ahead at batch {} to {}", at.first_ahead, at.last_ahead);
      }
      table.add({fmt::format("{}, {}: {}", figure, curves[i].name, who),
                 curves[k].name,
                 app::cell(at.batch, 1),
                 fmt::format("{}", at.compared)});
      rows.push_back({{"figure", figure},
                      {"machine", curves[i].name},
                      {"against", curves[k].name},
                      {"first_batch_ahead",
                       at.first_ahead > 0 ? nlohmann::ordered_json(at.first_ahead) : nullptr},
                      {"last_batch_ahead",
                       at.last_ahead > 0 ? nlohmann::ordered_json(at.last_ahead) : nullptr},
                      {"break_even_batch", app::json_number(at.batch)},
                      {"batches_compared", at.compared}});
    }
  }
  return rows;
}

nlohmann::ordered_json curve_json(const std::map<int, double>& figures) {
  nlohmann::ordered_json points = nlohmann::ordered_json::array();
  for (const auto& [batch, value] : figures) points.push_back({batch, value});
  return points;
}

struct CompareCommand {
  std::vector<std::filesystem::path> files;
  BenchOutputs outputs;

  void run() const {
    std::vector<MachineCurve> curves = read_machines(files);
    for (const MachineCurve& curve : study_machines()) curves.push_back(curve);
    print_by_batch("latency, ms", curves, &MachineCurve::latency_ms, 3);
    print_by_batch("images/s", curves, &MachineCurve::images_per_s, 0);
    print_by_batch("images/s/W", curves, &MachineCurve::images_per_s_per_w, 2);
    app::TerminalTable table({"break-even", "against", "batch", "batches compared"});
    nlohmann::ordered_json crossings =
        break_even_rows(curves, "throughput", &MachineCurve::images_per_s, table);
    for (auto& row : break_even_rows(curves, "energy", &MachineCurve::images_per_s_per_w, table)) {
      crossings.push_back(row);
    }
    table.print();
    print_study_source();

    nlohmann::ordered_json object = app::json_head("bench compare");
    object["rows"] = nlohmann::ordered_json::array();
    object["machines"] = nlohmann::ordered_json::array();
    for (const MachineCurve& curve : curves) {
      object["machines"].push_back({{"name", curve.name},
                                    {"latency_ms", curve_json(curve.latency_ms)},
                                    {"images_per_s", curve_json(curve.images_per_s)},
                                    {"images_per_s_per_w", curve_json(curve.images_per_s_per_w)}});
    }
    object["break_even"] = crossings;
    write_bench(outputs, object);
  }
};

}  // namespace

void add_bench_compare(CLI::App& bench) {
  auto command = std::make_shared<CompareCommand>();
  CLI::App* app = bench.add_subcommand(
      "compare", "Compare several machines and the study's three, from bench --json files");
  app->add_option("files", command->files, "JSON files from bench detector and bench latency")
      ->type_name(app::kPath)
      ->required();
  app::add_json_option(*app, command->outputs.json);
  app::add_html_option(*app, command->outputs.html);
  app->callback([command] { command->run(); });
}

}  // namespace eyelid::speed
