#include "pipeline/consistency/features/feature_table.h"

#include "pipeline/consistency/features/embedding_meters.h"
#include "pipeline/consistency/features/lpips_meter.h"
#include "pipeline/consistency/features/raft_meters.h"
#include "pipeline/consistency/series.h"

namespace flowreel {
namespace {

using Model = std::shared_ptr<const FeatureModel>;

struct FeatureRow {
  FeatureRole role;
  MeterRow (*with)(Model model);
};

constexpr FeatureRow kTable[] = {
    {FeatureRole::kDino, dino_meter},          {FeatureRole::kClip, clip_meter},
    {FeatureRole::kRaft, raft_dynamic_degree}, {FeatureRole::kRaft, raft_warping_error},
    {FeatureRole::kLpips, lpips_meter},
};

// What is said in place of a meter whose network is not there.
class WithoutNetwork : public Meter {
 public:
  WithoutNetwork(std::vector<const Definition*> definitions, std::string why)
      : definitions_(std::move(definitions)), why_(std::move(why)) {}

  void see(const FrameMoment&) override {}

  std::vector<Measurement> finish(const ClipEnd&) override {
    std::vector<Measurement> all;
    for (const Definition* definition : definitions_) {
      all.push_back(none(*definition, Status::kWeightsMissing));
      all.back().note = why_;
    }
    return all;
  }

 private:
  std::vector<const Definition*> definitions_;
  std::string why_;
};

std::string why_missing(const FeatureRow& row, bool has_manifest, const Model& model) {
  const std::string role = role_name(row.role);
  if (model) return model->missing;
  return has_manifest ? "the manifest of --features lists no " + role
                      : "needs a network " + role + ", which a manifest given by --features names";
}

}  // namespace

std::vector<const Definition*> feature_definitions() {
  std::vector<const Definition*> all;
  for (const FeatureRow& row : kTable) {
    for (const Definition* definition : row.with(nullptr).definitions) all.push_back(definition);
  }
  return all;
}

std::vector<MeterRow> feature_rows(const std::shared_ptr<const FeatureModels>& features,
                                   const std::vector<std::string>& metrics) {
  std::vector<MeterRow> rows;
  for (const FeatureRow& row : kTable) {
    const Model model = features ? features->find(row.role) : nullptr;
    if (!model && metrics.empty()) continue;
    MeterRow meters = row.with(model);
    if (!model || !model->network) {
      const std::string why = why_missing(row, features != nullptr, model);
      meters.make = [definitions = meters.definitions,
                     why](const ClipFacts&) -> std::unique_ptr<Meter> {
        return std::make_unique<WithoutNetwork>(definitions, why);
      };
    }
    rows.push_back(std::move(meters));
  }
  return rows;
}

}  // namespace flowreel
