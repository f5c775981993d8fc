#include "pipeline/consistency/html/transitions.h"

#include <algorithm>

#include "pipeline/consistency/html/digits.h"
#include "pipeline/consistency/html/metric_words.h"
#include "pipeline/consistency/html/picture_tag.h"

namespace flowreel::html {
namespace {

Html picture(const std::vector<uint8_t>& png, const std::string& caption) {
  Html html;
  if (png.empty()) return html;
  html << "<figure>" << picture_tag(png, caption) << "<figcaption>" << Text{caption}
       << "</figcaption></figure>";
  return html;
}

Html value(const ClipResult& clip, const PairPictures& pair) {
  const Measurement* m = measurement_of(clip, pair.metric);
  Html html;
  if (m == nullptr)
    html << Text{pair.metric} << " " << number(pair.value);
  else
    html << metric_link(*m->definition) << " " << number(pair.value) << " "
         << Text{unit_words(*m->definition)};
  return html;
}

Html pictures(const PairPictures& pair) {
  std::string difference = pair.motion_removed ? "difference without motion" : "difference";
  std::string flow = "motion";
  if (pair.difference_gain > 0) difference += " × " + digits(pair.difference_gain);
  if (pair.flow_full > 0) flow += ", full colour at " + digits(pair.flow_full) + " px";
  Html html;
  html << "<div class=\"pictures\">"
       << picture(pair.before_png, "frame " + std::to_string(pair.frame - 1))
       << picture(pair.now_png, "frame " + std::to_string(pair.frame))
       << picture(pair.difference_png, difference) << picture(pair.flow_png, flow) << "</div>";
  return html;
}

// Of all the pairs at one frame; the pictures of the first.
Html card(const ClipResult& clip, const std::vector<const PairPictures*>& pairs) {
  const int64_t frame = pairs.front()->frame;
  Html html;
  html << "<article class=\"transition\"><h4>Frames " << frame - 1 << " → " << frame;
  if (clip.facts.fps > 0)
    html << " <span class=\"quiet\">" << Text{fixed(static_cast<double>(frame) / clip.facts.fps, 2)}
         << " s</span>";
  html << "</h4><p>";
  for (const PairPictures* pair : pairs) {
    if (pair != pairs.front()) html << " · ";
    html << value(clip, *pair);
  }
  html << "</p>" << pictures(*pairs.front()) << "</article>";
  return html;
}

// The pairs of each frame together, frames in the order of their first pair.
std::vector<std::vector<const PairPictures*>> by_frame(const std::vector<PairPictures>& pairs) {
  std::vector<std::vector<const PairPictures*>> groups;
  for (const PairPictures& pair : pairs) {
    const auto same = std::find_if(groups.begin(), groups.end(), [&](const auto& group) {
      return group.front()->frame == pair.frame;
    });
    if (same == groups.end())
      groups.push_back({&pair});
    else
      same->push_back(&pair);
  }
  return groups;
}

Html flow_key() {
  Html html;
  html << "<p class=\"key\"><span class=\"wheel\" aria-hidden=\"true\"></span> <span>Motion: the "
          "hue is where it goes, as on the wheel (red right, green down, cyan left, violet up); "
          "white stands still, and what is faster than full colour turns darker.</span></p>";
  return html;
}

}  // namespace

Html transitions(const HtmlClip& clip) {
  Html html;
  if (clip.worst.empty()) return html;
  const bool any_flow = std::any_of(clip.worst.begin(), clip.worst.end(),
                                    [](const PairPictures& p) { return !p.flow_png.empty(); });
  html << "<h3>Worst transitions</h3>";
  if (any_flow) html << flow_key();
  for (const auto& pairs : by_frame(clip.worst)) html << card(clip.result, pairs);
  return html;
}

}  // namespace flowreel::html
