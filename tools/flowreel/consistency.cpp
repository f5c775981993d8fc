#include <cstdio>
#include <memory>
#include <optional>
#include <thread>

#include "errors/error.h"
#include "errors/quote.h"
#include "pipeline/consistency/compare.h"
#include "pipeline/consistency/comparison_table.h"
#include "pipeline/consistency/gate.h"
#include "pipeline/consistency/gate_file.h"
#include "pipeline/consistency/meter_table.h"
#include "pipeline/consistency/read_results.h"
#include "pipeline/consistency/result_table.h"
#include "pipeline/generate/manifest.h"
#include "tools/flowreel/arguments.h"
#include "tools/flowreel/commands.h"
#include "tools/flowreel/consistency_inputs.h"
#include "tools/flowreel/consistency_outputs.h"
#include "tools/flowreel/printable.h"
#include "tools/flowreel/progress.h"
#include "tools/flowreel/table.h"

namespace flowreel {
namespace {

constexpr int kMostParallel = 256;
constexpr double kMostFps = 1000;

struct ConsistencyArguments {
  ConsistencyInputs inputs;
  ConsistencyOutputs outputs;
  MeasureAllOptions measure;
  std::vector<std::string> gates;
  std::string metrics, gate_file, against, progress = "auto";
  int parallel = 0;  // 0: one per core
  bool quiet = false, list = false;
};

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> found;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    if (end > begin) found.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return found;
}

std::vector<Gate> all_gates(const ConsistencyArguments& a) {
  std::vector<Gate> gates;
  if (!a.gate_file.empty()) gates = read_gates(a.gate_file);
  for (const std::string& text : a.gates) gates.push_back(parse_gate(text));
  for (const Gate& gate : gates) {
    if (gate.needs_baseline() && a.against.empty())
      throw UsageError("gate " + quote(gate.text) + " needs a baseline; expected --against");
  }
  return gates;
}

void list_metrics() {
  for (const Definition* d : all_definitions()) {
    std::printf("%s %s [%s]\n    %s\n    %s\n", direction_arrow(d->direction), d->id, d->unit,
                d->meaning, d->formula);
  }
  finish_output();
}

// Those asked for, and what gates and a comparison need besides.
std::vector<std::string> wanted_metrics(const ConsistencyArguments& a,
                                        const std::vector<Gate>& gates) {
  std::vector<std::string> metrics = words(a.metrics);
  if (metrics.empty()) return metrics;
  for (const std::string& name : metrics) definition_of(name);
  for (const Gate& gate : gates) metrics.emplace_back(gate.definition->name);
  if (!a.against.empty()) metrics.emplace_back("motion_degree");
  return metrics;
}

MeasuredClips measured(ConsistencyArguments& a, const Events& events) {
  const std::vector<ClipRequest> requests = requested_clips(a.inputs);
  const auto cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  a.measure.parallel = a.parallel > 0 ? a.parallel : cores;
  a.measure.progress = [&events](int64_t done, int64_t total) {
    events.check_stop();
    events.report("measure", done, total);
  };
  return measure_clips(requests, a.measure);
}

// What the exit code says, once everything is written.
void give_verdict(const MeasuredClips& clips, const ConsistencyReport& report) {
  if (!clips.failed.empty()) {
    for (size_t i = 1; i < clips.failed.size(); ++i)
      std::fprintf(stderr, "flowreel: %s\n", printable(clips.failed[i].text).c_str());
    const FailedClip& first = clips.failed[0];
    const std::string rest =
        clips.failed.size() == 1
            ? ""
            : " (and " + std::to_string(clips.failed.size() - 1) + " more clips)";
    throw Error(first.exit_code, first.text + rest);
  }
  constexpr int kRegression = 1, kInconclusive = 3;
  std::string worse;
  if (report.comparison) {
    for (const MetricComparison& m : report.comparison->metrics) {
      if (m.verdict == Verdict::kWorse)
        worse += (worse.empty() ? "" : ", ") + std::string(m.definition->name);
    }
  }
  if (!worse.empty()) throw Error(kRegression, "worse than the baseline: " + worse);
  if (report.outcomes.empty()) return;
  const Outcome outcome = overall(report.outcomes);
  std::string first;
  for (const GateOutcome& o : report.outcomes) {
    if (o.outcome != outcome || !first.empty()) continue;
    first =
        "gate " + quote(o.gate) + (o.clip.empty() ? "" : " of " + quote(o.clip)) + ": " + o.reason;
  }
  if (outcome == Outcome::kFail) throw Error(kRegression, first);
  if (outcome == Outcome::kInconclusive) throw Error(kInconclusive, first);
}

void print(const ConsistencyReport& report) {
  std::fputs(results_table(report.results).c_str(), stdout);
  if (report.comparison) std::fputs(comparison_table(*report.comparison).c_str(), stdout);
  for (const GateOutcome& o : report.outcomes) {
    std::printf("%-12s %s%s%s: %s\n", outcome_name(o.outcome), o.gate.c_str(),
                o.clip.empty() ? "" : "  ", printable(o.clip).c_str(), o.reason.c_str());
  }
  finish_output();
}

void run(ConsistencyArguments& a) {
  if (a.list) return list_metrics();
  const ProgressMode mode = parse_progress(a.progress);
  const std::vector<Gate> gates = all_gates(a);
  if (!a.outputs.junit.empty() && gates.empty())
    throw UsageError("--junit is for the outcomes of gates; expected --gate or --gates too");
  if (!a.outputs.comparison.empty() && a.against.empty())
    throw UsageError("--compare-json needs a baseline; expected --against");
  std::optional<StoredResults> baseline;
  if (!a.against.empty()) baseline = read_results(a.against);
  a.measure.each.metrics = wanted_metrics(a, gates);
  OpenedOutputs outputs(a.outputs);
  ProgressPrinter printer(mode);
  const Events events = printer.events();
  const MeasuredClips clips = measured(a, events);
  ConsistencyReport report;
  report.results = {clips.clips, environment_versions()};
  report.baseline_name = a.against;
  if (!report.results.clips.empty()) {
    if (baseline) {
      for (const std::string& warning : baseline->warnings) events.tell(warning);
      report.comparison = compare(report.results, baseline->results);
    }
    if (!gates.empty())
      report.outcomes = check_gates(gates, report.results, baseline ? &baseline->results : nullptr);
    outputs.write(report, a.measure.each.folder_fps);
  }
  if (is_for_machines(mode)) printer.finish("");
  if (!a.quiet && !is_for_machines(mode) && !report.results.clips.empty()) print(report);
  give_verdict(clips, report);
}

void add_options(CLI::App& command, ConsistencyArguments& a) {
  command.add_option("clips", a.inputs.clips, "clips, or folders of frames");
  command.add_option("--manifest", a.inputs.manifest, "JSON list of clips (docs/consistency.md)");
  command.add_option("--jobs", a.inputs.jobs, "folder of flowreel's output: every clip in it");
  command.add_option("--reference", a.inputs.reference, "what the one clip should look like")
      ->check(not_empty());
  command.add_option("--metrics", a.metrics, "only these, with commas between them");
  command.add_flag("--list-metrics", a.list, "say what there is, by which definition, and end");
  command.add_option("--fps", a.measure.each.folder_fps, "of folders without a manifest (24)")
      ->check(CLI::Range(0.01, kMostFps));
  command.add_option("--json", a.outputs.json, "results, also a baseline for --against");
  command.add_option("--csv", a.outputs.csv, "a row per clip and metric");
  command.add_option("--frames-csv", a.outputs.frames_csv, "a row per clip, metric and frame");
  command.add_option("--html", a.outputs.html, "report with curves and pictures, one file");
  command.add_option("--junit", a.outputs.junit, "outcomes of the gates, for CI");
  command.add_option("--compare-json", a.outputs.comparison, "the comparison with the baseline");
  command.add_option("--against", a.against, "results of an earlier run (--json) to compare with")
      ->check(not_empty());
  command.add_option("--gate", a.gates, "a condition such as 'flicker_mc<=1.5'; may be repeated");
  command.add_option("--gates", a.gate_file, "JSON file of gates (configs/consistency/gates.json)")
      ->check(not_empty());
  command.add_option("--parallel", a.parallel, "clips at once; 0: one per core")
      ->check(whole_number(0, kMostParallel));
  command.add_flag("--quiet", a.quiet, "no tables");
  command.add_flag("--overwrite", a.outputs.overwrite, "replace existing outputs");
  command.add_option("--progress", a.progress, "auto | plain | json | openjd | none");
}

}  // namespace

void add_consistency(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand(
      "consistency", "Whether clips flicker, drift, jitter, freeze or show seams");
  const auto arguments = std::make_shared<ConsistencyArguments>();
  add_options(*command, *arguments);
  command->footer(
      "Example:\n  flowreel consistency in.mp4 --html report.html --gate 'still_ratio<=0.3'\n"
      "Exit code 1: worse than the baseline, or a gate fails; 3: a gate cannot be decided.\n"
      "docs/consistency.md explains every metric.");
  command->callback([arguments, &chosen] { chosen = [arguments] { run(*arguments); }; });
}

}  // namespace flowreel
