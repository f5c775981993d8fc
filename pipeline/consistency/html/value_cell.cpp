#include "pipeline/consistency/html/value_cell.h"

#include "pipeline/consistency/html/digits.h"
#include "pipeline/consistency/html/metric_words.h"
#include "pipeline/consistency/result.h"

namespace flowreel::html {
namespace {

// Values of the metrics that show stillness mean something for a still clip, too.
bool is_hollow(const Measurement& m) {
  return m.status == Status::kDegenerateStatic && !telling_value(m);
}

Html reason(const Measurement& m) {
  Html html;
  html << "<td class=\"none\">– " << Text{status_words(m.status)};
  if (!m.note.empty() && m.note.size() <= kShortNote)
    html << "<small>" << Text{m.note} << "</small>";
  html << "</td>";
  return html;
}

Html backing(const Measurement& m) {
  Html html;
  html << "<small>n " << m.samples;
  if (m.coverage < 1)
    html << " · <span title=\"share of the pixels\">" << Text{percent(m.coverage)} << "</span>";
  if (!m.note.empty() && m.note.size() <= kShortNote) html << " · " << Text{m.note};
  html << "</small>";
  return html;
}

}  // namespace

Html value_cell(const Measurement* m, bool best) {
  Html html;
  if (m == nullptr) {
    html << "<td class=\"none\">– not measured</td>";
    return html;
  }
  if (!m->value) return reason(*m);
  if (is_hollow(*m)) {
    html << "<td class=\"static\"><span class=\"tag\" title=\"nothing moves: a perfect value that "
            "means nothing\">static</span> ";
  } else if (best) {
    html << "<td class=\"best\"><span class=\"diamond\" aria-hidden=\"true\">◆ </span>"
         << "<span class=\"aside\">best </span>";
  } else {
    html << "<td>";
  }
  html << number(*m->value) << backing(*m) << "</td>";
  return html;
}

}  // namespace flowreel::html
