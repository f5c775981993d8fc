#include "pipeline/evaluate/observe.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <opencv2/core.hpp>

#include "errors/error.h"
#include "pipeline/evaluate/backdrop_fit.h"
#include "pipeline/evaluate/background_of.h"
#include "pipeline/evaluate/blob.h"
#include "pipeline/evaluate/colour_names.h"
#include "pipeline/evaluate/forms.h"
#include "pipeline/evaluate/motion_of.h"
#include "pipeline/evaluate/silhouette.h"

namespace flowreel {
namespace {

// Share of the frames that must agree: on there being one thing, on its colour, on its kind.
constexpr double kAgreement = 0.8, kKindAgreement = 0.6;
constexpr double kEven = 0.7;        // share of a shape's pixels of its colour
constexpr double kLeastFit = 0.85;   // score of a kind, mean over frames
constexpr double kLead = 0.01;       // before the next best kind
constexpr double kOtherLead = 0.02;  // of a form that is none of the grammar's

std::vector<cv::Mat3f> to_frames(const at::Tensor& clip) {
  std::vector<cv::Mat3f> frames;
  const at::Tensor pixels = clip.contiguous();
  for (int64_t i = 0; i < pixels.size(0); ++i) {
    const cv::Mat bytes(static_cast<int>(pixels.size(1)), static_cast<int>(pixels.size(2)), CV_8UC3,
                        pixels[i].data_ptr<uint8_t>());
    cv::Mat3f frame;
    bytes.convertTo(frame, CV_32F);
    frames.push_back(frame);
  }
  return frames;
}

void check(const at::Tensor& clip) {
  constexpr int64_t kLeastFrames = 5, kLeastSide = 32;
  if (clip.dim() == 4 && clip.size(3) == 3 && clip.scalar_type() == at::kByte &&
      clip.size(0) >= kLeastFrames && std::min(clip.size(1), clip.size(2)) >= kLeastSide) {
    return;
  }
  throw UsageError(c10::str("clip to observe is ", clip.sizes(), " ", clip.scalar_type(),
                            ", expected [F,H,W,3] uint8 with F >= 5 and sides >= 32"));
}

// The frames in which there is one thing.
std::vector<size_t> clear_frames(const std::vector<Blob>& blobs) {
  std::vector<size_t> clear;
  for (size_t i = 0; i < blobs.size(); ++i) {
    if (blobs[i].presence == Presence::kOne) clear.push_back(i);
  }
  return clear;
}

Levels median_colour(const std::vector<Blob>& blobs, const std::vector<size_t>& clear) {
  Levels colour{};
  for (size_t c = 0; c < colour.size(); ++c) {
    std::vector<double> values;
    for (const size_t i : clear) values.push_back(blobs[i].colour[c]);
    std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
    colour[c] = values[values.size() / 2];
  }
  return colour;
}

std::optional<shapes::Colour> agreed_colour(const std::vector<Blob>& blobs,
                                            const std::vector<size_t>& clear,
                                            const Levels& colour) {
  const auto name = shape_colour(colour);
  const auto agree = std::count_if(clear.begin(), clear.end(), [&](size_t i) {
    return blobs[i].evenness >= kEven && shape_colour(blobs[i].colour) == name;
  });
  const bool enough = static_cast<double>(agree) >= kAgreement * static_cast<double>(clear.size());
  return enough ? name : std::nullopt;
}

size_t best_of(const std::array<double, shapes::kKinds>& scores) {
  return static_cast<size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
}

struct KindFit {
  std::optional<shapes::Kind> kind;
  // By which to tell how it turns: the kind, or where none is clear the likeliest that is not
  // round.
  shapes::Kind turning = shapes::Kind::kCircle;
};

// Frames count by area, since a large silhouette is a clear one.
KindFit fit_kind(const std::vector<Silhouette>& silhouettes) {
  std::array<double, shapes::kKinds> means{}, votes{};
  double all = 0, other = 0;
  for (const Silhouette& s : silhouettes) all += s.radius * s.radius;
  for (const Silhouette& s : silhouettes) {
    const double share = s.radius * s.radius / all;
    for (size_t kind = 0; kind < means.size(); ++kind) means[kind] += share * s.scores[kind];
    votes[best_of(s.scores)] += share;
    other += share * s.other;
  }
  const size_t best = best_of(means);
  const double score = means[best];
  means[best] = 0;
  const double next = means[best_of(means)];
  if (score >= kLeastFit && score >= next + kLead && score >= other - kOtherLead &&
      votes[best] >= kKindAgreement) {
    return {static_cast<shapes::Kind>(best), static_cast<shapes::Kind>(best)};
  }
  means[best] = score;
  for (size_t kind = 0; kind < means.size(); ++kind) {
    if (symmetry(static_cast<shapes::Kind>(kind)) == 0) means[kind] = 0;
  }
  return {std::nullopt, static_cast<shapes::Kind>(best_of(means))};
}

std::vector<TrackPoint> track_of(const std::vector<Silhouette>& silhouettes,
                                 const std::vector<size_t>& clear, const cv::Size& size,
                                 size_t frames, shapes::Kind kind) {
  std::vector<TrackPoint> track;
  for (size_t i = 0; i < clear.size(); ++i) {
    const Silhouette& s = silhouettes[i];
    track.push_back({static_cast<double>(clear[i]) / static_cast<double>(frames - 1),
                     s.x / size.width, s.y / size.height,
                     s.radius / std::min(size.width, size.height),
                     s.angles[static_cast<size_t>(kind)]});
  }
  return track;
}

template <typename Value>
std::string word(const std::optional<Value>& value) {
  return value ? std::string(shapes::name(*value)) : "?";
}

}  // namespace

Observation observe(const at::Tensor& clip) {
  check(clip);
  const std::vector<cv::Mat3f> frames = to_frames(clip);
  const BackdropFit backdrop = fit_backdrop(frames);
  std::vector<Blob> blobs;
  for (const cv::Mat3f& frame : frames) blobs.push_back(find_blob(backdrop, frame));
  Observation seen;
  name_background(backdrop, frames, blobs, seen);
  const std::vector<size_t> clear = clear_frames(blobs);
  if (static_cast<double>(clear.size()) < kAgreement * static_cast<double>(frames.size())) {
    return seen;
  }
  const Levels colour = median_colour(blobs, clear);
  std::vector<Silhouette> silhouettes;
  for (const size_t i : clear) {
    silhouettes.push_back(
        measure_silhouette(coverage(backdrop, frames[i], blobs[i].region, colour)));
  }
  seen.colour = agreed_colour(blobs, clear, colour);
  const KindFit fit = fit_kind(silhouettes);
  seen.kind = fit.kind;
  if (!seen.kind && !seen.colour) return seen;  // no shape at all, whatever it does
  seen.motion =
      motion_of(track_of(silhouettes, clear, frames[0].size(), frames.size(), fit.turning),
                symmetry(fit.turning));
  return seen;
}

std::string describe(const Observation& seen) {
  std::string text = word(seen.colour) + " " + word(seen.kind) + " " + word(seen.motion) + ", " +
                     word(seen.background) + " " + word(seen.background_colour);
  if (seen.background == shapes::BackgroundKind::kGradient) {
    text += " to " + word(seen.background_to);
  }
  return text;
}

}  // namespace flowreel
