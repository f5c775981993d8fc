#include "pipeline/consistency/html/best.h"

#include <gtest/gtest.h>

#include "tests/pipeline/consistency/html/example_clips.h"

namespace flowreel::html {
namespace {

using namespace test;

using Flags = std::vector<bool>;

Flags best(const std::vector<Measurement>& row) {
  std::vector<const Measurement*> pointers;
  for (const Measurement& m : row) pointers.push_back(&m);
  return best_of(pointers);
}

Measurement still(Measurement m) {
  m.status = Status::kDegenerateStatic;
  return m;
}

TEST(Best, GoesByTheDirection) {
  EXPECT_EQ(best({measurement(kFlicker, 2), measurement(kFlicker, 1)}), (Flags{false, true}));
  EXPECT_EQ(best({measurement(kLikeness, 2), measurement(kLikeness, 1)}), (Flags{true, false}));
  EXPECT_EQ(best({measurement(kMotion, 2), measurement(kMotion, 1)}), (Flags{false, false}));
}

TEST(Best, IsNeverAStillClip) {
  EXPECT_EQ(
      best({measurement(kFlicker, 2), still(measurement(kFlicker, 0)), measurement(kFlicker, 1)}),
      (Flags{false, false, true}));
  EXPECT_EQ(best({measurement(kFlicker, 2), still(measurement(kFlicker, 0))}),
            (Flags{false, false}));
}

TEST(Best, NeedsTwoValues) {
  EXPECT_EQ(best({measurement(kFlicker, 2)}), (Flags{false}));
  EXPECT_EQ(best({measurement(kFlicker, 2), missing(kFlicker, Status::kTooFewFrames)}),
            (Flags{false, false}));
  const Measurement m = measurement(kFlicker, 2);
  EXPECT_EQ(best_of({&m, nullptr}), (Flags{false, false}));
  EXPECT_EQ(best_of({nullptr, nullptr}), (Flags{false, false}));
}

TEST(Best, IsSharedButNotByAll) {
  const Measurement one = measurement(kFlicker, 1), two = measurement(kFlicker, 2);
  EXPECT_EQ(best({one, two, one}), (Flags{true, false, true}));
  EXPECT_EQ(best({one, one}), (Flags{false, false}));
}

TEST(Best, IsOfOneFormula) {
  Definition newer = kFlicker;
  newer.id = "flowreel/flicker_mc@2";
  EXPECT_EQ(best({measurement(kFlicker, 2), measurement(newer, 1)}), (Flags{false, false}));
}

TEST(Best, ClipsMustBeOfAKind) {
  const std::vector<HtmlClip> alike = {clip("a", {}), clip("b", {})};
  EXPECT_EQ(not_comparable(alike), "");
  std::vector<std::string> reasons;
  const auto reason = [&](auto&& change) {
    std::vector<HtmlClip> clips = alike;
    change(clips[1].result);
    const std::string why = not_comparable(clips);
    for (const std::string& other : reasons) EXPECT_NE(why, other);
    EXPECT_NE(why, "");
    reasons.push_back(why);
  };
  reason([](ClipResult& r) { r.prompt_id = "another"; });
  reason([](ClipResult& r) { r.facts.height = 1; });
  reason([](ClipResult& r) { r.facts.fps = 25; });
  reason([](ClipResult& r) { r.decode = "cv2-compat"; });
  EXPECT_NE(not_comparable({clip("a", {})}), "");
}

TEST(Best, LessMotionIsToldOf) {
  const HtmlClip fast = clip("fast", {measurement(kMotion, 0.2)});
  const HtmlClip slow = clip("slow", {measurement(kMotion, 0.15)});
  const HtmlClip near = clip("near", {measurement(kMotion, 0.19)});
  const HtmlClip still = still_clip("still", {measurement(kMotion, 0)});
  EXPECT_EQ(motion_differs({fast, slow, still}),
            "slow moves 25\u00a0% less than fast: less motion flatters most metrics");
  EXPECT_EQ(motion_differs({fast, near, still}), "");
  EXPECT_EQ(motion_differs({clip("a", {}), fast}), "");
}

}  // namespace
}  // namespace flowreel::html
