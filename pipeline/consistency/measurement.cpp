#include "pipeline/consistency/measurement.h"

namespace flowreel {

const char* status_name(Status status) {
  switch (status) {
    case Status::kOk:
      return "ok";
    case Status::kDegenerateStatic:
      return "degenerate_static";
    case Status::kTooFewFrames:
      return "too_few_frames";
    case Status::kNoValidPixels:
      return "no_valid_pixels";
    case Status::kWeightsMissing:
      return "weights_missing";
    case Status::kNotApplicable:
      return "not_applicable";
  }
  return "";
}

const char* direction_name(Direction direction) {
  switch (direction) {
    case Direction::kHigherIsBetter:
      return "higher";
    case Direction::kLowerIsBetter:
      return "lower";
    case Direction::kNeither:
      return "none";
  }
  return "";
}

}  // namespace flowreel
