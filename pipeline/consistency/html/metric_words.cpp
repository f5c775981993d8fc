#include "pipeline/consistency/html/metric_words.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace flowreel::html {
namespace {

struct Family {
  const char* heading;
  std::vector<std::string_view> beginnings;  // of the names that belong to it
};

const std::vector<Family>& family_table() {
  static const std::vector<Family> table = {
      {"Flicker", {"temporal_flickering", "brightness_flicker", "colour_flicker", "flicker"}},
      {"Along the motion", {"warping"}},
      {"Likeness",
       {"adjacent", "first_frame_ssim", "drift_curve", "subject_consistency",
        "background_consistency", "clip_temp", "lpips"}},
      {"Drift", {"color_drift", "luma_drift", "contrast", "sharpness", "noise"}},
      {"Motion", {"motion", "dynamic", "static", "still", "duplicate", "longest_freeze", "jitter"}},
      {"Joints", {"seam", "tile", "first_frame_jump", "scene_cuts"}},
      {"Detail", {"si", "ti"}},
      {"Others", {""}},
  };
  return table;
}

// Values by frame that are not what the value is of.
struct SeriesWords {
  std::string_view metric;
  const char *subject, *unit;
};
constexpr std::array kSeries = {
    SeriesWords{"scene_cuts", "content value", "levels"},
    SeriesWords{"color_drift_slope", "distance from the beginning", "dE76"},
    SeriesWords{"luma_drift", "mean luma", "levels"},
    SeriesWords{"contrast_drift", "standard deviation of luma", "levels"},
    SeriesWords{"sharpness_drift", "variance of the Laplacian", "levels²"},
    SeriesWords{"static_filter_dis", "motion by its threshold", ""},
    SeriesWords{"dynamic_degree", "motion by its threshold", ""},
    SeriesWords{"drift_curve_dino", "likeness to the first frame", ""},
    SeriesWords{"drift_curve_clip", "likeness to the first frame", ""},
};
// The last one has the curve of noise_sigma.
constexpr std::array<std::string_view, 3> kNotDrawn = {"still_ratio", "duplicate_ratio",
                                                       "noise_drift"};

// Whether a name is `beginning`, or goes on with "_" behind it.
bool begins(std::string_view name, std::string_view beginning) {
  return beginning.empty() || name == beginning ||
         (name.starts_with(beginning) && name[beginning.size()] == '_');
}

const SeriesWords* series_words(const Definition& definition) {
  const auto* found = std::find_if(kSeries.begin(), kSeries.end(), [&](const SeriesWords& words) {
    return words.metric == definition.name;
  });
  return found == kSeries.end() ? nullptr : found;
}

}  // namespace

const std::vector<std::string>& families() {
  static const std::vector<std::string> headings = [] {
    std::vector<std::string> all;
    for (const Family& family : family_table()) all.emplace_back(family.heading);
    return all;
  }();
  return headings;
}

size_t family_of(const Definition& definition) {
  const auto& table = family_table();
  size_t i = 0;
  const auto fits = [&](std::string_view beginning) { return begins(definition.name, beginning); };
  while (std::none_of(table[i].beginnings.begin(), table[i].beginnings.end(), fits)) ++i;
  return i;
}

Html metric_link(const Definition& definition) {
  Html html;
  html << "<a class=\"metric\" href=\"#def-" << Text{definition.name} << "\">"
       << breakable(definition.name) << "</a>";
  return html;
}

Html arrow(const Definition& definition) {
  Html html;
  if (definition.direction == Direction::kHigherIsBetter)
    html << "<span aria-hidden=\"true\" title=\"higher is better\">↑</span>"
         << "<span class=\"aside\">higher is better</span>";
  if (definition.direction == Direction::kLowerIsBetter)
    html << "<span aria-hidden=\"true\" title=\"lower is better\">↓</span>"
         << "<span class=\"aside\">lower is better</span>";
  return html;
}

std::string unit_words(const Definition& definition) {
  return definition.unit == std::string_view("1") ? "" : definition.unit;
}

Html arrow_and_unit(const Definition& definition) {
  Html html;
  html << "<span class=\"unit\">" << arrow(definition) << " " << Text{unit_words(definition)}
       << "</span>";
  return html;
}

std::string curve_subject(const Definition& definition) {
  const SeriesWords* words = series_words(definition);
  return words == nullptr ? "" : words->subject;
}

std::string curve_unit(const Definition& definition) {
  const SeriesWords* words = series_words(definition);
  return words == nullptr ? unit_words(definition) : words->unit;
}

bool is_worth_drawing(const Definition& definition) {
  return std::find(kNotDrawn.begin(), kNotDrawn.end(), definition.name) == kNotDrawn.end();
}

std::string status_words(Status status) {
  switch (status) {
    case Status::kOk:
      return "";
    case Status::kDegenerateStatic:
      return "static";
    case Status::kTooFewFrames:
      return "too few frames";
    case Status::kNoValidPixels:
      return "no pixels to trust";
    case Status::kWeightsMissing:
      return "weights missing";
    case Status::kNotApplicable:
      return "not applicable";
  }
  return "";
}

}  // namespace flowreel::html
