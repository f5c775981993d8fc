// The files that `flowreel consistency` writes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "codecs/clip.h"
#include "files/output_file.h"
#include "pipeline/consistency/compare.h"
#include "pipeline/consistency/gate.h"
#include "pipeline/consistency/result.h"
#include "pipeline/generate/output_names.h"

namespace flowreel {

// Names; empty: not written.
struct ConsistencyOutputs {
  std::string json, csv, frames_csv, html, junit, comparison;
  bool overwrite = false;
};

struct ConsistencyReport {
  Results results;
  std::string baseline_name;  // of its file
  std::optional<Comparison> comparison;
  std::vector<GateOutcome> outcomes;
};

// UsageError: two of them have one name, or an input's.
void check_names(const ConsistencyOutputs& outputs, const InputNames& inputs);

// Opened before anything is measured, so that what cannot be written is found at once, and
// published together.
class OpenedOutputs {
 public:
  explicit OpenedOutputs(const ConsistencyOutputs& names);  // errors as OutputFile

  // The HTML report reads the clips again for its pictures. Errors as OutputFile and VideoReader.
  void write(const ConsistencyReport& report, const ReadOptions& read);

 private:
  std::unique_ptr<OutputFile> open(const std::string& name) const;

  bool overwrite_;
  std::unique_ptr<OutputFile> json_, csv_, frames_csv_, html_, junit_, comparison_;
};

}  // namespace flowreel
