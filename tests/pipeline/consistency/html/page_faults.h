// What is wrong with the markup of a page.
#pragma once

#include <regex>
#include <set>
#include <string>
#include <vector>

namespace flowreel::test {

// Elements that end where they begin; those of SVG close themselves.
inline bool is_void(const std::string& name) {
  static const std::set<std::string> names = {"meta", "img", "wbr", "br"};
  return names.count(name) != 0;
}

// Tags that do not match, attributes that are not name="value", and stray "<" or ">". Empty for a
// page of which every browser makes the same.
inline std::string markup_fault(const std::string& html) {
  static const std::regex tag(
      R"(^<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z-]+(?:="[^"<>]*")?)*)(/?)>)");
  std::vector<std::string> open;
  size_t at = html.rfind("<!DOCTYPE html>", 0) == 0 ? 15 : 0;
  while (at < html.size()) {
    const size_t next = html.find_first_of("<>", at);
    if (next == std::string::npos) break;
    // Long addresses of pictures would exhaust the matcher of the library: their text is cut out.
    std::string head = html.substr(next, html.find('>', next) + 1 - next);
    head = std::regex_replace(head, std::regex("base64,[A-Za-z0-9+/=]*\""), "base64,\"");
    std::smatch match;
    if (!std::regex_search(head, match, tag)) return "not a tag: " + head.substr(0, 80);
    at = html.find('>', next) + 1;
    const std::string name = match[2];
    if (match[1].length() > 0) {
      if (open.empty() || open.back() != name) return "</" + name + "> closes nothing";
      open.pop_back();
    } else if (!is_void(name) && match[4].length() == 0) {
      open.push_back(name);
      if (name == "style" || name == "script") at = html.find("</" + name, at);
    }
  }
  return open.empty() ? "" : "<" + open.back() + "> is never closed";
}

// Every value of an attribute, in order.
inline std::vector<std::string> attributes(const std::string& html, const std::string& name) {
  std::vector<std::string> values;
  const std::string start = " " + name + "=\"";
  for (size_t at = html.find(start); at != std::string::npos; at = html.find(start, at + 1)) {
    const size_t from = at + start.size();
    values.push_back(html.substr(from, html.find('"', from) - from));
  }
  return values;
}

}  // namespace flowreel::test
