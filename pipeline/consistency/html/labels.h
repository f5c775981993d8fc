// How the report calls the clips.
#pragma once

#include <string>
#include <vector>

namespace flowreel::html {

// Of each path its end: the file's name, with as many of its folders as it takes to tell it from
// the others ("a/clip.mp4" and "b/clip.mp4", but "other.mp4").
std::vector<std::string> labels_of(const std::vector<std::string>& paths);

}  // namespace flowreel::html
