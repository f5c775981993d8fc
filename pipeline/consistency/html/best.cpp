#include "pipeline/consistency/html/best.h"

#include <algorithm>
#include <string_view>

#include "pipeline/consistency/html/digits.h"

namespace flowreel::html {
namespace {

constexpr double kLikeMotion = 0.9;  // of the most that moves

}  // namespace

std::string not_comparable(const std::vector<HtmlClip>& clips) {
  if (clips.size() < 2) return "there is one clip";
  const ClipResult& first = clips.front().result;
  const auto differ = [&](auto&& of) {
    return std::any_of(clips.begin(), clips.end(),
                       [&](const HtmlClip& clip) { return of(clip.result) != of(first); });
  };
  if (differ([](const ClipResult& r) { return r.prompt_id; })) return "the prompts differ";
  if (differ([](const ClipResult& r) { return std::pair(r.facts.width, r.facts.height); }))
    return "the sizes differ";
  if (differ([](const ClipResult& r) { return r.facts.fps; })) return "the frame rates differ";
  if (differ([](const ClipResult& r) { return r.decode; }))
    return "the clips were decoded in different ways";
  return "";
}

std::vector<bool> best_of(const std::vector<const Measurement*>& row) {
  std::vector<bool> best(row.size(), false);
  const Definition* definition = nullptr;
  std::vector<std::pair<double, size_t>> values;  // the larger, the better
  for (size_t i = 0; i < row.size(); ++i) {
    if (row[i] == nullptr) continue;
    if (definition == nullptr) definition = row[i]->definition;
    if (row[i]->definition->id != std::string_view(definition->id)) return best;
    if (row[i]->status != Status::kOk || !row[i]->value) continue;
    const bool high = definition->direction == Direction::kHigherIsBetter;
    values.emplace_back(high ? *row[i]->value : -*row[i]->value, i);
  }
  if (values.size() < 2 || definition->direction == Direction::kNeither) return best;
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  if (least->first == most->first) return best;
  for (const auto& [value, i] : values) best[i] = value == most->first;
  return best;
}

std::string motion_differs(const std::vector<HtmlClip>& clips) {
  const HtmlClip *slowest = nullptr, *fastest = nullptr;
  double least = 0, most = 0;
  for (const HtmlClip& clip : clips) {
    const Measurement* motion = measurement_of(clip.result, "motion_degree");
    const std::optional<double> value = motion == nullptr ? std::nullopt : telling_value(*motion);
    if (!value || clip.result.end.still) continue;
    if (slowest == nullptr || *value < least) slowest = &clip, least = *value;
    if (fastest == nullptr || *value > most) fastest = &clip, most = *value;
  }
  if (slowest == nullptr || least >= kLikeMotion * most) return "";
  return slowest->label + " moves " + percent(1 - least / most) + " less than " + fastest->label +
         ": less motion flatters most metrics";
}

}  // namespace flowreel::html
