#include "pipeline/consistency/meters/detail.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "pipeline/consistency/series.h"

namespace flowreel {
namespace {

constexpr int kSmallest = 3;  // pixels each way

const Definition kSi = {"si",
                        "flowreel/si@1",
                        "levels",
                        Direction::kNeither,
                        "mean_t std |Sobel(Y_t)|",
                        "how much detail the frames have"};
const Definition kTi = {"ti",
                        "flowreel/ti@1",
                        "levels",
                        Direction::kNeither,
                        "mean_t std(Y_t - Y_{t-1})",
                        "how much of the picture changes from frame to frame"};
const Definition kSiMax = {"si_max",
                           "flowreel/si_max@1",
                           "levels",
                           Direction::kNeither,
                           "max_t std |Sobel(Y_t)|",
                           "the detail of the frame that has most"};
const Definition kTiMax = {"ti_max",
                           "flowreel/ti_max@1",
                           "levels",
                           Direction::kNeither,
                           "max_t std(Y_t - Y_{t-1})",
                           "the largest change from one frame to the next"};

// Population standard deviation of a CV_64F image, in two passes, so that the same value everywhere
// gives 0 to the last digits.
double deviation(const cv::Mat& image) {
  const double mean = cv::mean(image)[0];
  const cv::Mat off = image - mean;
  return std::sqrt(off.dot(off) / static_cast<double>(image.total()));
}

double spatial_information(const cv::Mat& luma) {
  cv::Mat x, y, length;
  cv::Sobel(luma, x, CV_64F, 1, 0);
  cv::Sobel(luma, y, CV_64F, 0, 1);
  cv::magnitude(x, y, length);
  return deviation(length(cv::Rect(1, 1, luma.cols - 2, luma.rows - 2)));
}

// The largest of a measurement's values, and where.
Measurement largest(const Definition& definition, const Measurement& of) {
  Measurement m = of;
  m.definition = &definition;
  m.series.clear();
  if (!m.value) return m;
  // Comparisons with NaN are false, so it is never the largest but as the first.
  size_t place = 0;
  for (size_t i = 1; i < of.series.size(); ++i) {
    if (std::isnan(of.series[place]) || of.series[i] > of.series[place]) place = i;
  }
  m.value = of.series[place];
  m.note = "at frame " + std::to_string(place);
  return m;
}

class Detail : public Meter {
 public:
  void see(const FrameMoment& moment) override {
    const cv::Mat& luma = moment.now->luma();
    fits_ = std::min(luma.cols, luma.rows) >= kSmallest;
    if (!fits_) return;
    si_.add(moment.index, spatial_information(luma));
    if (moment.before) ti_.add(moment.index, deviation(luma - moment.before->luma()));
  }

  std::vector<Measurement> finish(const ClipEnd& end) override {
    ClipEnd as_is = end;
    as_is.still = false;
    if (end.frames > 0 && !fits_) {
      const auto no = [](const Definition& d) { return none(d, Status::kNotApplicable); };
      return {no(kSi), no(kTi), no(kSiMax), no(kTiMax)};
    }
    Measurement si = si_.mean(kSi, as_is), ti = ti_.mean(kTi, as_is);
    Measurement si_max = largest(kSiMax, si), ti_max = largest(kTiMax, ti);
    return {std::move(si), std::move(ti), std::move(si_max), std::move(ti_max)};
  }

 private:
  bool fits_ = true;
  FrameSeries si_{Reach::kFrame}, ti_{Reach::kPair};
};

}  // namespace

MeterRow detail() {
  return {{&kSi, &kTi, &kSiMax, &kTiMax},
          [](const ClipFacts&) -> std::unique_ptr<Meter> { return std::make_unique<Detail>(); }};
}

}  // namespace flowreel
