#include "pipeline/consistency/result_junit.h"

#include <algorithm>
#include <string_view>

#include "errors/quote.h"

namespace flowreel {
namespace {

std::string hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    text += std::string("\\x") + kDigits[byte >> 4] + kDigits[byte & 15];
  }
  return text;
}

// One character inside an attribute. Tab and line breaks would become spaces when read (XML 1.0,
// 3.3.3), so they are references.
std::string escaped(std::string_view character) {
  if (character == "&") return "&amp;";
  if (character == "<") return "&lt;";
  if (character == ">") return "&gt;";
  if (character == "\"") return "&quot;";
  if (character == "\t") return "&#9;";
  if (character == "\n") return "&#10;";
  if (character == "\r") return "&#13;";
  const auto lead = static_cast<uint8_t>(character[0]);
  if (lead < 0x20 || character == "\uFFFE" || character == "\uFFFF") return hex(character);
  return std::string(character);
}

// name="text", with a space before it.
std::string attribute(const char* name, std::string_view text) {
  std::string value;
  for (size_t i = 0; i < text.size();) {
    const size_t length = utf8_length(text, i);
    const std::string_view character = text.substr(i, length == 0 ? 1 : length);
    value += length == 0 ? hex(character) : escaped(character);
    i += character.size();
  }
  return " " + std::string(name) + "=\"" + value + "\"";
}

using Outcomes = std::vector<GateOutcome>;

std::string counts(Outcomes::const_iterator begin, Outcomes::const_iterator end, size_t errors) {
  const auto failures =
      std::count_if(begin, end, [](const GateOutcome& o) { return o.outcome != Outcome::kPass; });
  return attribute("tests", std::to_string(static_cast<size_t>(end - begin) + errors)) +
         attribute("failures", std::to_string(failures)) +
         attribute("errors", std::to_string(errors));
}

std::string test_case(const GateOutcome& o, const std::string& suite) {
  const std::string opening =
      "    <testcase" + attribute("classname", suite) + attribute("name", o.gate);
  if (o.outcome == Outcome::kPass) return opening + "/>\n";
  return opening + ">\n      <failure" + attribute("type", outcome_name(o.outcome)) +
         attribute("message", o.reason) + "/>\n    </testcase>\n";
}

// A clip that could not be measured, as a suite of its own.
std::string error_suite(const FailedClip& clip) {
  const Outcomes none;
  return "  <testsuite" + attribute("name", clip.clip) + counts(none.begin(), none.end(), 1) +
         ">\n    <testcase" + attribute("classname", clip.clip) + attribute("name", "measure") +
         ">\n      <error" + attribute("type", "exit code " + std::to_string(clip.exit_code)) +
         attribute("message", clip.text) + "/>\n    </testcase>\n  </testsuite>\n";
}

}  // namespace

std::string junit_xml(const Outcomes& outcomes, const std::vector<FailedClip>& failed) {
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" +
                    attribute("name", "flowreel consistency") +
                    counts(outcomes.begin(), outcomes.end(), failed.size()) + ">\n";
  for (auto begin = outcomes.begin(); begin != outcomes.end();) {
    const auto end = std::find_if(begin, outcomes.end(),
                                  [&](const GateOutcome& o) { return o.clip != begin->clip; });
    const std::string suite = begin->clip.empty() ? "all pairs" : begin->clip;
    xml += "  <testsuite" + attribute("name", suite) + counts(begin, end, 0) + ">\n";
    for (auto o = begin; o != end; ++o) xml += test_case(*o, suite);
    xml += "  </testsuite>\n";
    begin = end;
  }
  for (const FailedClip& clip : failed) xml += error_suite(clip);
  return xml + "</testsuites>\n";
}

}  // namespace flowreel
