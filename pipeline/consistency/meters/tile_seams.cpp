#include "pipeline/consistency/meters/tile_seams.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "pipeline/consistency/series.h"
#include "pipeline/consistency/statistics/rank_sum.h"

namespace flowreel {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kLeast = 0.05;  // levels: what is less is rounding
constexpr int kMostStep = 2;     // levels
constexpr int kBand = 64;        // rows averaged with their sign
constexpr int kRun = 16;         // frames averaged with their sign
constexpr int kOffsets[] = {16, 32, 48};
constexpr size_t kFewestNeighbours = 2;
constexpr int kMargin = 2;  // columns beside a border that its step touches
constexpr int kChannels = 3;

const Definition kContrast = {
    "tile_seam_contrast",
    "flowreel/tile_seam_contrast@1",
    "1",
    Direction::kLowerIsBetter,
    "median over tile borders of |mean of step - mean of the two steps beside it| over that of "
    "columns and rows 16, 32 and 48 pixels away",
    "how much the picture steps where tiles were joined"};
const Definition kP = {"tile_seam_p",
                       "flowreel/tile_seam_p@1",
                       "p",
                       Direction::kHigherIsBetter,
                       "one-sided rank-sum p of those ratios at tile borders among all columns and "
                       "rows",
                       "how likely chance alone makes the borders stand out so much"};

// The excess step at each column of a clip, in levels.
class Steps {
 public:
  void add(const cv::Mat& rgb);
  // By column; NaN where there is none, at the edges. Empty when nothing was added.
  std::vector<double> finish();

 private:
  void add_row(const cv::Vec3b* pixels, std::vector<int>& sums) const;
  void end_run();

  int columns_ = 0, rows_ = 0, frames_in_run_ = 0;
  std::vector<std::vector<int>> sums_;  // by band, then column x channel: twice the signed excess
  std::vector<double> total_;           // by column: |sum| over bands, channels and runs
  double weight_ = 0;                   // what total_ is to be divided by
};

// Twice the excess step at column x is 2 s(x) - s(x - 1) - s(x + 1), s(x) = f(x) - f(x - 1).
void Steps::add_row(const cv::Vec3b* pixels, std::vector<int>& sums) const {
  for (int x = 2; x + 1 < columns_; ++x) {
    for (int c = 0; c < kChannels; ++c) {
      const int excess =
          3 * (pixels[x][c] - pixels[x - 1][c]) - (pixels[x + 1][c] - pixels[x - 2][c]);
      sums[x * kChannels + c] += std::clamp(excess, -2 * kMostStep, 2 * kMostStep);
    }
  }
}

void Steps::add(const cv::Mat& rgb) {
  if (total_.empty()) {
    columns_ = rgb.cols;
    rows_ = rgb.rows;
    total_.assign(columns_, 0.0);
    const int bands = std::max(1, (rows_ + kBand / 2) / kBand);
    sums_.assign(bands, std::vector<int>(columns_ * kChannels, 0));
  }
  const auto bands = static_cast<int>(sums_.size());
  for (int y = 0; y < rows_; ++y) add_row(rgb.ptr<cv::Vec3b>(y), sums_[y * bands / rows_]);
  if (++frames_in_run_ == kRun) end_run();
}

void Steps::end_run() {
  if (frames_in_run_ == 0) return;
  for (std::vector<int>& band : sums_) {
    for (int x = 0; x < columns_; ++x) {
      for (int c = 0; c < kChannels; ++c) total_[x] += std::abs(band[x * kChannels + c]) / 2.0;
    }
    std::fill(band.begin(), band.end(), 0);
  }
  weight_ += static_cast<double>(frames_in_run_) * rows_ * kChannels;
  frames_in_run_ = 0;
}

std::vector<double> Steps::finish() {
  end_run();
  std::vector<double> steps(total_.size(), kNone);
  for (size_t x = 2; x + 1 < steps.size(); ++x) steps[x] = total_[x] / weight_;
  return steps;
}

// The ratios to their neighbours of the columns or rows that are borders and of those that are not.
struct Ratios {
  std::vector<double> borders, others;

  void add(const std::vector<double>& steps, const std::vector<int>& at);
};

bool near_border(const std::vector<int>& at, int x) {
  return std::any_of(at.begin(), at.end(), [x](int b) { return std::abs(b - x) <= kMargin; });
}

// NaN without neighbours.
double ratio(const std::vector<double>& steps, const std::vector<int>& at, int x) {
  std::vector<double> around;
  for (const int offset : kOffsets) {
    for (const int there : {x - offset, x + offset}) {
      const bool inside = there >= 0 && there < static_cast<int>(steps.size());
      if (inside && !std::isnan(steps[there]) && !near_border(at, there))
        around.push_back(steps[there]);
    }
  }
  if (around.size() < kFewestNeighbours || std::isnan(steps[x])) return kNone;
  return std::max(steps[x], kLeast) / std::max(median(around), kLeast);
}

void Ratios::add(const std::vector<double>& steps, const std::vector<int>& at) {
  for (int x = 0; x < static_cast<int>(steps.size()); ++x) {
    const bool border = std::find(at.begin(), at.end(), x) != at.end();
    if (!border && near_border(at, x)) continue;
    const double r = ratio(steps, at, x);
    if (!std::isnan(r)) (border ? borders : others).push_back(r);
  }
}

class TileSeams : public Meter {
 public:
  explicit TileSeams(const ClipFacts& facts)
      : tile_columns_(facts.tile_columns), tile_rows_(facts.tile_rows) {}

  void see(const FrameMoment& moment) override {
    if (!tile_columns_.empty()) columns_.add(moment.now->rgb());
    if (tile_rows_.empty()) return;
    cv::Mat turned;
    cv::transpose(moment.now->rgb(), turned);
    rows_.add(turned);
  }

  // A seam shows in a still clip as well: its values are not degenerate.
  std::vector<Measurement> finish(const ClipEnd& end) override;

 private:
  std::vector<int> tile_columns_, tile_rows_;
  Steps columns_, rows_;
};

std::vector<Measurement> without_value(Status status, const std::string& note) {
  std::vector<Measurement> both = {none(kContrast, status), none(kP, status)};
  for (Measurement& m : both) m.note = note;
  return both;
}

std::vector<Measurement> TileSeams::finish(const ClipEnd& end) {
  if (tile_columns_.empty() && tile_rows_.empty())
    return without_value(Status::kNotApplicable, "no tile border is known");
  if (end.frames < 1) return without_value(Status::kTooFewFrames, "");
  Ratios ratios;
  ratios.add(columns_.finish(), tile_columns_);
  ratios.add(rows_.finish(), tile_rows_);
  if (ratios.borders.empty() || ratios.others.empty())
    return without_value(Status::kNotApplicable,
                         "no tile border lies far enough within the picture to be compared");
  Measurement contrast;
  contrast.definition = &kContrast;
  contrast.value = median(ratios.borders) / median(ratios.others);
  contrast.samples = end.frames;
  contrast.note = "borders " + std::to_string(ratios.borders.size()) + ", other columns and rows " +
                  std::to_string(ratios.others.size());
  Measurement p = contrast;
  p.definition = &kP;
  p.value = rank_sum_p(ratios.borders, ratios.others);
  return {contrast, p};
}

}  // namespace

MeterRow tile_seams() {
  return {{&kContrast, &kP}, [](const ClipFacts& facts) -> std::unique_ptr<Meter> {
            return std::make_unique<TileSeams>(facts);
          }};
}

}  // namespace flowreel
