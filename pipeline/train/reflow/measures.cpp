#include "pipeline/train/reflow/measures.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdio>

#include "files/output_file.h"

namespace flowreel {
namespace {

std::string row(const char* model, const Measures& m) {
  char text[128];
  std::snprintf(text, sizeof text, "%s,%.9g,%.9g,%.9g\n", model, m.straightness, m.transport,
                m.error);
  return text;
}

}  // namespace

Measures measure(const PairSet& pairs, int64_t batch, const PairSet::Make& student) {
  Measures sum;
  int64_t elements = 0;
  for (int64_t first = 0; first < pairs.count(); first += batch) {
    ClipNumbers numbers;
    for (int64_t i = first; i < std::min(pairs.count(), first + batch); ++i) numbers.push_back(i);
    const Batch some = pairs.pairs(numbers);
    const Carried own = student(some.noise, some.captions);
    sum.straightness += own.straightness.sum().item<double>();
    sum.transport += own.transport.sum().item<double>();
    sum.error += (own.x_1.cpu() - some.data).to(at::kDouble).square().sum().item<double>();
    elements += some.noise.numel();
  }
  const auto n = static_cast<double>(elements);
  return {sum.straightness / n, sum.transport / n, sum.error / n};
}

void write_measures(const std::string& path, const Measures& teacher, const Measures& student) {
  const std::string text =
      "model,straightness,transport,error\n" + row("teacher", teacher) + row("student", student);
  OutputFile file(path, /*overwrite=*/true);
  file.write(text.data(), text.size());
  file.commit();
}

std::string described(const Measures& teacher, const Measures& student) {
  char text[192];
  std::snprintf(text, sizeof text,
                "straightness %.4g, was %.4g; transport cost %.4g, was %.4g; error %.4g (per "
                "element)",
                student.straightness, teacher.straightness, student.transport, teacher.transport,
                student.error);
  return text;
}

}  // namespace flowreel
