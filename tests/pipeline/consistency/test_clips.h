// Clips made for tests, and what a meter says of them, without LibTorch.
#pragma once

#include <cmath>
#include <functional>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "pipeline/consistency/meter.h"
#include "pipeline/consistency/scene_cuts.h"
#include "pipeline/consistency/still_guard.h"

namespace flowreel::test {

inline constexpr int kHeight = 128, kWidth = 192;

// A smooth texture seen through a window at (x, y), brighter by `offset` levels; CV_8UC3, grey.
inline cv::Mat texture(double x, double y, double offset = 0) {
  cv::Mat frame(kHeight, kWidth, CV_8UC3);
  for (int row = 0; row < kHeight; ++row) {
    for (int column = 0; column < kWidth; ++column) {
      const double u = column + x, v = row + y;
      const double grey = 120 + 30 * std::sin(u / 7) * std::cos(v / 9) +
                          25 * std::sin(u / 17 + v / 13) + 20 * std::cos(u / 5 - v / 11) + offset;
      frame.at<cv::Vec3b>(row, column) = cv::Vec3b::all(cv::saturate_cast<uint8_t>(grey));
    }
  }
  return frame;
}

inline cv::Mat flat(int red, int green, int blue) {
  return {kHeight, kWidth, CV_8UC3, cv::Scalar(red, green, blue)};
}

using Clip = std::vector<cv::Mat>;

// frames pictures of make(0), make(1), …
inline Clip clip_of(int frames, const std::function<cv::Mat(int)>& make) {
  Clip clip;
  for (int i = 0; i < frames; ++i) clip.push_back(make(i));
  return clip;
}

// What ClipMeter does, for the meter of one row.
inline std::vector<Measurement> measured(const MeterRow& row, const Clip& clip,
                                         ClipFacts facts = {}) {
  if (!clip.empty()) {
    facts.width = clip[0].cols;
    facts.height = clip[0].rows;
  }
  const std::unique_ptr<Meter> meter = row.make(facts);
  SceneCuts cuts;
  StillGuard guard;
  FrameMoment moment;
  for (const cv::Mat& frame : clip) {
    moment.before2 = moment.before;
    moment.before = moment.now;
    moment.now = std::make_shared<const Picture>(frame);
    moment.motion_before = moment.motion;
    if (moment.before) moment.motion = std::make_shared<const Motion>(*moment.before, *moment.now);
    cuts.see(moment);
    guard.see(moment);
    meter->see(moment);
    ++moment.index;
  }
  ClipEnd end;
  end.frames = static_cast<int64_t>(clip.size());
  end.cuts = cuts.cuts();
  end.still = guard.still(end);
  return meter->finish(end);
}

inline Measurement measured(const MeterRow& row, const Clip& clip, const std::string& name,
                            const ClipFacts& facts = {}) {
  for (Measurement& m : measured(row, clip, facts)) {
    if (name == m.definition->name) return m;
  }
  throw std::runtime_error("no measurement " + name);
}

}  // namespace flowreel::test
