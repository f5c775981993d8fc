#include "pipeline/consistency/compare_warnings.h"

#include <algorithm>
#include <set>

#include "errors/quote.h"

namespace flowreel {
namespace {

void warn_of_versions(const Results& now, const Results& baseline,
                      std::vector<std::string>& warnings) {
  std::map<std::string, std::string> names = now.versions;
  names.insert(baseline.versions.begin(), baseline.versions.end());
  const auto text = [](const Results& results, const std::string& name) {
    const auto found = results.versions.find(name);
    return found == results.versions.end() ? std::string("not known") : quote(found->second, 80);
  };
  for (const auto& [name, version] : names) {
    const std::string here = text(now, name), there = text(baseline, name);
    if (here != there)
      warnings.push_back("version of " + name + " is " + here + ", in the baseline " + there);
  }
}

// "3 of 12 pairs WHAT", unless there is none.
template <class Differs>
void warn_of_pairs(const std::vector<ClipPair>& pairs, const std::string& what, Differs differs,
                   std::vector<std::string>& warnings) {
  const auto count = std::count_if(pairs.begin(), pairs.end(), [&](const ClipPair& pair) {
    return differs(*pair.now, *pair.baseline);
  });
  if (count > 0)
    warnings.push_back(std::to_string(count) + " of " + std::to_string(pairs.size()) + " pairs " +
                       what);
}

}  // namespace

std::vector<std::string> compare_warnings(const Results& now, const Results& baseline,
                                          const std::vector<ClipPair>& pairs) {
  std::vector<std::string> warnings;
  warn_of_versions(now, baseline, warnings);
  using Clip = ClipResult;
  warn_of_pairs(
      pairs, "were decoded in different ways, which alone changes values",
      [](const Clip& a, const Clip& b) { return a.decode != b.decode; }, warnings);
  warn_of_pairs(
      pairs, "differ in size",
      [](const Clip& a, const Clip& b) {
        return a.facts.width != b.facts.width || a.facts.height != b.facts.height;
      },
      warnings);
  warn_of_pairs(
      pairs, "differ in frames per second",
      [](const Clip& a, const Clip& b) { return a.facts.fps != b.facts.fps; }, warnings);
  warn_of_pairs(
      pairs, "differ in their number of frames",
      [](const Clip& a, const Clip& b) { return a.end.frames != b.end.frames; }, warnings);
  return warnings;
}

}  // namespace flowreel
