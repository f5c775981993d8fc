#include "pipeline/train/shapes/caption.h"

#include <c10/util/StringUtil.h>

#include <functional>
#include <iterator>
#include <set>
#include <sstream>

#include "errors/error.h"

namespace flowreel::shapes {
namespace {

struct MotionWords {
  const char* participle;  // "a red star ..."
  const char* verb;        // "a red star (that) ..."
  const char* keyword;     // "red star, large, ..."
};

constexpr MotionWords kMotionWords[kMotions] = {
    {"staying still", "stays still", "still"},
    {"moving left", "moves left", "moving left"},
    {"moving right", "moves right", "moving right"},
    {"moving up", "moves up", "moving up"},
    {"moving down", "moves down", "moving down"},
    {"moving diagonally", "moves diagonally", "moving diagonally"},
    {"bouncing", "bounces", "bouncing"},
    {"orbiting", "orbits", "orbiting"},
    {"spinning", "spins", "spinning"},
    {"growing", "grows", "growing"},
    {"shrinking", "shrinks", "shrinking"},
};

// Words of the phrasings that are no name of a value.
const char* const kPlainWords =
    "a an and background camera clip from front gradient in is of on pans panning "
    "that the there to while with";

const MotionWords& words(Motion motion) { return kMotionWords[static_cast<size_t>(motion)]; }

std::string with_article(const std::string& noun) {
  return (std::string("aeiou").find(noun[0]) == std::string::npos ? "a " : "an ") + noun;
}

std::string noun(const Shape& shape, bool sized) {
  return (sized ? c10::str(name(shape.size), " ") : "") +
         c10::str(name(shape.colour), " ", name(shape.kind));
}

enum class Form { kParticiple, kVerb, kThatVerb };

std::string phrase(const Shape& shape, bool sized, Form form) {
  const std::string subject = with_article(noun(shape, sized));
  if (form == Form::kParticiple) return subject + " " + words(shape.motion).participle;
  return subject + (form == Form::kThatVerb ? " that " : " ") + words(shape.motion).verb;
}

// "A", "A and B", "A, B and C".
std::string listed(const std::vector<Shape>& shapes, bool sized, Form form) {
  std::string text;
  for (size_t i = 0; i < shapes.size(); ++i) {
    if (i > 0) text += i + 1 == shapes.size() ? " and " : ", ";
    text += phrase(shapes[i], sized, form);
  }
  return text;
}

// "dark blue background", "textured dark blue background", "gradient background from red to blue".
std::string noun(const Background& background) {
  const std::string colour(name(background.colour));
  switch (background.kind) {
    case BackgroundKind::kGradient:
      return c10::str("gradient background from ", colour, " to ", name(background.to));
    case BackgroundKind::kTextured:
      return "textured " + colour + " background";
    default:
      return colour + " background";
  }
}

// What follows "the background is ".
std::string predicate(const Background& background) {
  const std::string colour(name(background.colour));
  switch (background.kind) {
    case BackgroundKind::kGradient:
      return c10::str("a gradient from ", colour, " to ", name(background.to));
    case BackgroundKind::kTextured:
      return "textured " + colour;
    default:
      return colour;
  }
}

std::string pan(const Background& background, const std::string& before) {
  return background.pan == Pan::kNone ? "" : c10::str(before, name(background.pan));
}

std::string keywords(const Scene& scene) {
  std::string text;
  for (const Shape& shape : scene.shapes) {
    text += c10::str(noun(shape, false), ", ", name(shape.size), ", ", words(shape.motion).keyword,
                     "; ");
  }
  return text + noun(scene.background) + pan(scene.background, "; camera pans ");
}

std::string sentence(const Scene& scene) {
  const std::vector<Shape>& shapes = scene.shapes;
  const std::string behind = with_article(noun(scene.background));
  const std::string camera = pan(scene.background, ", the camera pans ");
  switch (scene.phrasing) {
    case 0:
      return listed(shapes, true, Form::kParticiple) + " on " + behind + camera;
    case 1:
      return "on " + behind + ", " + listed(shapes, true, Form::kVerb) +
             pan(scene.background, ", while the camera pans ");
    case 2:
      return keywords(scene);
    case 3:
      return listed(shapes, false, Form::kParticiple) + " on " + behind + camera;
    case 4:
      return "a clip of " + listed(shapes, true, Form::kThatVerb) + " in front of " + behind +
             camera;
    case 5:
      return listed(shapes, false, Form::kVerb) + " on " + behind + camera;
    case 6:
      return behind + " with " + listed(shapes, true, Form::kParticiple) +
             pan(scene.background, ", the camera panning ");
    default:
      return "there is " + listed(shapes, true, Form::kThatVerb) + "; the background is " +
             predicate(scene.background) + pan(scene.background, "; the camera pans ");
  }
}

std::vector<std::string> split_words(std::string_view text) {
  std::istringstream stream{std::string(text)};
  return {std::istream_iterator<std::string>(stream), {}};
}

template <typename Enum>
void add_names(std::set<std::string>& all, int count, int first = 0) {
  for (int i = first; i < count; ++i) {
    for (const std::string& word : split_words(name(static_cast<Enum>(i)))) all.insert(word);
  }
}

std::vector<std::string> all_words() {
  std::set<std::string> all;
  add_names<Kind>(all, kKinds);
  add_names<Size>(all, kSizes);
  add_names<Colour>(all, kColours);
  add_names<BackgroundColour>(all, kBackgroundColours);
  add_names<Pan>(all, kPans, 1);
  all.insert(std::string(name(BackgroundKind::kTextured)));
  for (const MotionWords& motion : kMotionWords) {
    for (const char* text : {motion.participle, motion.verb, motion.keyword}) {
      for (const std::string& word : split_words(text)) all.insert(word);
    }
  }
  for (const std::string& word : split_words(kPlainWords)) all.insert(word);
  return {all.begin(), all.end()};
}

}  // namespace

std::string caption(const Scene& scene) {
  if (scene.phrasing < 0 || scene.phrasing >= kPhrasings) {
    throw UsageError(
        c10::str("shapes: phrasing is ", scene.phrasing, ", expected 0 to ", kPhrasings - 1));
  }
  if (scene.shapes.empty()) throw UsageError("shapes: scene has no shapes, expected 1 to 3");
  return sentence(scene);
}

const std::vector<std::string>& vocabulary() {
  static const std::vector<std::string> words = all_words();
  return words;
}

}  // namespace flowreel::shapes
