#include "pipeline/consistency/meter_table.h"

#include <algorithm>

#include "errors/error.h"
#include "errors/quote.h"
#include "pipeline/consistency/features/feature_table.h"
#include "pipeline/consistency/meters/brightness_flicker.h"
#include "pipeline/consistency/meters/chunk_seams.h"
#include "pipeline/consistency/meters/detail.h"
#include "pipeline/consistency/meters/drift.h"
#include "pipeline/consistency/meters/first_frame_jump.h"
#include "pipeline/consistency/meters/flicker_mc.h"
#include "pipeline/consistency/meters/jitter.h"
#include "pipeline/consistency/meters/likeness.h"
#include "pipeline/consistency/meters/motion_degree.h"
#include "pipeline/consistency/meters/stillness.h"
#include "pipeline/consistency/meters/temporal_flickering.h"
#include "pipeline/consistency/meters/tile_seams.h"
#include "pipeline/consistency/meters/warping.h"
#include "pipeline/consistency/reference/reference_meter.h"
#include "pipeline/consistency/scene_cuts.h"

namespace flowreel {

const std::vector<MeterRow>& meter_table() {
  static const std::vector<MeterRow> table = {
      temporal_flickering(), brightness_flicker(), flicker_mc(), warping(), motion_degree(),
      stillness(),           likeness(),           drift(),      jitter(),  chunk_seams(),
      tile_seams(),          first_frame_jump(),   detail(),
  };
  return table;
}

std::vector<const Definition*> clip_definitions() {
  std::vector<const Definition*> all = {&SceneCuts::kDefinition};
  for (const MeterRow& row : meter_table())
    all.insert(all.end(), row.definitions.begin(), row.definitions.end());
  return all;
}

std::vector<const Definition*> all_definitions() {
  std::vector<const Definition*> all = clip_definitions();
  for (const Definition* definition : feature_definitions()) all.push_back(definition);
  for (const Definition* definition : reference_definitions()) all.push_back(definition);
  return all;
}

bool is_wanted(const Definition& definition, const std::vector<std::string>& metrics) {
  return metrics.empty() ||
         std::find(metrics.begin(), metrics.end(), definition.name) != metrics.end();
}

const Definition& definition_of(const std::string& name) {
  std::string names;
  for (const Definition* definition : all_definitions()) {
    if (name == definition->name) return *definition;
    names += (names.empty() ? "" : ", ") + std::string(definition->name);
  }
  throw UsageError(quote(name) + " is not a metric; expected one of " + names);
}

}  // namespace flowreel
