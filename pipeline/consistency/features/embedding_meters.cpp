#include "pipeline/consistency/features/embedding_meters.h"

#include <algorithm>
#include <limits>

#include "pipeline/consistency/drift_curve.h"
#include "pipeline/consistency/features/feature_answer.h"
#include "pipeline/consistency/series.h"

namespace flowreel {
namespace {

using Model = std::shared_ptr<const FeatureModel>;

constexpr char kConsistencyFormula[] =
    "mean_t ½ (max(0, <d_{t-1},d_t>) + max(0, <d_0,d_t>)), d = DINO of short side 224, no crop";

const Definition kSubject = {"subject_consistency",
                             "vbench/subject_consistency@1",
                             "1",
                             Direction::kHigherIsBetter,
                             kConsistencyFormula,
                             "whether what is shown stays the same thing"};
const Definition kSubjectCropped = {
    "subject_consistency_crop224",
    "flowreel/subject_consistency_crop224@1",
    "1",
    Direction::kHigherIsBetter,
    "subject_consistency with another preprocessing than VBench's, which the note says",
    "whether what is shown stays the same thing"};
const Definition kDriftDino = {"drift_curve_dino",
                               "flowreel/drift_curve_dino@1",
                               "1/octave",
                               Direction::kHigherIsBetter,
                               "slope over log2(dt) of mean_k <d_{k dt},d_{(k+1) dt}>, "
                               "dt = 1, 2, 4, …, d = DINO; by frame: <d_0,d_t>",
                               "how fast what is shown becomes another thing; 0: not at all"};
const Definition kBackground = {
    "background_consistency",
    "vbench/background_consistency@1",
    "1",
    Direction::kHigherIsBetter,
    "mean_t ½ (max(0, <c_{t-1},c_t>) + max(0, <c_0,c_t>)), c = CLIP of short side 224, centre crop",
    "whether the scene stays the same scene"};
const Definition kClipTemp = {"clip_temp",
                              "flowreel/clip_temp@1",
                              "1",
                              Direction::kHigherIsBetter,
                              "mean_t <c_{t-1},c_t>, c = CLIP",
                              "whether a frame shows what the one before does"};
const Definition kDriftClip = {"drift_curve_clip",
                               "flowreel/drift_curve_clip@1",
                               "1/octave",
                               Direction::kHigherIsBetter,
                               "slope over log2(dt) of mean_k <c_{k dt},c_{(k+1) dt}>, "
                               "dt = 1, 2, 4, …, c = CLIP; by frame: <c_0,c_t>",
                               "how fast the scene becomes another one; 0: not at all"};

constexpr char kNotCompared[] =
    "VBench decodes with decord; these digits were not compared with its own";

// What both networks are asked for, one feature a frame.
class Embeddings {
 public:
  explicit Embeddings(Model model) : model_(std::move(model)) {}

  void see(const FrameMoment& moment) {
    const Feature now = feature_of(*model_, moment.now->rgb());
    if (!first_) first_ = now;
    curve_.see(moment.index, now, [&](const Feature& then) { return cosine(then, now); });
    if (before_) {
      const double to_before = cosine(before_, now), to_first = cosine(first_, now);
      pairs_.add(moment.index, to_before);
      to_first_.add(moment.index, to_first);
      consistency_.add(moment.index, (std::max(0.0, to_before) + std::max(0.0, to_first)) / 2);
    }
    before_ = now;
  }

  const FeatureInput& input() const { return model_->file.input; }

  Measurement consistency(const Definition& definition, const std::string& note,
                          const ClipEnd& end) const {
    ClipEnd whole = end;
    whole.cuts.clear();  // VBench's has them too
    Measurement m = consistency_.mean(definition, whole);
    m.note = note;
    return m;
  }

  Measurement neighbours(const Definition& definition, const ClipEnd& end) const {
    return pairs_.mean(definition, end);
  }

  Measurement drift(const Definition& definition, const ClipEnd& end) const {
    Measurement m = curve_.finish(definition, end);
    if (!m.value) return m;
    ClipEnd whole = end;
    whole.cuts.clear();  // the first frame stays the first one
    m.series = to_first_.within_scenes(whole);
    return m;
  }

 private:
  Model model_;
  Feature first_, before_;
  FrameSeries pairs_{Reach::kPair}, to_first_{Reach::kPair}, consistency_{Reach::kPair};
  DriftCurve<Feature> curve_;
};

Measurement elsewhere(const Definition& definition, const std::string& why) {
  Measurement m = none(definition, Status::kNotApplicable);
  m.note = why;
  return m;
}

class DinoMeter : public Meter {
 public:
  explicit DinoMeter(Model model) : features_(std::move(model)) {}

  void see(const FrameMoment& moment) override { features_.see(moment); }

  std::vector<Measurement> finish(const ClipEnd& end) override {
    const Measurement drift = features_.drift(kDriftDino, end);
    const std::string input = words_of(features_.input());
    if (is_vbench_dino(features_.input()))
      return {features_.consistency(kSubject, kNotCompared, end),
              elsewhere(kSubjectCropped, "the network's input is VBench's: subject_consistency"),
              drift};
    return {elsewhere(kSubject, "the network's input is not VBench's but " + input +
                                    ": subject_consistency_crop224"),
            features_.consistency(kSubjectCropped, input, end), drift};
  }

 private:
  Embeddings features_;
};

class ClipFeatureMeter : public Meter {
 public:
  explicit ClipFeatureMeter(Model model) : features_(std::move(model)) {}

  void see(const FrameMoment& moment) override { features_.see(moment); }

  std::vector<Measurement> finish(const ClipEnd& end) override {
    const bool is_vbench = is_vbench_clip(features_.input());
    return {is_vbench ? features_.consistency(kBackground, kNotCompared, end)
                      : elsewhere(kBackground, "the network's input is not VBench's but " +
                                                   words_of(features_.input())),
            features_.neighbours(kClipTemp, end), features_.drift(kDriftClip, end)};
  }

 private:
  Embeddings features_;
};

}  // namespace

MeterRow dino_meter(Model model) {
  return {{&kSubject, &kSubjectCropped, &kDriftDino},
          [model](const ClipFacts&) -> std::unique_ptr<Meter> {
            return std::make_unique<DinoMeter>(model);
          }};
}

MeterRow clip_meter(Model model) {
  return {{&kBackground, &kClipTemp, &kDriftClip},
          [model](const ClipFacts&) -> std::unique_ptr<Meter> {
            return std::make_unique<ClipFeatureMeter>(model);
          }};
}

}  // namespace flowreel
