// Motion between two frames, and what can be trusted of it.
#pragma once

#include <opencv2/core.hpp>

#include "pipeline/consistency/picture.h"

namespace flowreel {

// The smallest side that optical flow can be taken of, in pixels.
inline constexpr int kSmallestForMotion = 16;

// Dense flow, CV_32FC2 (x, y; pixels): what is at p in `from` is at p + flow(p) in `to`. Both CV_8U
// of one size, at least 16x16; by DIS (Kroeger et al., arXiv 1603.03590; OpenCV's preset MEDIUM),
// always from an empty start, so that it depends on nothing but the frames.
cv::Mat optical_flow(const cv::Mat& from, const cv::Mat& to);

// A CV_32F image of any channels sampled at p + flow(p), bilinearly; outside, its edge.
cv::Mat warp(const cv::Mat& image, const cv::Mat& flow);

// CV_8U, 255 where `forward` (of a frame) and `backward` (of the frame it leads to, back again)
// agree and stay inside. A pixel is hidden where |w + w'|² > 0.01 (|w|² + |w'|²) + 0.5, with w the
// forward flow and w' the backward one warped by it, or at an edge of the motion, |∇u|² + |∇v|² >
// 0.01 |w|² + 0.002 (Sundaram et al. 2010, as in Lai et al., arXiv 1808.00449); and where p + w
// lies outside, which theirs does not test.
cv::Mat visible(const cv::Mat& forward, const cv::Mat& backward);

// |flow|, CV_32F.
cv::Mat magnitude(const cv::Mat& flow);

// Both ways between two frames at their working size.
struct Motion {
  Motion(const Picture& before, const Picture& now);  // by optical_flow()
  Motion(cv::Mat onward_flow, cv::Mat back_flow);     // CV_32FC2, however they were got

  cv::Mat onward, back;            // before → now, now → before
  cv::Mat seen_onward, seen_back;  // visible() of each, in the coordinates of before, of now
};

}  // namespace flowreel
