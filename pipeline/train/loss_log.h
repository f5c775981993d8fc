// What a run measured, step by step, as CSV: "step,set,name,value".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flowreel {

class LossLog {
 public:
  struct Row {
    int64_t step;
    std::string set;   // "train" or "validation"
    std::string name;  // "total", a term of the loss, "learning_rate", "gradient_norm", …
    double value;
  };

  // Goes on in the file at `path`, of which rows after `step` are dropped: those of steps that a
  // resumed run repeats. OutputError or IoError when it cannot be written, DataError when it is not
  // such a file.
  LossLog(const std::string& path, int64_t step);

  void add(int64_t step, const std::string& set, const std::string& name, double value);

  // Writes the whole file, under a temporary name first.
  void save() const;

  const std::vector<Row>& rows() const { return rows_; }

 private:
  std::string path_;
  std::vector<Row> rows_;
};

}  // namespace flowreel
