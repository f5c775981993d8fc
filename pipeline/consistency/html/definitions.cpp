#include "pipeline/consistency/html/definitions.h"

#include <string_view>

namespace flowreel::html {
namespace {

const char* direction_words(Direction direction) {
  switch (direction) {
    case Direction::kHigherIsBetter:
      return "↑ higher is better";
    case Direction::kLowerIsBetter:
      return "↓ lower is better";
    case Direction::kNeither:
      return "neither is better";
  }
  return "";
}

Html entry(const Definition& d) {
  const bool has_unit = d.unit != std::string_view("1");
  Html html;
  html << "<section id=\"def-" << Text{d.name} << "\"><h3>" << breakable(d.name) << "</h3><p>"
       << Text{d.meaning} << "</p><code class=\"formula\">" << Text{d.formula}
       << "</code><p class=\"quiet\">" << Text{direction_words(d.direction)} << " · "
       << Text{has_unit ? d.unit : "no unit"} << " · <code>" << Text{d.id}
       << "</code></p></section>";
  return html;
}

}  // namespace

Html definition_list(const std::vector<const Definition*>& metrics) {
  Html html;
  html << "<div class=\"definitions\">";
  for (const Definition* definition : metrics) html << entry(*definition);
  html << "</div>";
  return html;
}

}  // namespace flowreel::html
