#include "configs/train_config.h"

#include <nlohmann/json.hpp>

#include "configs/fields.h"
#include "configs/json_document.h"
#include "configs/override.h"
#include "errors/error.h"

namespace flowreel {
namespace {

constexpr int64_t kMany = 1'000'000'000;

void read_shapes(Fields& fields, ShapesData& data) {
  fields.read("seed", data.seed);
  shapes::ShapesOptions& grammar = data.grammar;
  fields.read("count_weights", grammar.count_weights, 0, 1e9);
  fields.read("background_weights", grammar.background_weights, 0, 1e9);
  fields.read("pan_probability", grammar.pan_probability, 0, 1);
  std::vector<std::string> motions;
  fields.read("motions", motions);
  if (!motions.empty()) grammar.motions.clear();
  for (const std::string& motion : motions) grammar.motions.push_back(shapes::motion_named(motion));
  shapes::check(grammar);
}

void read_folder(Fields& fields, FolderData& data) {
  fields.read("path", data.path);
  fields.read("fps", data.fps, 0.01, 1000);
  fields.read("validation_share", data.validation_share, 0, 0.9);
  fields.read("memory_gib", data.memory_gib, 0, 1e6);
}

void read_data(Fields fields, DataOptions& data) {
  data.kind = static_cast<DataKind>(fields.choose("kind", {"shapes", "folder"}, 0));
  fields.read("frames", data.frames, 1, 100'000);
  fields.read("height", data.height, 8, 16'384);
  fields.read("width", data.width, 8, 16'384);
  if (data.kind == DataKind::kShapes) {
    read_shapes(fields, data.shapes);
  } else {
    read_folder(fields, data.folder);
  }
  fields.finish();
}

void read_learning_rate(Fields fields, LearningRate& rate) {
  fields.read("peak", rate.peak, 1e-12, 10);
  fields.read("warmup_steps", rate.warmup_steps, 0, kMany);
  rate.decay = static_cast<Decay>(fields.choose("decay", {"constant", "linear", "cosine"}, 0));
  fields.read("final_fraction", rate.final_fraction, 0, 1);
  fields.finish();
}

void read_adamw(Fields fields, AdamWOptions& adamw) {
  fields.read("beta1", adamw.beta1, 0, 0.999999);
  fields.read("beta2", adamw.beta2, 0, 0.999999999);
  fields.read("eps", adamw.eps, 1e-30, 1);
  fields.read("weight_decay", adamw.weight_decay, 0, 1000);
  fields.finish();
}

// The matrices' optimizer; what it leaves is AdamW's.
void read_optimizer(Fields& fields, OptimizerOptions& optimizer) {
  read_adamw(fields.object("adamw"), optimizer.adamw);
  const bool muon = fields.choose("optimizer", {"adamw", "muon"}, 0) == 1;
  if (!muon) return;
  Fields options = fields.object("muon");
  optimizer.muon.emplace();
  options.read("momentum", optimizer.muon->momentum, 0, 0.999999);
  options.read("weight_decay", optimizer.muon->weight_decay, 0, 1000);
  options.finish();
}

void read_every(Fields fields, TrainerOptions& trainer) {
  fields.read("log", trainer.log_every, 0, kMany);
  fields.read("validate", trainer.validate_every, 0, kMany);
  fields.read("checkpoint", trainer.checkpoint_every, 0, kMany);
  fields.read("sample", trainer.sample_every, 0, kMany);
  fields.finish();
}

void read_cfm(Fields& fields, CfmOptions& cfm) {
  Fields time = fields.object("time");
  TimeDensity& density = cfm.time;
  density.law = static_cast<TimeLaw>(time.choose("law", {"uniform", "logit_normal"}, 0));
  time.read("mean", density.mean, -100, 100);
  time.read("std", density.std, 1e-3, 100);
  time.read("shift", density.shift, 1e-3, 1000);
  time.finish();
  fields.read("optimal_pairing", cfm.optimal_pairing);
  fields.read("caption_dropout", cfm.caption_dropout, 0, 1);
}

void read_ddpm(Fields& fields, DdpmOptions& ddpm) {
  const auto law = static_cast<BetaLaw>(fields.choose("betas", {"linear", "cosine"}, 0));
  ddpm.schedule = BetaSchedule(law);
  fields.read("caption_dropout", ddpm.caption_dropout, 0, 1);
}

void read_text_video(Fields& fields, TrainingPlan& plan) {
  fields.read("guidance_scale", plan.guidance_scale, 0, 1000);
  fields.read("train_text", plan.train_text);
  fields.read("cached_clips", plan.cached_clips, 0, kMany);
  fields.read("cache", plan.cache);
}

void read_window(Fields fields, ClipWindow& window) {
  fields.read("frames", window.frames, 1, 100'000);
  fields.read("height", window.height, 8, 16'384);
  fields.read("width", window.width, 8, 16'384);
  fields.finish();
}

void read_vae(Fields fields, VaeObjectiveOptions& vae) {
  fields.read("decoder_only", vae.decoder_only);
  fields.read("from_images", vae.from_images);
  fields.read("standardise", vae.standardise);
  fields.read("latent_noise", vae.latent_noise, 0, 100);
  fields.read("l1", vae.l1, 0, 1e6);
  fields.read("gradients", vae.gradients, 0, 1e6);
  fields.read("flicker", vae.flicker, 0, 1e6);
  fields.read("scales", vae.scales, 1, 16);
  fields.read("kl", vae.kl, 0, 1e6);
  fields.finish();
}

void read_trainer(Fields& fields, TrainerOptions& trainer) {
  fields.read("output", trainer.folder);
  fields.read("steps", trainer.steps, 1, kMany);
  fields.read("accumulate", trainer.accumulate, 1, 1'000'000);
  fields.read("seed", trainer.seed);
  fields.read("clip_norm", trainer.clip_norm, 0, 1e12);
  fields.read("ema_decay", trainer.ema_decay, 0, 0.99999999);
  fields.read("validation_batches", trainer.validation_batches, 1, 1'000'000);
  fields.read("keep_checkpoints", trainer.keep_checkpoints, 1, 1'000'000);
  trainer.bfloat16 = fields.choose("precision", {"float32", "bfloat16"}, 0) == 1;
  read_learning_rate(fields.object("learning_rate"), trainer.learning_rate);
  read_optimizer(fields, trainer.optimizer);
  read_every(fields.object("every"), trainer);
}

// A run goes on only under the configuration it was begun with, but for what does not change its
// numbers: how long, how often something is written, and where.
std::string fingerprint(nlohmann::json document) {
  for (const char* key : {"output", "every", "keep_checkpoints", "validation_batches", "device",
                          "cache", "save_as", "fresh"})
    document.erase(key);
  if (document.contains("data")) {  // a folder's clips count, not where they lie
    document["data"].erase("path");
    document["data"].erase("memory_gib");
  }
  const bool decays = document.contains("learning_rate") &&
                      document["learning_rate"].value("decay", "constant") != "constant";
  if (!decays) document.erase("steps");  // a constant rate does not know when the run ends
  return document.dump();
}

}  // namespace

TrainConfig read_train_config(const std::string& path, const std::vector<std::string>& overrides) {
  auto [document, source] = read_document(path);
  for (const std::string& assignment : overrides) apply_override(document, assignment);
  TrainConfig config;
  TrainingPlan& plan = config.plan;
  Fields fields(document, std::move(source));
  plan.goal = static_cast<TrainingGoal>(fields.choose("objective", {"vae", "cfm", "ddpm"}, 1));
  fields.read("model", plan.model);
  fields.read("fresh", plan.fresh);
  fields.read("batch", plan.batch, 1, 1'000'000);
  fields.read("device", config.device);
  fields.read("threads", config.threads, 0, 1024);
  constexpr at::ScalarType kTypes[] = {at::kHalf, at::kBFloat16, at::kFloat};
  plan.save_as = kTypes[fields.choose("save_as", {"float16", "bfloat16", "float32"}, 0)];
  read_data(fields.object("data"), plan.data);
  read_trainer(fields, plan.trainer);
  if (plan.goal == TrainingGoal::kDdpm) {
    read_ddpm(fields, plan.ddpm);
  } else {
    read_cfm(fields, plan.cfm);
  }
  read_text_video(fields, plan);
  read_vae(fields.object("vae"), plan.vae);
  read_window(fields.object("window"), plan.window);
  fields.finish();
  if (plan.model.empty())
    throw DataError(path + ": /model is missing, expected a pipeline directory");
  if (plan.trainer.folder.empty())
    throw DataError(path + ": /output is missing, expected the folder of this run");
  if (plan.data.kind == DataKind::kFolder && plan.data.folder.path.empty())
    throw DataError(path + ": /data/path is missing, expected a folder of clips");
  if (plan.data.kind == DataKind::kFolder && plan.cached_clips != 0) {
    throw DataError(path + ": /cached_clips is " + std::to_string(plan.cached_clips) +
                    ", expected 0 with a folder, whose clips are always encoded once");
  }
  plan.trainer.fingerprint = fingerprint(document);
  config.effective = document.dump(2) + "\n";
  return config;
}

}  // namespace flowreel
