#include "configs/reflow_config.h"

#include <nlohmann/json.hpp>

#include "configs/fields.h"
#include "configs/json_document.h"
#include "configs/override.h"
#include "configs/train_fields.h"
#include "errors/error.h"
#include "pipeline/flow/solver.h"

namespace flowreel {
namespace {

// Pairs of all rounds are numbered in 32 bits.
constexpr int64_t kMostRounds = 100, kMostPairs = 10'000'000;

// The solvers that carry the same noise to the same data.
std::vector<std::string> deterministic_solvers() {
  std::vector<std::string> names;
  for (const Solver& solver : solvers())
    if (solver.order != kStochastic) names.push_back(solver.name);
  return names;
}

void read_teacher(Fields fields, TeacherOptions& teacher) {
  const std::vector<std::string> names = deterministic_solvers();
  teacher.solver = names[fields.choose("solver", names, 0)];
  fields.read("steps", teacher.steps, 1, 10'000);
  if (!fields.skip_null("shift")) fields.read("shift", teacher.shift, 1e-3, 1000);
  fields.read("cfg_scale", teacher.cfg_scale, 1, 1000);
  fields.read("batch", teacher.batch, 1, 1'000'000);
  fields.finish();
}

// More rounds leave those before as they are.
std::string fingerprint(nlohmann::json document) {
  document.erase("rounds");
  return run_fingerprint(std::move(document));
}

}  // namespace

ReflowConfig read_reflow_config(const std::string& path,
                                const std::vector<std::string>& overrides) {
  auto [document, source] = read_document(path);
  for (const std::string& assignment : overrides) apply_override(document, assignment);
  ReflowConfig config;
  ReflowPlan& plan = config.plan;
  Fields fields(document, std::move(source));
  fields.read("model", plan.model);
  fields.read("rounds", plan.rounds, 1, kMostRounds);
  fields.read("pairs", plan.pairs, 1, kMostPairs);
  fields.read("validation_pairs", plan.validation_pairs, 1, kMostPairs);
  read_teacher(fields.object("teacher"), plan.teacher);
  fields.read("batch", plan.batch, 1, 1'000'000);
  fields.read("device", config.device);
  fields.read("threads", config.threads, 0, 1024);
  plan.save_as = read_save_as(fields);
  read_data(fields.object("data"), plan.data);
  read_trainer(fields, plan.trainer);
  read_time_density(fields.object("time"), plan.cfm.time);
  fields.read("guidance_scale", plan.guidance_scale, 0, 1000);
  fields.read("train_text", plan.train_text);
  fields.finish();
  check_paths(path, plan.model, plan.trainer.folder, plan.data);
  plan.trainer.fingerprint = fingerprint(document);
  config.effective = document.dump(2) + "\n";
  return config;
}

}  // namespace flowreel
