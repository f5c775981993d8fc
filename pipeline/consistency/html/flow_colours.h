// Motion and change as pictures.
#pragma once

#include <opencv2/core.hpp>

namespace flowreel {

// CV_32FC2 flow (x, y; pixels) as CV_8UC3, R G B. The hue is the direction: red goes right,
// yellow-green down, cyan left, violet up. White stands still; colour grows with the speed, is
// full at `full` pixels, and beyond turns darker, at most to half, at four times that. What is not
// a number is grey. UsageError unless full > 0.
cv::Mat flow_picture(const cv::Mat& flow, double full);

// A speed to make full: the 99 % quantile of |flow|, rounded up to 1, 2, 3 or 5 times a power of
// ten, at least 1, so that pictures of one clip mostly share it.
double flow_full(const cv::Mat& flow);

// gain |a - b| of each channel, at most 255: black where nothing differs. Both CV_8UC3 of one size;
// DataError otherwise.
cv::Mat difference_picture(const cv::Mat& a, const cv::Mat& b, double gain = 8);

}  // namespace flowreel
