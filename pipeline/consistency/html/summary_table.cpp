#include "pipeline/consistency/html/summary_table.h"

#include <algorithm>
#include <functional>
#include <string_view>

#include "pipeline/consistency/html/best.h"
#include "pipeline/consistency/html/digits.h"
#include "pipeline/consistency/html/metric_words.h"
#include "pipeline/consistency/html/value_cell.h"

namespace flowreel::html {
namespace {

constexpr size_t kHashShown = 12;  // characters

Html heading_row(const std::string& heading, size_t clips) {
  Html html;
  html << "<tr class=\"family\"><th scope=\"rowgroup\">" << Text{heading} << "</th>";
  if (clips > 0) html << "<td colspan=\"" << clips << "\"></td>";
  html << "</tr>";
  return html;
}

Html column_heads(const std::vector<HtmlClip>& clips) {
  Html html;
  html << "<thead><tr><th scope=\"col\">Metric</th>";
  for (size_t i = 0; i < clips.size(); ++i)
    html << "<th scope=\"col\"><a href=\"#clip-" << i + 1 << "\"><bdi>" << breakable(clips[i].label)
         << "</bdi></a></th>";
  html << "</tr></thead>";
  return html;
}

// What a clip is, before what was measured of it.
struct FactRow {
  const char* name;
  std::function<Html(const ClipResult&)> cell;  // empty where it is not known
};

const std::vector<FactRow>& fact_rows() {
  const auto words = [](const std::string& text) {
    Html html;
    html << "<bdi>" << breakable(text) << "</bdi>";
    return text.empty() ? Html() : html;
  };
  static const std::vector<FactRow> rows = {
      {"frames",
       [](const ClipResult& clip) {
         Html html;
         html << clip.end.frames << " at " << number(clip.facts.fps) << " fps";
         return html;
       }},
      {"size",
       [](const ClipResult& clip) {
         Html html;
         html << clip.facts.width << " × " << clip.facts.height;
         return html;
       }},
      {"prompt", [words](const ClipResult& clip) { return words(clip.prompt_id); }},
      {"seed",
       [](const ClipResult& clip) {
         Html html;
         if (clip.seed) html << *clip.seed;
         return html;
       }},
      {"decode", [words](const ClipResult& clip) { return words(clip.decode); }},
      {"SHA-256",
       [](const ClipResult& clip) {
         Html html;
         if (!clip.sha256.empty())
           html << "<code title=\"" << Text{clip.sha256} << "\">"
                << Text{std::string_view(clip.sha256).substr(0, kHashShown)} << "</code>";
         return html;
       }},
  };
  return rows;
}

Html facts(const std::vector<HtmlClip>& clips) {
  Html html;
  html << "<tbody>" << heading_row("Clip", clips.size());
  for (const FactRow& row : fact_rows()) {
    const bool known = std::any_of(clips.begin(), clips.end(), [&](const HtmlClip& clip) {
      return !row.cell(clip.result).empty();
    });
    if (!known) continue;
    html << "<tr><th scope=\"row\">" << Text{row.name} << "</th>";
    for (const HtmlClip& clip : clips) {
      const Html cell = row.cell(clip.result);
      html << "<td>";
      if (cell.empty())
        html << "<span class=\"quiet\">not known</span>";
      else
        html << cell;
      html << "</td>";
    }
    html << "</tr>";
  }
  html << "</tbody>";
  return html;
}

Html metric_row(const Definition& definition, const std::vector<HtmlClip>& clips, bool compare) {
  std::vector<const Measurement*> row;
  for (const HtmlClip& clip : clips) row.push_back(measurement_of(clip.result, definition.name));
  const std::vector<bool> best = compare ? best_of(row) : std::vector<bool>(row.size(), false);
  Html html;
  html << "<tr><th scope=\"row\">" << metric_link(definition) << " " << arrow_and_unit(definition)
       << "</th>";
  for (size_t i = 0; i < row.size(); ++i) html << value_cell(row[i], best[i]);
  html << "</tr>";
  return html;
}

Html hint(const std::vector<HtmlClip>& clips) {
  const std::string reason = not_comparable(clips);
  Html html;
  html
      << "<p class=\"hint\">↑ higher is better, ↓ lower is better. n: the pairs, triples or frames "
         "that count, then the share of their pixels where it is not all. ";
  if (reason.empty())
    html << "<span class=\"diamond\" aria-hidden=\"true\">◆</span> best of the row, never a clip "
            "that stands still.";
  else if (clips.size() > 1)
    html << "No value is marked as the best: " << Text{reason} << ".";
  html << "</p>";
  return html;
}

}  // namespace

std::vector<const Definition*> metrics_of(const std::vector<HtmlClip>& clips) {
  std::vector<const ClipResult*> results;
  for (const HtmlClip& clip : clips) results.push_back(&clip.result);
  return definitions_of(results);
}

Html summary_table(const std::vector<HtmlClip>& clips) {
  const std::vector<const Definition*> metrics = metrics_of(clips);
  const bool compare = not_comparable(clips).empty();
  Html html;
  html << hint(clips)
       << "<div class=\"scroll\" role=\"region\" aria-label=\"Summary\" tabindex=\"0\">"
       << "<table><caption class=\"aside\">Summary</caption>" << column_heads(clips)
       << facts(clips);
  for (size_t family = 0; family < families().size(); ++family) {
    Html rows;
    for (const Definition* definition : metrics) {
      if (family_of(*definition) == family) rows << metric_row(*definition, clips, compare);
    }
    if (rows.empty()) continue;
    html << "<tbody>" << heading_row(families()[family], clips.size()) << rows << "</tbody>";
  }
  html << "</table></div>";
  return html;
}

}  // namespace flowreel::html
