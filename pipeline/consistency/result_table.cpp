#include "pipeline/consistency/result_table.h"

#include <algorithm>
#include <cmath>

#include "pipeline/consistency/columns.h"
#include "pipeline/consistency/numbers.h"

namespace flowreel {
namespace {

constexpr int kDigits = 5;
constexpr size_t kMostSideBySide = 4;
constexpr int kHeading = 20;  // columns of a clip's name over its column

std::string unit_of(const Definition& definition) {
  const std::string unit = definition.unit;
  return unit == "1" ? "" : unit;
}

std::string with_space(const std::string& text) { return text.empty() ? "" : " " + text; }

std::string value_text(const Measurement& m) {
  return m.value ? short_number(*m.value, kDigits) : "-";
}

std::string flag(const Measurement& m) {
  if (m.status == Status::kDegenerateStatic) return "static";
  return m.value ? "" : status_name(m.status);
}

std::string coverage_text(const Measurement& m) {
  return m.value && m.coverage < 1 ? short_number(std::floor(100 * m.coverage), 3) + " %" : "";
}

std::string facts_line(const ClipResult& clip) {
  std::string text = one_line(clip.name) + ": " + std::to_string(clip.facts.width) + "x" +
                     std::to_string(clip.facts.height) + ", " + short_number(clip.facts.fps, 5) +
                     " fps, " + std::to_string(clip.end.frames) + " frames";
  for (size_t i = 0; i < clip.end.cuts.size(); ++i)
    text += (i == 0 ? ", cuts at " : " ") + std::to_string(clip.end.cuts[i]);
  return text + (clip.end.still ? ", stands still" : "");
}

std::string warning_lines(const std::vector<std::string>& warnings) {
  std::string text;
  for (const std::string& warning : warnings)
    text += wrapped("warning: " + one_line(warning), "  ");
  return text;
}

std::string block(const ClipResult& clip) {
  Rows rows;
  for (const Measurement& m : clip.measurements) {
    const Definition& d = *m.definition;
    rows.push_back({d.name, value_text(m) + (m.value ? with_space(unit_of(d)) : ""),
                    direction_arrow(d.direction),
                    m.samples > 0 ? "n=" + std::to_string(m.samples) : "", coverage_text(m),
                    flag(m)});
  }
  return wrapped(facts_line(clip), "") + aligned(rows, "lllrrl", "  ") +
         warning_lines(clip.warnings);
}

std::string side_by_side(const Results& results) {
  Rows rows = {{"", "", ""}};
  for (const ClipResult& clip : results.clips)
    rows[0].push_back(shortened(one_line(clip.name), kHeading));
  for (const Definition* d : definitions_of(results)) {
    rows.push_back({d->name, direction_arrow(d->direction), unit_of(*d)});
    for (const ClipResult& clip : results.clips) {
      const Measurement* m = measurement_of(clip, d->name);
      rows.back().push_back(m ? value_text(*m) + with_space(flag(*m)) : "-");
    }
  }
  std::string text, warnings;
  for (const ClipResult& clip : results.clips) {
    text += wrapped(facts_line(clip), "");
    for (const std::string& warning : clip.warnings)
      warnings += wrapped("warning: " + one_line(clip.name + ": " + warning), "  ");
  }
  return text + aligned(rows, std::string(3 + results.clips.size(), 'l'), "  ") + warnings;
}

}  // namespace

const char* direction_arrow(Direction direction) {
  switch (direction) {
    case Direction::kHigherIsBetter:
      return "↑";
    case Direction::kLowerIsBetter:
      return "↓";
    case Direction::kNeither:
      return "·";
  }
  return "";
}

std::string results_table(const Results& results) {
  if (results.clips.size() >= 2 && results.clips.size() <= kMostSideBySide) {
    const std::string text = side_by_side(results);
    if (longest_line(text) <= kTableWidth) return text;
  }
  std::string text;
  for (const ClipResult& clip : results.clips) text += (text.empty() ? "" : "\n") + block(clip);
  return text;
}

}  // namespace flowreel
