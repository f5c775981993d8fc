#include "pipeline/consistency/read_results.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "errors/error.h"
#include "errors/quote.h"
#include "files/file.h"
#include "models/weights/json.h"
#include "pipeline/consistency/meter_table.h"
#include "pipeline/consistency/result_json.h"

namespace flowreel {
namespace {

using nlohmann::json;

constexpr uint64_t kMostBytes = 1u << 30;
constexpr auto kNoFrame = std::numeric_limits<double>::quiet_NaN();

// One value of the document, and where it stands.
struct Node {
  const json& value;
  const std::string& file;
  std::string place;  // RFC 6901

  [[noreturn]] void fail(const std::string& expected) const {
    const std::string shown = value.is_object()   ? "an object"
                              : value.is_array()  ? "a list"
                              : value.is_string() ? quote(value.get<std::string>(), 80)
                                                  : value.dump();
    throw DataError(file + ": " + (place.empty() ? "the document" : place) + " is " + shown +
                    ", expected " + expected);
  }

  Node operator[](const std::string& key) const { return {value.at(key), file, place + "/" + key}; }

  // Of these keys and no other.
  void check_object(std::vector<std::string> keys) const {
    if (!value.is_object()) fail("an object");
    for (const std::string& key : keys) {
      if (!value.contains(key))
        throw DataError(file + ": " + place + "/" + key + " is missing, expected it there");
    }
    for (const auto& item : value.items()) {
      if (std::find(keys.begin(), keys.end(), item.key()) != keys.end()) continue;
      std::string all;
      for (const std::string& key : keys) all += (all.empty() ? "" : ", ") + key;
      throw DataError(file + ": " + (place.empty() ? "the document" : place) + " has a key " +
                      quote(item.key(), 80) + ", expected none but " + all);
    }
  }

  std::string text() const {
    if (!value.is_string()) fail("a text");
    return value.get<std::string>();
  }

  bool flag() const {
    if (!value.is_boolean()) fail("true or false");
    return value.get<bool>();
  }

  double number(double lo, double hi, const std::string& expected) const {
    const double v = value.is_number() ? value.get<double>() : kNoFrame;
    if (!(v >= lo && v <= hi)) fail(expected);
    return v;
  }

  int64_t whole(int64_t hi = std::numeric_limits<int64_t>::max()) const {
    if (!value.is_number_unsigned() || value.get<uint64_t>() > static_cast<uint64_t>(hi))
      fail("a whole number from 0 to " + std::to_string(hi));
    return value.get<int64_t>();
  }

