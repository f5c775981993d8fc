#include "pipeline/generate/contact_sheet.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "errors/error.h"

namespace flowreel {
namespace {

at::Tensor frame(int64_t height, int64_t width, int64_t level) {
  return at::full({height, width, 3}, level, at::kByte);
}

// The levels in the middle of the cells, row by row.
std::vector<int64_t> levels(const at::Tensor& sheet, int64_t cell_height, int64_t cell_width) {
  std::vector<int64_t> found;
  for (int64_t y = 4 + cell_height / 2; y < sheet.size(0); y += cell_height + 4) {
    for (int64_t x = 4 + cell_width / 2; x < sheet.size(1); x += cell_width + 4)
      found.push_back(sheet[y][x][0].item<int64_t>());
  }
  return found;
}

TEST(ClipSheet, ShowsTwelveFramesFromFirstToLast) {
  ClipSheet sheet(34);
  for (int64_t i = 0; i < 34; ++i) sheet.see(frame(8, 10, i));
  const at::Tensor picture = sheet.picture();
  EXPECT_EQ(picture.sizes(), (std::vector<int64_t>{3 * 12 + 4, 4 * 14 + 4, 3}));
  EXPECT_EQ(levels(picture, 8, 10),
            (std::vector<int64_t>{0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33}));
}

TEST(ClipSheet, ShowsEveryFrameOfAShortClip) {
  ClipSheet sheet(5);
  for (int64_t i = 0; i < 5; ++i) sheet.see(frame(8, 10, 10 * i));
  EXPECT_EQ(levels(sheet.picture(), 8, 10),
            (std::vector<int64_t>{0, 10, 20, 30, 40, 236, 236, 236}));
  ClipSheet one(1);
  one.see(frame(8, 10, 7));
  EXPECT_EQ(levels(one.picture(), 8, 10), std::vector<int64_t>{7});
}

TEST(ClipSheet, ShrinksWideFrames) {
  ClipSheet sheet(1);
  EXPECT_THROW(sheet.picture(), UsageError);
  sheet.see(frame(360, 640, 99));
  EXPECT_EQ(sheet.picture().sizes(), (std::vector<int64_t>{180 + 8, 320 + 8, 3}));
}

}  // namespace
}  // namespace flowreel
