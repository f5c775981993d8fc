#include "pipeline/consistency/meters/brightness_flicker.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/consistency/series.h"

namespace flowreel {
namespace {

const Definition kMean = {"brightness_flicker",
                          "flowreel/brightness_flicker@1",
                          "levels",
                          Direction::kLowerIsBetter,
                          "mean_t |Y_t - (Y_{t-1} + Y_{t+1}) / 2|, Y = mean luma",
                          "the whole picture flickers between bright and dark"};
const Definition kMax = {"brightness_flicker_max",
                         "flowreel/brightness_flicker_max@1",
                         "levels",
                         Direction::kLowerIsBetter,
                         "max_t |Y_t - (Y_{t-1} + Y_{t+1}) / 2|, Y = mean luma",
                         "one flash, however long the clip"};
const Definition kA = {"colour_flicker_a",
                       "flowreel/colour_flicker_a@1",
                       "a*",
                       Direction::kLowerIsBetter,
                       "mean_t |a_t - (a_{t-1} + a_{t+1}) / 2|, a = mean a* of CIE L*a*b*",
                       "the whole picture flickers between green and red"};
const Definition kB = {"colour_flicker_b",
                       "flowreel/colour_flicker_b@1",
                       "b*",
                       Direction::kLowerIsBetter,
                       "mean_t |b_t - (b_{t-1} + b_{t+1}) / 2|, b = mean b* of CIE L*a*b*",
                       "the whole picture flickers between blue and yellow"};

// The same with the largest value, and without the series.
Measurement largest(Measurement m) {
  m.definition = &kMax;
  if (m.value) {
    const auto less = [](double a, double b) { return std::isnan(a) ? !std::isnan(b) : a < b; };
    const auto at = std::max_element(m.series.begin(), m.series.end(), less);
    m.value = *at;
    m.note = "at frame " + std::to_string(at - m.series.begin());
  }
  m.series.clear();
  return m;
}

class BrightnessFlicker : public Meter {
 public:
  void see(const FrameMoment& moment) override {
    const cv::Scalar lab = cv::mean(moment.now->small_lab());
    const std::array<double, 3> now = {cv::mean(moment.now->luma())[0], lab[1], lab[2]};
    for (size_t i = 0; i < now.size() && moment.before2; ++i)
      triples_[i].add(moment.index - 1, std::abs(before_[i] - (before2_[i] + now[i]) / 2));
    before2_ = before_;
    before_ = now;
  }

  std::vector<Measurement> finish(const ClipEnd& end) override {
    const Measurement luma = triples_[0].mean(kMean, end);
    return {luma, largest(luma), triples_[1].mean(kA, end), triples_[2].mean(kB, end)};
  }

 private:
  std::array<double, 3> before_{}, before2_{};  // mean luma, a*, b*
  std::array<FrameSeries, 3> triples_ = {FrameSeries(Reach::kTriple), FrameSeries(Reach::kTriple),
                                         FrameSeries(Reach::kTriple)};
};

}  // namespace

MeterRow brightness_flicker() {
  return {{&kMean, &kMax, &kA, &kB}, [](const ClipFacts&) -> std::unique_ptr<Meter> {
            return std::make_unique<BrightnessFlicker>();
          }};
}

}  // namespace flowreel
