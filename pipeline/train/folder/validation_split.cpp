#include "pipeline/train/folder/validation_split.h"

#include <algorithm>

#include "errors/error.h"
#include "pipeline/train/content_hash.h"

namespace flowreel {
namespace {

// In [0,1). FNV's upper bits hardly see the last letters, so they are stirred once more (the
// finaliser of splitmix64).
double fraction_of(const std::string& name) {
  uint64_t z = ContentHash().add(name).value();
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

}  // namespace

std::vector<bool> validation_split(const std::vector<std::string>& names, double share) {
  if (names.size() < 2) {
    throw DataError("there is " + std::to_string(names.size()) +
                    " clip with a caption, expected at least 2: one to train on and one to "
                    "validate with");
  }
  std::vector<double> fractions;
  for (const std::string& name : names) fractions.push_back(fraction_of(name));
  std::vector<bool> chosen;
  for (double fraction : fractions) chosen.push_back(fraction < share);
  const auto [least, most] = std::minmax_element(fractions.begin(), fractions.end());
  chosen[static_cast<size_t>(least - fractions.begin())] = true;
  chosen[static_cast<size_t>(most - fractions.begin())] = false;
  return chosen;
}

}  // namespace flowreel
