#include "pipeline/consistency/html/clip_section.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "pipeline/consistency/html/digits.h"
#include "pipeline/consistency/html/metric_words.h"
#include "pipeline/consistency/html/picture_tag.h"
#include "pipeline/consistency/html/transitions.h"
#include "pipeline/consistency/html/value_cell.h"

namespace flowreel::html {
namespace {

Html facts(const HtmlClip& labelled) {
  const ClipResult& clip = labelled.result;
  Html html;
  if (labelled.label != clip.name)
    html << "<p class=\"facts\"><bdi>" << breakable(clip.name) << "</bdi></p>";
  html << "<p class=\"facts\">" << clip.end.frames << " frames at " << Text{digits(clip.facts.fps)}
       << " fps";
  if (clip.facts.fps > 0)
    html << ", " << Text{fixed(static_cast<double>(clip.end.frames) / clip.facts.fps, 2)} << " s";
  html << " · " << clip.facts.width << " × " << clip.facts.height;
  if (!clip.prompt_id.empty()) html << " · prompt <bdi>" << Text{clip.prompt_id} << "</bdi>";
  if (clip.seed) html << " · seed " << *clip.seed;
  if (!clip.decode.empty()) html << " · decoded as <bdi>" << Text{clip.decode} << "</bdi>";
  html << "</p>";
  if (!clip.sha256.empty())
    html << "<p class=\"facts\">SHA-256 <code>" << Text{clip.sha256} << "</code></p>";
  if (clip.end.still)
    html << "<p><span class=\"tag\">static</span> Nothing moves: good values mean nothing.</p>";
  return html;
}

Html strip(const std::vector<ContactPicture>& contact) {
  Html html;
  if (contact.empty()) return html;
  html << "<div class=\"strip\" role=\"region\" aria-label=\"Frames of the clip\" tabindex=\"0\">";
  for (const ContactPicture& picture : contact)
    html << "<figure>" << picture_tag(picture.png, "frame " + std::to_string(picture.frame))
         << "<figcaption>" << picture.frame << "</figcaption></figure>";
  html << "</div>";
  return html;
}

template <typename Number>
Html listed(const std::vector<Number>& numbers) {
  Html html;
  constexpr size_t kMostListed = 24;
  for (size_t i = 0; i < std::min(numbers.size(), kMostListed); ++i) {
    if (i > 0) html << ", ";
    html << numbers[i];
  }
  if (numbers.size() > kMostListed)
    html << " and " << static_cast<int64_t>(numbers.size() - kMostListed) << " more";
  return html;
}

// The frame with the lines at which tiles meet.
Html tile_plan(const ClipFacts& facts) {
  constexpr double kWidth = 160;
  Html html;
  if (facts.width <= 0 || facts.height <= 0) return html;
  const double scale = kWidth / facts.width, height = facts.height * scale;
  html << "<svg class=\"plan\" viewBox=\"-1 -1 " << At{kWidth + 2} << " " << At{height + 2}
       << "\" aria-hidden=\"true\"><path class=\"edge\" d=\"M0 0H" << At{kWidth} << "V"
       << At{height} << "H0z\"/><path class=\"mark chunk\" d=\"";
  for (const int column : facts.tile_columns)
    html << "M" << At{column * scale} << " 0V" << At{height};
  for (const int row : facts.tile_rows) html << "M0 " << At{row * scale} << "H" << At{kWidth};
  html << "\"/></svg>";
  return html;
}

Html joints(const ClipFacts& facts) {
  const bool tiled = !facts.tile_columns.empty() || !facts.tile_rows.empty();
  Html html;
  if (facts.chunk_starts.empty() && !tiled) return html;
  html << "<h3>Joints</h3><div class=\"joints\">";
  if (tiled) html << tile_plan(facts);
  html << "<dl>";
  if (!facts.chunk_starts.empty())
    html << "<dt>Pieces begin at frame</dt><dd>" << listed(facts.chunk_starts) << "</dd>";
  if (!facts.tile_columns.empty())
    html << "<dt>Tiles meet at column</dt><dd>" << listed(facts.tile_columns) << "</dd>";
  if (!facts.tile_rows.empty())
    html << "<dt>Tiles meet at row</dt><dd>" << listed(facts.tile_rows) << "</dd>";
  html << "</dl></div>";
  return html;
}

// Those too long for the summary; the same words of several metrics once.
Html notes(const std::vector<Measurement>& measurements) {
  std::vector<std::pair<std::string_view, Html>> by_note;
  for (const Measurement& m : measurements) {
    if (m.note.size() <= kShortNote) continue;
    const auto same = std::find_if(by_note.begin(), by_note.end(),
                                   [&](const auto& known) { return known.first == m.note; });
    if (same == by_note.end())
      by_note.emplace_back(m.note, metric_link(*m.definition));
    else
      same->second << ", " << metric_link(*m.definition);
  }
  Html html;
  if (by_note.empty()) return html;
  html << "<h3>Notes</h3><dl class=\"notes\">";
  for (const auto& [note, metrics] : by_note)
    html << "<dt>" << metrics << "</dt><dd>" << Text{note} << "</dd>";
  html << "</dl>";
  return html;
}

}  // namespace

Html clip_section(size_t number, const HtmlClip& clip, const SharedAxes& axes) {
  Html html;
  html << "<section class=\"clip\" id=\"clip-" << number << "\"><h2><bdi>" << breakable(clip.label)
       << "</bdi></h2>" << facts(clip) << strip(clip.contact) << clip_curves(clip, axes)
       << transitions(clip) << joints(clip.result.facts) << notes(clip.result.measurements)
       << "</section>";
  return html;
}

}  // namespace flowreel::html
