// What a scene is called. docs/shapes.md has the grammar.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pipeline/train/shapes/scene.h"

namespace flowreel::shapes {

// Forms of a caption, Scene::phrasing 0 to kPhrasings - 1. Numbers 3 and 5 leave the size out;
// colour, kind, motion, background and pan are always said.
inline constexpr int kPhrasings = 8;

// The caption in the scene's own phrasing: lower-case words, single spaces, commas and semicolons.
// Throws UsageError if the phrasing is not one of them or there is no shape.
std::string caption(const Scene& scene);

// Every word that a caption can have, sorted. Its punctuation is "," and ";".
const std::vector<std::string>& vocabulary();

}  // namespace flowreel::shapes
