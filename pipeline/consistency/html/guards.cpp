#include "pipeline/consistency/html/guards.h"

#include <algorithm>

#include "pipeline/consistency/html/best.h"
#include "pipeline/consistency/html/digits.h"

namespace flowreel::html {
namespace {

constexpr double kLeastCoverage = 0.5;
constexpr size_t kMostListed = 6;

std::string listed(const std::vector<int64_t>& frames) {
  std::string text;
  for (size_t i = 0; i < std::min(frames.size(), kMostListed); ++i)
    text += (i == 0 ? "" : ", ") + std::to_string(frames[i]);
  if (frames.size() > kMostListed)
    text += " and " + std::to_string(frames.size() - kMostListed) + " more";
  return text;
}

std::string about_cuts(const ClipEnd& end) {
  if (end.cuts.empty()) return "";
  return (end.cuts.size() == 1 ? "scene cut at frame " : "scene cuts at frames ") +
         listed(end.cuts) + ": most metrics leave out what lies across it";
}

std::string about_duplicates(const ClipResult& clip) {
  const Measurement* m = measurement_of(clip, "duplicate_ratio");
  if (m == nullptr || m->status != Status::kOk || !m->value || *m->value <= 0) return "";
  const std::string note = m->note.empty() ? "" : ", " + m->note;
  return percent(*m->value) + " of the frames repeat the one before" + note +
         ": repeated frames flatter most metrics";
}

// The measurement that saw least of the picture.
std::string about_coverage(const ClipResult& clip) {
  const Measurement* worst = nullptr;
  for (const Measurement& m : clip.measurements) {
    if (m.value && m.coverage < (worst == nullptr ? kLeastCoverage : worst->coverage)) worst = &m;
  }
  if (worst == nullptr) return "";
  return std::string(worst->definition->name) + " could use " + percent(worst->coverage) +
         " of the pixels only";
}

Html item(const Remark& remark) {
  Html html;
  if (remark.concern == Concern::kGuard)
    html << "<li class=\"guard\"><span class=\"tag\">guard</span> ";
  else
    html << "<li class=\"warning\"><span class=\"tag\">warning</span> ";
  html << "<span>";
  if (!remark.clip.empty())
    html << "<strong><bdi>" << breakable(remark.clip) << "</bdi></strong>: ";
  html << Text{remark.text} << "</span></li>";
  return html;
}

}  // namespace

std::vector<Remark> remarks_on(const std::vector<HtmlClip>& clips) {
  std::vector<Remark> remarks;
  const auto add = [&](Concern concern, const std::string& clip, const std::string& text) {
    if (!text.empty()) remarks.push_back({concern, clip, text});
  };
  for (const HtmlClip& clip : clips) {
    const ClipResult& r = clip.result;
    if (r.end.still) add(Concern::kGuard, clip.label, "stands still: its good values mean nothing");
    add(Concern::kGuard, clip.label, about_cuts(r.end));
    add(Concern::kGuard, clip.label, about_duplicates(r));
    add(Concern::kGuard, clip.label, about_coverage(r));
  }
  add(Concern::kGuard, "", motion_differs(clips));
  for (const HtmlClip& clip : clips) {
    for (const std::string& text : clip.result.warnings) add(Concern::kWarning, clip.label, text);
  }
  return remarks;
}

Html guard_list(const std::vector<HtmlClip>& clips) {
  const std::vector<Remark> remarks = remarks_on(clips);
  Html html;
  if (remarks.empty()) {
    html << "<p class=\"quiet\">No guard was raised and no warning given.</p>";
    return html;
  }
  html << "<ul class=\"remarks\">";
  for (const Remark& remark : remarks) html << item(remark);
  html << "</ul>";
  return html;
}

}  // namespace flowreel::html
