#include "pipeline/consistency/html/marks.h"

#include <algorithm>

namespace flowreel::html {
namespace {

constexpr size_t kMostListed = 8;  // frame numbers in the legend

Html line(double x, double top, double bottom) {
  Html d;
  d << "M" << At{x} << " " << At{top} << "V" << At{bottom};
  return d;
}

Html flagged_line(double x, double top, double bottom) {
  Html d;
  d << "M" << At{x} << " " << At{bottom} << "V" << At{top} << "h5l-2 2.5l2 2.5h-5";
  return d;
}

Html triangle_below(double x, double, double bottom) {
  Html d;
  d << "M" << At{x} << " " << At{bottom + 1} << "l-3 5h6z";
  return d;
}

Html equals_sign(double x, double top, double) {
  Html d;
  d << "M" << At{x - 2.5} << " " << At{top - 5} << "h5m-5 3h5";
  return d;
}

constexpr MarkKind kChunk = {"chunk boundary", "mark chunk", line};
constexpr MarkKind kCut = {"scene cut", "mark cut", flagged_line};
constexpr MarkKind kKeyFrame = {"key frame", "mark key", triangle_below};
constexpr MarkKind kDuplicate = {"duplicate frame", "mark twin", equals_sign};

}  // namespace

std::vector<Marks> marks_of(const HtmlClip& clip) {
  std::vector<Marks> marks;
  const auto add = [&](const MarkKind& kind, std::vector<int64_t> frames) {
    std::erase_if(frames,
                  [&](int64_t frame) { return frame < 0 || frame >= clip.result.end.frames; });
    std::sort(frames.begin(), frames.end());
    if (!frames.empty()) marks.push_back({&kind, std::move(frames)});
  };
  std::vector<int64_t> chunks = clip.result.facts.chunk_starts;
  std::erase(chunks, 0);  // where the clip begins, nothing is joined
  add(kChunk, std::move(chunks));
  add(kCut, clip.result.end.cuts);
  add(kKeyFrame, clip.result.facts.key_frames);
  // Where nothing moves, every frame repeats the one before.
  if (!clip.result.end.still) add(kDuplicate, clip.duplicates);
  return marks;
}

std::string marks_between(const std::vector<Marks>& marks, int64_t first, int64_t last) {
  std::string names;
  for (const auto& [kind, frames] : marks) {
    const auto at = std::lower_bound(frames.begin(), frames.end(), first);
    if (at == frames.end() || *at > last) continue;
    names += (names.empty() ? "" : ", ") + std::string(kind->name);
  }
  return names;
}

Html legend(const std::vector<Marks>& marks) {
  Html html;
  if (marks.empty()) return html;
  html << "<ul class=\"legend\" aria-label=\"Signs in the curves\">";
  for (const auto& [kind, frames] : marks) {
    html << "<li><svg viewBox=\"0 0 14 20\" aria-hidden=\"true\"><path class=\"" << kind->style
         << "\" d=\"" << kind->sign(7, kind == &kDuplicate ? 13 : 2, kind == &kKeyFrame ? 8 : 18)
         << "\"/></svg>" << Text{kind->name} << " <span class=\"quiet\">";
    for (size_t i = 0; i < std::min(frames.size(), kMostListed); ++i) {
      if (i > 0) html << ", ";
      html << frames[i];
    }
    if (frames.size() > kMostListed) html << " and " << frames.size() - kMostListed << " more";
    html << "</span></li>";
  }
  html << "</ul>";
  return html;
}

}  // namespace flowreel::html
