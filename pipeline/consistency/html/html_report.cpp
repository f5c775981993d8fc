#include "pipeline/consistency/html/html_report.h"

#include "pipeline/consistency/html/clip_section.h"
#include "pipeline/consistency/html/comparison_section.h"
#include "pipeline/consistency/html/definitions.h"
#include "pipeline/consistency/html/guards.h"
#include "pipeline/consistency/html/labels.h"
#include "pipeline/consistency/html/script.h"
#include "pipeline/consistency/html/style_sheet.h"
#include "pipeline/consistency/html/summary_table.h"

namespace flowreel {
namespace html {
namespace {

// Nothing may be loaded: what is not in the page is not there.
Html head(const std::string& title) {
  Html html;
  html << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
       << "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
          "img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
       << "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
       << "<meta name=\"color-scheme\" content=\"light dark\">\n<title>" << Text{title}
       << "</title>\n<style>" << style_sheet() << "</style>\n</head>\n";
  return html;
}

Html contents(const HtmlInput& input) {
  Html html;
  html << "<nav aria-label=\"Contents\"><ul><li><a href=\"#summary\">Summary</a></li>";
  if (input.comparison) html << "<li><a href=\"#comparison\">Comparison</a></li>";
  for (size_t i = 0; i < input.clips.size(); ++i)
    html << "<li><a href=\"#clip-" << i + 1 << "\"><bdi>" << breakable(input.clips[i].label)
         << "</bdi></a></li>";
  html << "<li><a href=\"#definitions\">Definitions</a></li>"
       << "<li><a href=\"#environment\">Environment</a></li></ul></nav>\n";
  return html;
}

Html environment(const HtmlInput& input) {
  Html html;
  html << "<section id=\"environment\"><h2>Environment</h2><dl class=\"notes\">";
  for (const auto& [name, version] : input.versions)
    html << "<dt>" << Text{name} << "</dt><dd>" << Text{version} << "</dd>";
  html << "</dl></section>\n";
  return html;
}

Html counts(const HtmlInput& input, size_t metrics) {
  Html html;
  html << "<p class=\"over\">flowreel consistency</p><h1>" << Text{input.title} << "</h1><p>"
       << input.clips.size() << Text{input.clips.size() == 1 ? " clip, " : " clips, "} << metrics
       << Text{metrics == 1 ? " metric" : " metrics"} << "</p>";
  return html;
}

Html page(const HtmlInput& input) {
  const std::vector<const Definition*> metrics = metrics_of(input.clips);
  const SharedAxes axes = shared_axes(input.clips);
  Html html;
  html << head(input.title) << "<body>\n<header>" << counts(input, metrics.size())
       << contents(input) << "</header>\n<main>\n<section id=\"guards\"><h2>Before you read</h2>"
       << guard_list(input.clips) << "</section>\n<section id=\"summary\"><h2>Summary</h2>"
       << summary_table(input.clips) << "</section>\n";
  if (input.comparison)
    html << "<section id=\"comparison\"><h2>Comparison</h2>"
         << comparison_section(*input.comparison, input.baseline) << "</section>\n";
  for (size_t i = 0; i < input.clips.size(); ++i)
    html << clip_section(i + 1, input.clips[i], axes) << "\n";
  html << "<section id=\"definitions\"><h2>Definitions</h2>" << definition_list(metrics)
       << "</section>\n"
       << environment(input) << "</main>\n<script>" << script() << "</script>\n</body>\n</html>\n";
  return html;
}

void label(std::vector<HtmlClip>& clips) {
  std::vector<std::string> names;
  for (const HtmlClip& clip : clips) names.push_back(clip.result.name);
  const std::vector<std::string> labels = labels_of(names);
  for (size_t i = 0; i < clips.size(); ++i) {
    if (clips[i].label.empty()) clips[i].label = labels[i];
  }
}

}  // namespace
}  // namespace html

std::string html_report(HtmlInput input) {
  html::label(input.clips);
  return html::page(input).str();
}

}  // namespace flowreel
