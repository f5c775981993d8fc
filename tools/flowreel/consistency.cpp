#include <algorithm>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <thread>

#include "configs/feature_manifest.h"
#include "errors/error.h"
#include "errors/quote.h"
#include "pipeline/consistency/compare.h"
#include "pipeline/consistency/comparison_table.h"
#include "pipeline/consistency/features/torchscript/torchscript_network.h"
#include "pipeline/consistency/gate.h"
#include "pipeline/consistency/gate_file.h"
#include "pipeline/consistency/meter_table.h"
#include "pipeline/consistency/read_results.h"
#include "pipeline/consistency/reference/reference_meter.h"
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
constexpr double kLeastFps = 0.01, kMostFps = 1000;

struct ConsistencyArguments {
  ConsistencyInputs inputs;
  ConsistencyOutputs outputs;
  MeasureAllOptions measure;
  std::vector<std::string> gates;
  std::string metrics, features, gate_file, against, decode = "tags", progress = "auto";
  int parallel = 0;  // 0: one per core
  bool quiet = false, list = false;
};

bool is_opencv(const std::string& decode) {
  if (decode == "tags" || decode == "cv2-compat") return decode == "cv2-compat";
  throw UsageError("--decode is " + quote(decode) + ", expected tags or cv2-compat");
}

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
  if (metrics.empty() && !a.metrics.empty())
    throw UsageError("--metrics is " + quote(a.metrics) + ", expected names of metrics");
  const bool has_reference = !a.inputs.reference.empty() || !a.inputs.manifest.empty();
  for (const std::string& name : metrics) {
    const Definition& definition = definition_of(name);
    const auto besides = reference_definitions();
    if (!has_reference && std::find(besides.begin(), besides.end(), &definition) != besides.end())
      throw UsageError("--metrics names " + quote(name) + ", which needs a --reference");
  }
  if (metrics.empty()) return metrics;
  for (const Gate& gate : gates) metrics.emplace_back(gate.definition->name);
  if (!a.against.empty()) metrics.emplace_back("motion_degree");
  return metrics;
}

// Before anything is opened: nothing that is read may be written over.
void check_all_names(const ConsistencyArguments& a, const std::vector<ClipRequest>& requests,
                     const std::vector<FeatureFile>& networks) {
  InputNames inputs = {{"--against", a.against},
                       {"--gates", a.gate_file},
                       {"--manifest", a.inputs.manifest},
                       {"--features", a.features}};
  for (const FeatureFile& network : networks) inputs.emplace_back("the network", network.path);
  for (const ClipRequest& request : requests) {
    inputs.emplace_back("the clip", request.clip);
    inputs.emplace_back("the reference", request.reference);
  }
  check_names(a.outputs, inputs);
}

Results measured(ConsistencyArguments& a, const std::vector<ClipRequest>& requests,
                 const Events& events) {
  const auto cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  a.measure.parallel = a.parallel > 0 ? a.parallel : cores;
  a.measure.progress = [&events](int64_t done, int64_t total) {
    events.check_stop();
    events.report("measure", done, total);
  };
  MeasuredClips clips = measure_clips(requests, a.measure);
  std::map<std::string, std::string> versions = environment_versions();
  if (a.measure.each.features) versions.merge(feature_versions(*a.measure.each.features));
  return {std::move(clips.clips), std::move(versions), std::move(clips.failed)};
}

void evaluate(ConsistencyReport& report, const std::vector<Gate>& gates,
              const std::optional<StoredResults>& baseline, const Events& events) {
  if (report.results.clips.empty()) return;
  if (baseline) {
    for (const std::string& warning : baseline->warnings) events.tell(warning);
    report.comparison = compare(report.results, baseline->results);
  }
  if (!gates.empty())
    report.outcomes = check_gates(gates, report.results, baseline ? &baseline->results : nullptr);
}

[[noreturn]] void fail(const std::vector<FailedClip>& failed) {
  for (size_t i = 1; i < failed.size(); ++i)
    std::fprintf(stderr, "flowreel: %s\n", printable(failed[i].text).c_str());
  std::string rest;
  if (failed.size() > 1)
    rest = " (and " + std::to_string(failed.size() - 1) + " more clips, above)";
  throw Error(failed[0].exit_code, failed[0].text + rest);
}

void judge(const std::vector<GateOutcome>& outcomes) {
  const Outcome outcome = overall(outcomes);
  if (outcome == Outcome::kPass) return;
  const auto first = std::find_if(outcomes.begin(), outcomes.end(),
                                  [&](const GateOutcome& o) { return o.outcome == outcome; });
  const std::string text = "gate " + quote(first->gate) +
                           (first->clip.empty() ? "" : " of " + quote(first->clip)) + ": " +
                           first->reason;
  if (outcome == Outcome::kFail) throw ErrorWithCode<1>(text);
  throw ErrorWithCode<3>(text);
}

