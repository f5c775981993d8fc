// What the configurations of `train` and `reflow` have in common.
#pragma once

#include "configs/fields.h"
#include "pipeline/train/cfm.h"
#include "pipeline/train/data_options.h"
#include "pipeline/train/trainer.h"

namespace flowreel {

inline constexpr int64_t kMany = 1'000'000'000;

// Each reads keys of its object, or the whole object it is given, as docs/training.md has them.
void read_data(Fields fields, DataOptions& data);
void read_time_density(Fields fields, TimeDensity& density);
void read_trainer(Fields& fields, TrainerOptions& trainer);
at::ScalarType read_save_as(Fields& fields);

// DataError, which begins with the file, where a run lacks its model, its folder or its data's.
void check_paths(const std::string& file, const std::string& model, const std::string& output,
                 const DataOptions& data);

// A run goes on only under the configuration it was begun with, but for what does not change its
// numbers: how long, how often something is written, and where.
std::string run_fingerprint(nlohmann::json document);

}  // namespace flowreel
