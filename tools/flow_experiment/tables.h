// The files that the experiment writes: comma-separated, one line of headings, numbers with four
// digits.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <ostream>
#include <string>
#include <vector>

namespace flowreel {

// Values under a key of several columns, gathered over seeds, in the order in which keys first
// came.
class Gathered {
 public:
  void add(const std::vector<std::string>& key, double value);
  // headings, then per key its columns and the mean, smallest and largest value.
  void write(std::ostream& out, const std::string& headings) const;

 private:
  std::vector<std::vector<std::string>> order_;
  std::map<std::vector<std::string>, std::vector<double>> values_;
};

// The elements of a tensor in C order.
std::vector<float> flat(const at::Tensor& x);

// "label a, label b, x, y, x, y, ...": one line per row of points, a comma within a label replaced.
void write_points(std::ostream& out, const std::vector<std::string>& labels,
                  const std::vector<float>& numbers);

}  // namespace flowreel