  // f(node) of every item.
  template <class F>
  auto list(F f) const {
    if (!value.is_array()) fail("a list");
    std::vector<decltype(f(*this))> items;
    items.reserve(value.size());
    for (size_t i = 0; i < value.size(); ++i)
      items.push_back(f(Node{value[i], file, place + "/" + std::to_string(i)}));
    return items;
  }
};

constexpr int64_t kMostPixels = std::numeric_limits<int>::max();

int64_t whole_item(const Node& node) { return node.whole(); }
int pixel_item(const Node& node) { return static_cast<int>(node.whole(kMostPixels)); }
std::string text_item(const Node& node) { return node.text(); }

ClipFacts read_facts(const Node& node, int64_t& frames) {
  node.check_object({"frames", "fps", "width", "height", "mini_gop", "chunk_starts", "tile_columns",
                     "tile_rows", "key_frames"});
  frames = node["frames"].whole();
  ClipFacts facts;
  facts.fps = node["fps"].number(std::numeric_limits<double>::min(),
                                 std::numeric_limits<double>::max(), "a number above 0");
  facts.width = pixel_item(node["width"]);
  facts.height = pixel_item(node["height"]);
  facts.mini_gop = node["mini_gop"].whole();
  facts.chunk_starts = node["chunk_starts"].list(whole_item);
  facts.tile_columns = node["tile_columns"].list(pixel_item);
  facts.tile_rows = node["tile_rows"].list(pixel_item);
  facts.key_frames = node["key_frames"].list(whole_item);
  return facts;
}

std::vector<int64_t> read_cuts(const Node& node, int64_t frames) {
  int64_t before = 0;
  return node.list([&](const Node& item) {
    const int64_t cut = item.whole();
    if (cut <= before || cut >= frames)
      item.fail("a frame after " + std::to_string(before) + " of a clip of " +
                std::to_string(frames));
    return before = cut;
  });
}

Status read_status(const Node& node) {
  std::string all;
  for (const Status status :
       {Status::kOk, Status::kDegenerateStatic, Status::kTooFewFrames, Status::kNoValidPixels,
        Status::kWeightsMissing, Status::kNotApplicable}) {
    if (node.text() == status_name(status)) return status;
    all += (all.empty() ? "" : ", ") + std::string(status_name(status));
  }
  node.fail("one of " + all);
}

// The metrics of this program, and how many clips have which other one.
struct Metrics {
  std::vector<const Definition*> known = all_definitions();
  std::map<std::string, int64_t> unknown;
};

Measurement read_measurement(const Node& node, const Definition& definition) {
  node.check_object({"value", "unit", "direction", "definition", "status", "note", "samples",
                     "coverage", "per_frame"});
  if (node["definition"].text() != definition.id)
    node["definition"].fail(quote(definition.id) + ", as this program measures " + definition.name +
                            "; values of two definitions cannot be compared");
  if (node["direction"].text() != direction_name(definition.direction))
    node["direction"].fail(quote(direction_name(definition.direction)));
  node["unit"].text();
  Measurement m;
  m.definition = &definition;
  m.status = read_status(node["status"]);
  constexpr double kMost = std::numeric_limits<double>::max();
  if (const Node value = node["value"]; !value.value.is_null() || m.status == Status::kOk) {
    m.value = value.number(-kMost, kMost, "a number, or null unless the status is ok");
    if (m.status != Status::kOk && m.status != Status::kDegenerateStatic)
      value.fail("null, since the status is " + std::string(status_name(m.status)));
  }
  m.samples = node["samples"].whole();
  m.coverage = node["coverage"].number(0, 1, "a number from 0 to 1");
  m.note = node["note"].text();
  m.series = node["per_frame"].list([&](const Node& item) {
    return item.value.is_null() ? kNoFrame : item.number(-kMost, kMost, "a number or null");
  });
  return m;
}

std::string read_sha256(const Node& node) {
  const std::string sha256 = node.text();
  const bool is_hex = sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!sha256.empty() && (sha256.size() != 64 || !is_hex))
    node.fail("64 hexadecimal digits, or nothing");
  return sha256;
}

// In the order of this program's reports.
void read_metrics(const Node& all, Metrics& metrics, std::vector<Measurement>& read) {
  if (!all.value.is_object()) all.fail("an object");
  std::set<std::string> known;
  for (const Definition* definition : metrics.known) {
    known.insert(definition->name);
    if (all.value.contains(definition->name))
      read.push_back(read_measurement(all[definition->name], *definition));
  }
  for (const auto& item : all.value.items()) {
    if (!known.contains(item.key())) ++metrics.unknown[item.key()];
  }
}

ClipResult read_clip(const Node& node, Metrics& metrics) {
  node.check_object({"name", "prompt_id", "seed", "sha256", "frames_sha256",
                     "reference_frames_sha256", "decode", "still", "facts", "cuts", "warnings",
                     "metrics"});
  ClipResult clip;
  clip.name = node["name"].text();
  clip.prompt_id = node["prompt_id"].text();
  if (const Node seed = node["seed"]; seed.value.is_number_unsigned())
    clip.seed = seed.value.get<uint64_t>();
  else if (!seed.value.is_null())
    seed.fail("a whole number from 0 to 18446744073709551615, or null");
  clip.sha256 = read_sha256(node["sha256"]);
  clip.frames_sha256 = read_sha256(node["frames_sha256"]);
  clip.reference_frames_sha256 = read_sha256(node["reference_frames_sha256"]);
  clip.decode = node["decode"].text();
  clip.end.still = node["still"].flag();
  clip.facts = read_facts(node["facts"], clip.end.frames);
  clip.end.cuts = read_cuts(node["cuts"], clip.end.frames);
  clip.warnings = node["warnings"].list(text_item);
  read_metrics(node["metrics"], metrics, clip.measurements);
  return clip;
}

FailedClip read_failed(const Node& node) {
  node.check_object({"clip", "exit_code", "text"});
  return {node["clip"].text(), static_cast<int>(node["exit_code"].whole(255)), node["text"].text()};
}

}  // namespace

StoredResults results_from_json(std::string_view text, const std::string& file) {
  const json document = parse_json(text, file, {.max_bytes = kMostBytes});
  const Node root{document, file, ""};
  // Before the keys: those of another version may be others.
  if (!document.is_object() || !document.contains("schema_version"))
    root.fail("an object with schema_version " + std::to_string(kResultSchemaVersion));
  if (root["schema_version"].value != kResultSchemaVersion)
    root["schema_version"].fail(std::to_string(kResultSchemaVersion));
  root.check_object({"schema_version", "versions", "failed", "clips"});

  Metrics metrics;
  StoredResults stored;
  stored.results.clips =
      root["clips"].list([&](const Node& node) { return read_clip(node, metrics); });
  stored.results.failed = root["failed"].list(read_failed);
  const Node versions = root["versions"];
  if (!versions.value.is_object()) versions.fail("an object");
  for (const auto& item : versions.value.items())
    stored.results.versions[item.key()] = versions[item.key()].text();
  for (const auto& [name, clips] : metrics.unknown)
    stored.warnings.push_back(file + ": this program does not measure " + quote(name, 80) +
                              ", which is left out (clips: " + std::to_string(clips) + ")");
  return stored;
}

StoredResults read_results(const std::string& path) {
  return results_from_json(read_text(path, kMostBytes), path);
}

}  // namespace flowreel
