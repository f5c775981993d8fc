#include "pipeline/train/shapes/scene.h"

#include <c10/util/StringUtil.h>

#include <array>
#include <string>

#include "errors/error.h"

namespace flowreel::shapes {
namespace {

template <size_t N>
using Names = std::array<std::string_view, N>;

constexpr Names<kKinds> kKindNames = {"circle", "square", "triangle", "star", "ring", "cross"};
constexpr Names<kSizes> kSizeNames = {"small", "medium", "large"};
constexpr Names<kColours> kColourNames = {"red",  "orange", "yellow", "green",
                                          "cyan", "blue",   "purple", "white"};
constexpr Names<kMotions> kMotionNames = {"still",    "left",     "right",    "up",
                                          "down",     "diagonal", "bouncing", "orbiting",
                                          "spinning", "growing",  "shrinking"};
constexpr Names<kBackgroundKinds> kBackgroundKindNames = {"plain", "gradient", "textured"};
constexpr Names<kBackgroundColours> kBackgroundColourNames = {
    "black",       "grey",      "white",        "dark red",    "dark green", "dark blue",
    "dark purple", "light red", "light yellow", "light green", "light blue", "light purple"};
constexpr Names<kPans> kPanNames = {"none", "left", "right", "up", "down"};

template <typename Enum, size_t N>
std::string_view at(const Names<N>& names, Enum value) {
  return names.at(static_cast<size_t>(value));
}

}  // namespace

std::string_view name(Kind kind) { return at(kKindNames, kind); }
std::string_view name(Size size) { return at(kSizeNames, size); }
std::string_view name(Colour colour) { return at(kColourNames, colour); }
std::string_view name(Motion motion) { return at(kMotionNames, motion); }
std::string_view name(BackgroundKind kind) { return at(kBackgroundKindNames, kind); }
std::string_view name(BackgroundColour colour) { return at(kBackgroundColourNames, colour); }
std::string_view name(Pan pan) { return at(kPanNames, pan); }

Motion motion_named(std::string_view text) {
  std::string known;
  for (size_t i = 0; i < kMotionNames.size(); ++i) {
    if (kMotionNames[i] == text) return static_cast<Motion>(i);
    known += (i == 0 ? "" : ", ") + std::string(kMotionNames[i]);
  }
  throw UsageError(c10::str("motion is '", text, "', expected one of: ", known));
}

bool legal(Kind kind, Motion motion) {
  return motion != Motion::kSpinning || (kind != Kind::kCircle && kind != Kind::kRing);
}

}  // namespace flowreel::shapes
