#include "pipeline/train/caption_dropout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "errors/error.h"

namespace flowreel {
namespace {

TEST(CaptionDropout, DropsAtItsRate) {
  const std::vector<std::string> captions(20000, "a red star");
  for (double p : {0.1, 0.5}) {
    const auto left = drop_captions(captions, p, {3, 1});
    const auto dropped = std::count(left.begin(), left.end(), "");
    const auto kept = std::count(left.begin(), left.end(), "a red star");
    EXPECT_EQ(dropped + kept, 20000);
    EXPECT_NEAR(static_cast<double>(dropped) / 20000, p, 4 * std::sqrt(p * (1 - p) / 20000));
  }
}

TEST(CaptionDropout, NeverAlwaysAndWithoutCaptions) {
  const std::vector<std::string> captions = {"a", "b"};
  EXPECT_EQ(drop_captions(captions, 0, {}), captions);
  EXPECT_EQ(drop_captions(captions, 1, {}), (std::vector<std::string>{"", ""}));
  EXPECT_TRUE(drop_captions({}, 0.5, {}).empty());
}

TEST(CaptionDropout, IsAFunctionOfTheDraw) {
  const std::vector<std::string> captions(64, "a");
  EXPECT_EQ(drop_captions(captions, 0.5, {1, 2}), drop_captions(captions, 0.5, {1, 2}));
  EXPECT_NE(drop_captions(captions, 0.5, {1, 2}), drop_captions(captions, 0.5, {1, 3}));
}

TEST(CaptionDropout, RefusesWhatIsNoProbability) {
  for (double p : {-0.1, 1.1, std::nan("")}) EXPECT_THROW(drop_captions({}, p, {}), UsageError);
}

}  // namespace
}  // namespace flowreel
