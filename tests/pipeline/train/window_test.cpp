#include "pipeline/train/window.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <set>

#include "errors/error.h"

namespace flowreel {
namespace {

// Two clips [3,7,6,8] whose values say where they stand.
Batch numbered(uint32_t) {
  return {at::arange(2 * 3 * 7 * 6 * 8).view({2, 3, 7, 6, 8}), {"a", "b"}};
}

TEST(Window, CutsAConnectedPartOfEachClip) {
  const BatchSource source = windowed(numbered, {5, 4, 0}, 9);
  std::set<int64_t> corners;
  for (uint32_t number = 0; number < 60; ++number) {
    const Batch batch = source(number);
    ASSERT_EQ(batch.data.sizes(), (std::vector<int64_t>{2, 3, 5, 4, 8}));
    EXPECT_EQ(batch.captions.size(), 2u);
    const int64_t corner = batch.data[1][0][0][0][0].item<int64_t>() - 3 * 7 * 6 * 8;
    corners.insert(corner);
    const int64_t frame = corner / 48, row = corner % 48 / 8;
    EXPECT_TRUE(batch.data[1].equal(numbered(0).data[1].narrow(1, frame, 5).narrow(2, row, 4)));
    EXPECT_TRUE(batch.data.equal(source(number).data));
  }
  EXPECT_EQ(corners.size(), 9u);  // three places in time, three in height
}

TEST(Window, IsNoLargerThanTheClip) {
  EXPECT_THROW(windowed(numbered, {8, 0, 0}, 9)(0), DataError);
  EXPECT_TRUE(windowed(numbered, {}, 9)(0).data.equal(numbered(0).data));
}

}  // namespace
}  // namespace flowreel
