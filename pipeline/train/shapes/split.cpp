#include "pipeline/train/shapes/split.h"

#include "pipeline/flow/philox.h"

namespace flowreel::shapes {
namespace {

// The second word is chosen so that every kind, colour and motion loses about its share: 6 to 14 %.
constexpr PhiloxKey kSplitKey = {0x73686170, 1580};
constexpr uint32_t kTenth = 0xffffffffu / 10;

}  // namespace

bool held_out(Kind kind, Colour colour, Motion motion) {
  const PhiloxCounter triple = {static_cast<uint32_t>(kind), static_cast<uint32_t>(colour),
                                static_cast<uint32_t>(motion), 0};
  return philox_block(triple, kSplitKey)[0] < kTenth;
}

std::vector<Triple> triples(Split split, const std::vector<Motion>& motions) {
  std::vector<Triple> found;
  for (int kind = 0; kind < kKinds; ++kind) {
    for (int colour = 0; colour < kColours; ++colour) {
      for (Motion motion : motions) {
        const Triple triple = {static_cast<Kind>(kind), static_cast<Colour>(colour), motion};
        if (!legal(triple.kind, motion)) continue;
        const bool out = held_out(triple.kind, triple.colour, motion);
        if (split == Split::kAll || (split == Split::kHeldOut) == out) found.push_back(triple);
      }
    }
  }
  return found;
}

}  // namespace flowreel::shapes
