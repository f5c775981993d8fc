#include "tools/flowreel/consistency_outputs.h"

#include <exception>

#include "errors/error.h"
#include "pipeline/consistency/comparison_json.h"
#include "pipeline/consistency/html/clip_pictures.h"
#include "pipeline/consistency/html/html_report.h"
#include "pipeline/consistency/result_csv.h"
#include "pipeline/consistency/result_json.h"
#include "pipeline/consistency/result_junit.h"

namespace flowreel {
namespace {

std::string page(const ConsistencyReport& report, const ReadOptions& read) {
  HtmlInput input;
  PictureOptions pictures;
  pictures.read = read;
  for (const ClipResult& clip : report.results.clips)
    input.clips.push_back(with_pictures(clip, pictures));
  input.versions = report.results.versions;
  if (report.comparison) {
    input.baseline = report.baseline_name;
    input.comparison = report.comparison;
  }
  return html_report(input);
}

}  // namespace

void check_names(const ConsistencyOutputs& o, const InputNames& inputs) {
  check_names_differ({{"--json", o.json},
                      {"--csv", o.csv},
                      {"--frames-csv", o.frames_csv},
                      {"--html", o.html},
                      {"--junit", o.junit},
                      {"--compare-json", o.comparison}},
                     inputs);
}

OpenedOutputs::OpenedOutputs(const ConsistencyOutputs& names)
    : overwrite_(names.overwrite),
      json_(open(names.json)),
      csv_(open(names.csv)),
      frames_csv_(open(names.frames_csv)),
      html_(open(names.html)),
      junit_(open(names.junit)),
      comparison_(open(names.comparison)) {}

std::unique_ptr<OutputFile> OpenedOutputs::open(const std::string& name) const {
  return name.empty() ? nullptr : std::make_unique<OutputFile>(name, overwrite_);
}

void OpenedOutputs::write(const ConsistencyReport& report, const ReadOptions& read) {
  std::vector<StagedOutput> staged;
  const auto add = [&staged](const std::unique_ptr<OutputFile>& file, const auto& make) {
    if (!file) return;
    const std::string text = make();
    file->write(text.data(), text.size());
    staged.push_back(file->stage());
  };
  add(json_, [&] { return to_json(report.results); });
  add(csv_, [&] { return results_csv(report.results); });
  add(frames_csv_, [&] { return per_frame_csv(report.results); });
  add(junit_, [&] { return junit_xml(report.outcomes, report.results.failed); });
  if (report.comparison) add(comparison_, [&] { return to_json(*report.comparison); });
  // The pages' pictures need the clips once more; what was measured is not lost when one has gone.
  if (html_ && !report.results.clips.empty()) {
    std::exception_ptr unseen;
    try {
      add(html_, [&] { return page(report, read); });
    } catch (const Error&) {
      unseen = std::current_exception();
    }
    publish(staged);
    if (unseen) std::rethrow_exception(unseen);
    return;
  }
  publish(staged);
}

}  // namespace flowreel
