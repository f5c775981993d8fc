#include "configs/train_fields.h"

#include "errors/error.h"

namespace flowreel {
namespace {

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

}  // namespace

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

void read_time_density(Fields fields, TimeDensity& density) {
  density.law = static_cast<TimeLaw>(fields.choose("law", {"uniform", "logit_normal"}, 0));
  fields.read("mean", density.mean, -100, 100);
  fields.read("std", density.std, 1e-3, 100);
  fields.read("shift", density.shift, 1e-3, 1000);
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

at::ScalarType read_save_as(Fields& fields) {
  constexpr at::ScalarType kTypes[] = {at::kHalf, at::kBFloat16, at::kFloat};
  return kTypes[fields.choose("save_as", {"float16", "bfloat16", "float32"}, 0)];
}

void check_paths(const std::string& file, const std::string& model, const std::string& output,
                 const DataOptions& data) {
  if (model.empty()) throw DataError(file + ": /model is missing, expected a pipeline directory");
  if (output.empty())
    throw DataError(file + ": /output is missing, expected the folder of this run");
  if (data.kind == DataKind::kFolder && data.folder.path.empty())
    throw DataError(file + ": /data/path is missing, expected a folder of clips");
}

std::string run_fingerprint(nlohmann::json document) {
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

}  // namespace flowreel
