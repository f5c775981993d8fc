#include "pipeline/consistency/result_csv.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "pipeline/consistency/numbers.h"

namespace flowreel {
namespace {

std::string quoted(const std::string& cell) {
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string text = "\"";
  for (const char c : cell) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + "\"";
}

std::string text_cell(const std::string& text) {
  constexpr std::string_view kFormulas[] = {"=",  "+",      "-",      "@",      "\t",    "\r",
                                            "\n", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"};
  const bool is_formula =
      std::any_of(std::begin(kFormulas), std::end(kFormulas),
                  [&](std::string_view beginning) { return text.starts_with(beginning); });
  return quoted(is_formula ? "'" + text : text);
}

std::string number_cell(double value) { return std::isfinite(value) ? exact_number(value) : ""; }

}  // namespace

std::string results_csv(const Results& results) {
  std::string csv =
      "clip,prompt_id,seed,decode,metric,definition,value,unit,direction,status,samples,coverage,"
      "note\r\n";
  for (const ClipResult& clip : results.clips) {
    const std::string of_clip = text_cell(clip.name) + "," + text_cell(clip.prompt_id) + "," +
                                (clip.seed ? std::to_string(*clip.seed) : "") + "," +
                                text_cell(clip.decode) + ",";
    for (const Measurement& m : clip.measurements) {
      const Definition& d = *m.definition;
      csv += of_clip + text_cell(d.name) + "," + text_cell(d.id) + "," +
             (m.value ? number_cell(*m.value) : "") + "," + text_cell(d.unit) + "," +
             direction_name(d.direction) + "," + status_name(m.status) + "," +
             std::to_string(m.samples) + "," + number_cell(m.coverage) + "," + text_cell(m.note) +
             "\r\n";
    }
  }
  return csv;
}

std::string per_frame_csv(const Results& results) {
  std::string csv = "clip,metric,frame,value\r\n";
  for (const ClipResult& clip : results.clips) {
    for (const Measurement& m : clip.measurements) {
      const std::string of_metric =
          text_cell(clip.name) + "," + text_cell(m.definition->name) + ",";
      for (size_t i = 0; i < m.series.size(); ++i)
        csv += of_metric + std::to_string(i) + "," + number_cell(m.series[i]) + "\r\n";
    }
  }
  return csv;
}

}  // namespace flowreel
