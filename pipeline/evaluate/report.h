// What an evaluation leaves in a folder.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "files/output_file.h"
#include "pipeline/evaluate/contact_sheet.h"
#include "pipeline/evaluate/evaluate.h"

namespace flowreel {

// contact.png, a row per clip, and results.csv: number, caption, seen, shape, colour, motion,
// background, all (1 or 0). Both appear when finish() is done, or not at all.
class EvaluationFolder {
 public:
  // Makes the folder where it is not there. OutputError when that fails, or when one of the files
  // is there and overwrite is false: before anything is computed.
  EvaluationFolder(const std::string& path, bool overwrite);
  EvaluationFolder(const EvaluationFolder&) = delete;
  EvaluationFolder& operator=(const EvaluationFolder&) = delete;

  void add(const at::Tensor& frames, const JudgedClip& clip);
  void finish();

 private:
  // Goes away again when nothing came into it.
  struct Folder {
    explicit Folder(const std::string& path);
    ~Folder();
    std::string path;
    bool made = false;
  };

  Folder folder_;
  std::string contact_path_;
  bool overwrite_;
  OutputFile results_;
  ContactSheet sheet_;
  std::string lines_;
  int64_t clips_ = 0;
};

// Lines of a table with a heading: property, right, of, rate, 95 % interval.
std::string rates_table(const std::vector<Rate>& rates);

}  // namespace flowreel
