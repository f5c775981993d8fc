#include "pipeline/evaluate/contact_sheet.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "errors/error.h"

namespace flowreel {
namespace {

JudgedClip clip(bool right) {
  return {{},
          "a small red star spinning on a plain background, as it is said at some length",
          {},
          {right, right, right, right}};
}

int64_t count_near(const at::Tensor& picture, const std::vector<int64_t>& rgb) {
  const at::Tensor off = (picture.to(at::kLong) - at::tensor(rgb)).abs().amax(-1);
  return (off <= 12).sum().item<int64_t>();
}

TEST(ContactSheet, ARowPerClipWithFramesAndMarks) {
  ContactSheet sheet;
  const at::Tensor frames = at::zeros({9, 128, 128, 3}, at::kByte);
  for (int64_t i = 0; i < 9; ++i) frames[i].select(2, 2).fill_(31 * i);  // black to blue
  sheet.add(frames, clip(true));
  const at::Tensor one = sheet.picture();
  sheet.add(frames, clip(false));
  const at::Tensor two = sheet.picture();
  ASSERT_EQ(one.dim(), 3);
  EXPECT_EQ(two.size(0), 2 * one.size(0));
  EXPECT_EQ(two.size(1), one.size(1));
  EXPECT_EQ(two.scalar_type(), at::kByte);
  // The first and the last frame, 72 x 72.
  EXPECT_GE(count_near(one, {0, 0, 0}), 72 * 72);
  EXPECT_GE(count_near(one, {0, 0, 248}), 72 * 72);
  const at::Tensor rows[] = {two.narrow(0, 0, one.size(0)),
                             two.narrow(0, one.size(0), one.size(0))};
  EXPECT_GT(count_near(rows[0], {20, 150, 60}), 40);
  EXPECT_EQ(count_near(rows[0], {205, 30, 40}), 0);
  EXPECT_GT(count_near(rows[1], {205, 30, 40}), 40);
  EXPECT_EQ(count_near(rows[1], {20, 150, 60}), 0);
}

TEST(ContactSheet, RowsMustFit) {
  ContactSheet sheet;
  EXPECT_THROW(sheet.picture(), UsageError);
  sheet.add(at::zeros({5, 64, 64, 3}, at::kByte), clip(true));
  sheet.add(at::zeros({5, 64, 96, 3}, at::kByte), clip(true));
  EXPECT_THROW(sheet.picture(), UsageError);
}

}  // namespace
}  // namespace flowreel
