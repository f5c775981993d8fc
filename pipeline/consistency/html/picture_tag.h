// A picture within the page itself.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/consistency/html/markup.h"

namespace flowreel::html {

// An <img> of the PNG's bytes with its size, shown to those who cannot see it as `alt`; the words
// "no picture" when the bytes are not a PNG.
Html picture_tag(const std::vector<uint8_t>& png, std::string_view alt);

// RFC 4648, with padding.
std::string base64(const std::vector<uint8_t>& bytes);

}  // namespace flowreel::html