// Without gates, every metric that is worse for no other reason than motion counts.
void judge(const Comparison& comparison) {
  std::string worse;
  for (const MetricComparison& m : comparison.metrics) {
    if (m.verdict == ComparisonVerdict::kWorse && !m.confounded_by_motion)
      worse += (worse.empty() ? "" : ", ") + std::string(m.definition->name);
  }
  if (!worse.empty()) throw ErrorWithCode<1>("worse than the baseline: " + worse);
}

// What the exit code says, once everything is written.
void give_verdict(const ConsistencyReport& report) {
  if (!report.results.failed.empty()) fail(report.results.failed);
  if (!report.outcomes.empty()) return judge(report.outcomes);
  if (report.comparison) judge(*report.comparison);
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
  a.measure.each.read.opencv_colours = is_opencv(a.decode);
  const double fps = a.measure.each.read.folder_fps;
  if (!(fps >= kLeastFps && fps <= kMostFps))
    throw UsageError("--fps is " + number_text(fps) + ", expected 0.01 to 1000");
  const std::vector<Gate> gates = all_gates(a);
  if (!a.outputs.junit.empty() && gates.empty())
    throw UsageError("--junit is for the outcomes of gates; expected --gate or --gates too");
  if (!a.outputs.comparison.empty() && a.against.empty())
    throw UsageError("--compare-json needs a baseline; expected --against");
  std::optional<StoredResults> baseline;
  if (!a.against.empty()) baseline = read_results(a.against);
  a.measure.each.metrics = wanted_metrics(a, gates);
  const std::vector<ClipRequest> requests = requested_clips(a.inputs);
  std::vector<FeatureFile> networks;
  if (!a.features.empty()) networks = read_feature_manifest(a.features);
  check_all_names(a, requests, networks);
  OpenedOutputs outputs(a.outputs);
  if (!a.features.empty())
    a.measure.each.features =
        std::make_shared<const FeatureModels>(load_feature_models(networks, torchscript_loader()));
  ProgressPrinter printer(mode);
  const Events events = printer.events();
  ConsistencyReport report;
  report.results = measured(a, requests, events);
  report.baseline_name = a.against;
  // What was measured is written even where it cannot be compared.
  std::exception_ptr incomparable;
  try {
    evaluate(report, gates, baseline, events);
  } catch (const Error&) {
    incomparable = std::current_exception();
  }
  outputs.write(report, a.measure.each.read);
  if (!a.quiet && !is_for_machines(mode)) print(report);
  if (incomparable) std::rethrow_exception(incomparable);
  give_verdict(report);
  if (is_for_machines(mode)) printer.finish(a.outputs.json);
}

void add_options(CLI::App& command, ConsistencyArguments& a) {
  command.add_option("clips", a.inputs.clips, "clips, or folders of frames");
  command.add_option("--manifest", a.inputs.manifest, "JSON list of clips (docs/consistency.md)")
      ->check(not_empty());
  command.add_option("--jobs", a.inputs.jobs, "folder of flowreel's output: every clip in it")
      ->check(not_empty());
  command.add_option("--reference", a.inputs.reference, "what the one clip should look like")
      ->check(not_empty());
  command.add_option("--metrics", a.metrics, "only these, with commas between them")
      ->check(not_empty());
  command
      .add_option("--features", a.features,
                  "JSON manifest of networks, for the metrics that need one")
      ->check(not_empty());
  command.add_flag("--list-metrics", a.list, "say what there is, by which definition, and end");
  command.add_option("--fps", a.measure.each.read.folder_fps, "of folders without a manifest (24)")
      ->check(number(kLeastFps));
  command.add_option("--decode", a.decode,
                     "tags: by the clip's colour tags; cv2-compat: as OpenCV, for VBench's digits");
  command.add_option("--json", a.outputs.json, "results, also a baseline for --against")
      ->check(not_empty());
  command.add_option("--csv", a.outputs.csv, "a row per clip and metric")->check(not_empty());
  command.add_option("--frames-csv", a.outputs.frames_csv, "a row per clip, metric and frame")
      ->check(not_empty());
  command.add_option("--html", a.outputs.html, "report with curves and pictures, one file")
      ->check(not_empty());
  command.add_option("--junit", a.outputs.junit, "outcomes of the gates, for CI")
      ->check(not_empty());
  command.add_option("--compare-json", a.outputs.comparison, "the comparison with the baseline")
      ->check(not_empty());
  command.add_option("--against", a.against, "results of an earlier run (--json) to compare with")
      ->check(not_empty());
  command.add_option("--gate", a.gates, "a condition such as 'flicker_mc<=1.5'; may be repeated")
      ->allow_extra_args(false);
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
      "Example:\n  flowreel consistency in.mp4 --html report.html --gate 'scene_cuts==0'\n"
      "Exit code 1: worse than the baseline, or a gate fails; 3: a gate cannot be decided.\n"
      "docs/consistency.md explains every metric.");
  command->callback([arguments, &chosen] { chosen = [arguments] { run(*arguments); }; });
}

}  // namespace flowreel
