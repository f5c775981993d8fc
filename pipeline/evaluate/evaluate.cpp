#include "pipeline/evaluate/evaluate.h"

#include <ATen/ATen.h>

#include "errors/error.h"
#include "pipeline/evaluate/autoencoder.h"
#include "pipeline/evaluate/clips.h"
#include "pipeline/generate/decode.h"
#include "pipeline/generate/size.h"
#include "pipeline/train/shapes/caption.h"
#include "pipeline/train/shapes/drawing.h"
#include "pipeline/train/shapes/render.h"

namespace flowreel {
namespace {

constexpr int64_t kMostPrompts = 100000;

std::vector<JudgedClip> draw(const EvaluateOptions& options) {
  shapes::ShapesOptions drawn;
  drawn.count_weights = {1, 0, 0};
  drawn.split = options.split;
  std::vector<JudgedClip> clips;
  for (int64_t i = 0; i < options.prompts; ++i) {
    const shapes::Scene scene = shapes::draw_scene(options.seed, static_cast<uint64_t>(i), drawn);
    clips.push_back({scene, shapes::caption(scene), {}, {}});
  }
  return clips;
}

// Calls `see` with every scene as it is rendered, [F,H,W,3] uint8.
void render_clips(const ClipSize& size, const std::vector<JudgedClip>& clips, const Events& events,
                  const FramesSink& see) {
  const auto total = static_cast<int64_t>(clips.size());
  events.report("judge", 0, total);
  for (int64_t i = 0; i < total; ++i) {
    events.check_stop();
    const at::Tensor clip = shapes::render_scenes({clips[static_cast<size_t>(i)].scene},
                                                  size.frames, size.height, size.width);
    see(i, to_uint8_frames(clip[0].transpose(0, 1)));
    events.report("judge", i + 1, total);
  }
}

template <typename Property>
Rate rate(const std::string& name, const std::vector<JudgedClip>& clips, const Property& property) {
  Rate rate = {name, 0, static_cast<int64_t>(clips.size()), {}};
  for (const JudgedClip& clip : clips) rate.right += property(clip.verdict) ? 1 : 0;
  rate.interval = wilson_interval(rate.right, rate.of);
  return rate;
}

}  // namespace

std::vector<JudgedClip> evaluate(const EvaluateOptions& options, const Events& events,
                                 const ClipObserver& observer) {
  if (options.prompts < 1 || options.prompts > kMostPrompts) {
    throw UsageError("--prompts is " + std::to_string(options.prompts) + ", expected 1 to " +
                     std::to_string(kMostPrompts));
  }
  std::vector<JudgedClip> clips = draw(options);
  const auto sink = [&](int64_t index, const at::Tensor& frames) {
    JudgedClip& clip = clips[static_cast<size_t>(index)];
    clip.seen = observe(frames);
    clip.verdict = judge(clip.seen, clip.scene);
    if (observer) observer(frames, clip);
  };
  if (options.maker == ClipMaker::kRenderer) {
    // The renderer can draw more than a model can make; the rules are those of the published model.
    render_clips(resolve_size(options.size, evaluated_size(), SizeRules()), clips, events, sink);
  } else if (options.maker == ClipMaker::kAutoencoder) {
    const Autoencoder autoencoder(options, events);
    render_clips(autoencoder.size(), clips, events, [&](int64_t index, const at::Tensor& frames) {
      const at::Tensor back = autoencoder(frames);
      clips[static_cast<size_t>(index)].reconstruction = compare_clips(frames, back);
      sink(index, back);
    });
  } else {
    std::vector<std::string> prompts;
    for (const JudgedClip& clip : clips) prompts.push_back(clip.caption);
    make_clips(options, prompts, events, sink);
  }
  return clips;
}

std::vector<Rate> rates(const std::vector<JudgedClip>& clips) {
  return {rate("shape", clips, [](const Verdict& v) { return v.shape; }),
          rate("colour", clips, [](const Verdict& v) { return v.colour; }),
          rate("motion", clips, [](const Verdict& v) { return v.motion; }),
          rate("background", clips, [](const Verdict& v) { return v.background; }),
          rate("all four", clips, [](const Verdict& v) { return v.all(); })};
}

}  // namespace flowreel
