#include "pipeline/consistency/result_json.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "errors/error.h"
#include "errors/quote.h"
#include "pipeline/consistency/numbers.h"

namespace flowreel {
namespace {

using nlohmann::json;

// A value that is no number, or that its status denies, is a fault of a meter.
json value_json(const Measurement& m, const ClipResult& clip) {
  const bool may = m.status == Status::kOk || m.status == Status::kDegenerateStatic;
  const bool fits = m.value ? may && std::isfinite(*m.value) : m.status != Status::kOk;
  if (!fits)
    throw NumericsError("metric " + std::string(m.definition->name) + " of " + quote(clip.name) +
                        " has the status " + status_name(m.status) + " and " +
                        (m.value ? "the value " + number_text(*m.value) : "no value") +
                        ", expected a finite number or a status that says why there is none");
  return m.value ? json(*m.value) : json(nullptr);
}

json measurement_json(const Measurement& m, const ClipResult& clip, bool per_frame) {
  json frames = json::array();
  if (per_frame) {
    for (const double v : m.series) frames.push_back(std::isfinite(v) ? json(v) : json(nullptr));
  }
  return {{"value", value_json(m, clip)},
          {"unit", m.definition->unit},
          {"direction", direction_name(m.definition->direction)},
          {"definition", m.definition->id},
          {"status", status_name(m.status)},
          {"samples", m.samples},
          {"coverage", m.coverage},
          {"note", m.note},
          {"per_frame", std::move(frames)}};
}

json facts_json(const ClipFacts& facts, const ClipEnd& end) {
  return {{"frames", end.frames},
          {"fps", facts.fps},
          {"width", facts.width},
          {"height", facts.height},
          {"mini_gop", facts.mini_gop},
          {"chunk_starts", facts.chunk_starts},
          {"tile_columns", facts.tile_columns},
          {"tile_rows", facts.tile_rows},
          {"key_frames", facts.key_frames}};
}

json clip_json(const ClipResult& clip, bool per_frame) {
  json metrics = json::object();
  for (const Measurement& m : clip.measurements)
    metrics[m.definition->name] = measurement_json(m, clip, per_frame);
  return {{"name", clip.name},
          {"prompt_id", clip.prompt_id},
          {"seed", clip.seed ? json(*clip.seed) : json(nullptr)},
          {"sha256", clip.sha256},
          {"decode", clip.decode},
          {"frames_sha256", clip.frames_sha256},
          {"reference_frames_sha256", clip.reference_frames_sha256},
          {"still", clip.end.still},
          {"facts", facts_json(clip.facts, clip.end)},
          {"cuts", clip.end.cuts},
          {"warnings", clip.warnings},
          {"metrics", std::move(metrics)}};
}

// A list without lists or objects stands on one line.
void print(const json& value, const std::string& indent, std::string& out) {
  if (value.is_number_float()) {
    out += exact_number(value.get<double>());
    return;
  }
  const auto dump = [](const json& v) {
    return v.dump(-1, ' ', false, json::error_handler_t::replace);
  };
  if (!value.is_structured() || value.empty()) {
    out += dump(value);
    return;
  }
  const bool flat = value.is_array() && std::none_of(value.begin(), value.end(), [](const json& v) {
                      return v.is_structured();
                    });
  const std::string inner = indent + "  ";
  std::string before = flat ? "" : "\n" + inner;
  out += value.is_array() ? "[" : "{";
  for (auto item = value.begin(); item != value.end(); ++item) {
    out += before;
    before = flat ? ", " : ",\n" + inner;
    if (value.is_object()) out += dump(item.key()) + ": ";
    print(*item, inner, out);
  }
  out += flat ? "" : "\n" + indent;
  out += value.is_array() ? "]" : "}";
}

}  // namespace

std::string to_json(const Results& results, bool per_frame) {
  json clips = json::array();
  for (const ClipResult& clip : results.clips) clips.push_back(clip_json(clip, per_frame));
  json failed = json::array();
  for (const FailedClip& clip : results.failed)
    failed.push_back({{"clip", clip.clip}, {"exit_code", clip.exit_code}, {"text", clip.text}});
  const json document = {{"schema_version", kResultSchemaVersion},
                         {"failed", std::move(failed)},
                         {"versions", results.versions},
                         {"clips", std::move(clips)}};
  std::string text;
  print(document, "", text);
  return text + "\n";
}

}  // namespace flowreel
