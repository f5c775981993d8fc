#include "tools/flow_experiment/tables.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdio>
#include <numeric>

namespace flowreel {
namespace {

// Commas separate columns, so that inside a name they become semicolons.
std::string column(std::string text) {
  std::replace(text.begin(), text.end(), ',', ';');
  return text;
}

std::string rounded(double value, const char* format) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

}  // namespace

void Gathered::add(const std::vector<std::string>& key, double value) {
  std::vector<double>& values = values_[key];
  if (values.empty()) order_.push_back(key);
  values.push_back(value);
}

void Gathered::write(std::ostream& out, const std::string& headings) const {
  out << headings << ",mean,smallest,largest\n";
  for (const auto& key : order_) {
    const std::vector<double>& values = values_.at(key);
    const double sum = std::accumulate(values.begin(), values.end(), 0.0);
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    for (const std::string& part : key) out << column(part) << ",";
    out << rounded(sum / static_cast<double>(values.size()), "%.4g") << "," << rounded(*low, "%.4g")
        << "," << rounded(*high, "%.4g") << "\n";
  }
}

std::vector<float> flat(const at::Tensor& x) {
  const at::Tensor c = x.to(at::kFloat).contiguous();
  return {c.const_data_ptr<float>(), c.const_data_ptr<float>() + c.numel()};
}

void write_points(std::ostream& out, const std::vector<std::string>& labels,
                  const std::vector<float>& numbers) {
  for (const std::string& label : labels) out << column(label) << ",";
  for (size_t i = 0; i < numbers.size(); ++i) {
    out << rounded(numbers[i], "%.3f") << (i + 1 < numbers.size() ? "," : "\n");
  }
}

}  // namespace flowreel
