// What a clip of the shapes dataset shows: one to three shapes over a background. docs/shapes.md
// explains the grammar.
//
// Units: positions and paths are fractions of the frame's width (x, to the right) and height (y,
// downwards), sizes are fractions of the frame's smaller side, angles are turns, clockwise as seen.
// Time is u in [0,1] from the first frame to the last, so that a clip of more frames shows the same
// motion more finely.
#pragma once

#include <string_view>
#include <vector>

namespace flowreel::shapes {

enum class Kind { kCircle, kSquare, kTriangle, kStar, kRing, kCross };
enum class Size { kSmall, kMedium, kLarge };
enum class Colour { kRed, kOrange, kYellow, kGreen, kCyan, kBlue, kPurple, kWhite };
enum class Motion {
  kStill,
  kLeft,
  kRight,
  kUp,
  kDown,
  kDiagonal,
  kBouncing,
  kOrbiting,
  kSpinning,
  kGrowing,
  kShrinking
};

inline constexpr int kKinds = 6;
inline constexpr int kSizes = 3;
inline constexpr int kColours = 8;
inline constexpr int kMotions = 11;

struct Shape {
  Kind kind = Kind::kCircle;
  Size size = Size::kMedium;
  Colour colour = Colour::kRed;
  Motion motion = Motion::kStill;

  // What the caption leaves open. truth.h says how a motion uses them.
  double radius = 0.175;  // at the middle of the clip
  double x = 0.5;         // where the path starts; the centre of an orbit; where a bounce lands
  double y = 0.5;
  double dx = 0;  // how far the path goes; the radii of an orbit; minus the height of a bounce
  double dy = 0;
  double angle = 0;   // at u = 0
  double cycles = 0;  // turns, hops or rounds in the clip; negative: anticlockwise
  double phase = 0;   // of the orbit or the bounce at u = 0, in cycles
  double growth = 1;  // largest radius / smallest radius of a clip in which it grows or shrinks
};

enum class BackgroundKind { kPlain, kGradient, kTextured };
enum class BackgroundColour {
  kBlack,
  kGrey,
  kWhite,
  kDarkRed,
  kDarkGreen,
  kDarkBlue,
  kDarkPurple,
  kLightRed,
  kLightYellow,
  kLightGreen,
  kLightBlue,
  kLightPurple
};
enum class Pan { kNone, kLeft, kRight, kUp, kDown };

inline constexpr int kBackgroundKinds = 3;
inline constexpr int kBackgroundColours = 12;
inline constexpr int kPans = 5;

// The camera goes along with the shapes: a pan moves the texture, in the opposite direction, and no
// shape. It is there only with a texture, since it could not be seen without.
struct Background {
  BackgroundKind kind = BackgroundKind::kPlain;
  BackgroundColour colour = BackgroundColour::kBlack;
  BackgroundColour to = BackgroundColour::kBlack;  // the gradient's end; else the same as colour
  Pan pan = Pan::kNone;

  // What the caption leaves open.
  double angle = 0;         // of the gradient's direction, of the texture's waves
  double waves = 3;         // of the texture, per smaller side
  double phases[2] = {};    // of its two waves, in cycles
  double pan_distance = 0;  // of the camera over the clip, in smaller sides
};

struct Scene {
  std::vector<Shape> shapes;
  Background background;
  int phrasing = 0;  // which of the caption's forms, see caption.h
};

// The word of the grammar for a value: "star", "large", "red", "left", "dark blue", "textured".
// Pan::kNone is "none".
std::string_view name(Kind kind);
std::string_view name(Size size);
std::string_view name(Colour colour);
std::string_view name(Motion motion);
std::string_view name(BackgroundKind kind);
std::string_view name(BackgroundColour colour);
std::string_view name(Pan pan);

// The motion of that name. Throws UsageError that lists the names.
Motion motion_named(std::string_view text);

// A circle or a ring that spins looks still: no scene has one.
bool legal(Kind kind, Motion motion);

}  // namespace flowreel::shapes
