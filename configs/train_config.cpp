#include "configs/train_config.h"

#include <nlohmann/json.hpp>

#include "configs/fields.h"
#include "configs/json_document.h"
#include "configs/override.h"
#include "configs/train_fields.h"
#include "errors/error.h"

namespace flowreel {
namespace {

void read_cfm(Fields& fields, CfmOptions& cfm) {
  read_time_density(fields.object("time"), cfm.time);
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
  plan.save_as = read_save_as(fields);
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
  check_paths(path, plan.model, plan.trainer.folder, plan.data);
  if (plan.data.kind == DataKind::kFolder && plan.cached_clips != 0) {
    throw DataError(path + ": /cached_clips is " + std::to_string(plan.cached_clips) +
                    ", expected 0 with a folder, whose clips are always encoded once");
  }
  plan.trainer.fingerprint = run_fingerprint(document);
  config.effective = document.dump(2) + "\n";
  return config;
}

}  // namespace flowreel
