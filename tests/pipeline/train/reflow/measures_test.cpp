#include "pipeline/train/reflow/measures.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "files/file.h"
#include "tests/scratch_folder.h"

namespace flowreel {
namespace {

// Carries noise to `factor` times itself; straightness is 1, transport 2, for each of 4 elements.
PairSet::Make times(double factor) {
  return [factor](const at::Tensor& noise, const std::vector<std::string>&) {
    const at::Tensor ones = at::ones({noise.size(0)}, at::kDouble);
    return Carried{noise * factor, 4 * ones, 8 * ones};
  };
}

TEST(Measures, AreMeansPerElementAndTheErrorIsAgainstTheTeacher) {
  const testing::ScratchFolder folder;
  PairSetOptions options;
  options.folder = folder / "pairs";
  options.name = "validation";
  options.shape = {4};
  options.count = 7;
  options.batch = 3;
  const PairSet pairs(options, [](int64_t) { return ""; }, times(2));
  EXPECT_NEAR(measure(pairs, 3, times(2)).error, 0, 1e-6);  // as far as float16 has it
  const at::Tensor noise = pairs.pairs({0, 1, 2, 3, 4, 5, 6}).noise;
  for (int64_t batch : {1, 3, 7, 100}) {
    const Measures m = measure(pairs, batch, times(5));
    EXPECT_NEAR(m.straightness, 1, 1e-12);
    EXPECT_NEAR(m.transport, 2, 1e-12);
    EXPECT_NEAR(m.error, 9 * noise.square().mean().item<double>(), 2e-3);
  }
}

TEST(Measures, AreWrittenAndDescribed) {
  const testing::ScratchFolder folder;
  write_measures(folder / "paths.csv", {1, 2, 0}, {0.25, 1.5, 0.125});
  write_measures(folder / "paths.csv", {1, 2, 0}, {0.25, 1.5, 0.125});
  EXPECT_EQ(read_text(folder / "paths.csv", 1000),
            "model,straightness,transport,error\nteacher,1,2,0\nstudent,0.25,1.5,0.125\n");
  EXPECT_EQ(described({1, 2, 0}, {0.25, 1.5, 0.125}),
            "straightness 0.25, was 1; transport cost 1.5, was 2; error 0.125 (per element)");
}

}  // namespace
}  // namespace flowreel
