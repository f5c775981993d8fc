// Where two runs part, told from their manifests.
#pragma once

#include <string>
#include <vector>

namespace flowreel {

struct RunComparison {
  // The first of "input", "noise", "step 0", "step 1", …, "latents", "frames", "file" whose hashes
  // are not the same; empty when all are. What only one of the two recorded is passed over.
  std::string parts_at;
  std::vector<std::string> same;  // those before it that both recorded, steps as one "steps"

  // What else the manifests say differently, "pointer: A, B", the likeliest causes first.
  std::vector<std::string> differences;

  // What flowreel promises for these two: that all is identical; that the frames are, where only
  // names differ, which the file carries; where the machines, libraries or what was asked for
  // differ, that the same seed gives the same noise, or nothing.
  enum class Promise { kIdentical, kFrames, kNoise, kNothing } promise = Promise::kIdentical;
  std::string why;  // it is not more, in words; empty for kIdentical

  bool is_identical() const { return parts_at.empty(); }
  bool holds() const;  // whether what is promised is so
};

// a and b as manifest_json() writes them. DataError, naming the one at fault, for anything else.
RunComparison compare_runs(const std::string& a, const std::string& b);

}  // namespace flowreel
