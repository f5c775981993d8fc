// Forms to compare silhouettes with, drawn large: the grammar's kinds and what is easily taken for
// one of them.
#pragma once

#include <opencv2/core.hpp>
#include <optional>
#include <vector>

#include "pipeline/train/shapes/scene.h"

namespace flowreel {

struct Form {
  std::optional<shapes::Kind> kind;  // unset: none of the grammar's
  double symmetry = 0;               // turns after which it looks the same; 0: any
  cv::Mat1f covered;                 // [H,W], 0 to 1, upright, with room around it
};

// The turn after which a kind looks the same; 0 for a circle and a ring, which look the same
// always.
double symmetry(shapes::Kind kind);

// As the renderer draws it.
Form form_of(shapes::Kind kind);

// Pentagon, hexagon, stars of four and six points, ellipse, rectangle.
std::vector<Form> other_forms();

}  // namespace flowreel
