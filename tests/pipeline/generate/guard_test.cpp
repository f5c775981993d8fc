#include "pipeline/generate/guard.h"

#include <limits>

#include "tests/pipeline/generate/run.h"

namespace flowreel {
namespace {

TEST(Guard, FiniteCounts) {
  EXPECT_NO_THROW(check_finite(at::ones({2, 3}), "here"));
  at::Tensor x = at::ones({2, 3});
  x[0][1] = std::numeric_limits<float>::infinity();
  x[1][2] = std::nan("");
  EXPECT_EQ(error_text<NumericsError>([&] { check_finite(x, "here"); }),
            "here: 2 of 6 values are NaN or infinite");
  EXPECT_NO_THROW(check_finite(at::full({1}, 60000, at::kHalf), "half"));
}

TEST(Guard, BlankIsOneColourInSpaceAndTime) {
  const auto flat = [](int level) { return at::full({4, 4, 3}, level, at::kByte); };
  BlankCheck still, fading, noisy, spot;
  for (int i = 0; i < 3; ++i) {
    still.see(flat(128));
    fading.see(flat(128 + 2 * i));
    noisy.see(flat(128 + i));
    at::Tensor frame = flat(0);
    if (i == 2) frame[3][3][1] = 3;
    spot.see(frame);
  }
  expect_contains(error_text<NumericsError>([&] { still.check(); }),
                  {"frames 0 to 2", "RGB 128,128,128"});
  EXPECT_THROW(noisy.check(), NumericsError) << "two levels are noise";
  EXPECT_NO_THROW(fading.check());
  EXPECT_NO_THROW(spot.check());
}

}  // namespace
}  // namespace flowreel
