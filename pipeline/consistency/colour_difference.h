// How far apart two colours look.
#pragma once

#include <opencv2/core.hpp>

namespace flowreel {

// Distance of two colours in CIE L*a*b*, about 2.3 for one that is just seen (CIE 1976).
double difference_76(const cv::Vec3d& a, const cv::Vec3d& b);

// The same by CIEDE2000 with weights k_L = k_C = k_H = 1, about 1 for one that is just seen: it
// follows the eye better among greys, blues and saturated colours. Symbols and numbers of
// equations as in Sharma, Wu, Dalal, "The CIEDE2000 color-difference formula", 2005.
double difference_2000(const cv::Vec3d& a, const cv::Vec3d& b);

}  // namespace flowreel
