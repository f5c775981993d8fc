#include "tools/flow_experiment/rectified.h"

#include <ATen/ATen.h>

#include <fstream>
#include <iostream>

#include "errors/error.h"
#include "pipeline/train/cfm.h"
#include "pipeline/train/reflow/carry.h"
#include "pipeline/train/toy/point_pairs.h"
#include "pipeline/train/toy/sliced_wasserstein.h"
#include "pipeline/train/toy/trajectories.h"
#include "tools/flow_experiment/tables.h"

namespace flowreel {
namespace {

constexpr int kRectifications = 3;
constexpr int64_t kSamples = 10000, kMeasured = 2000, kDrawn = 24, kPairs = 20000;
constexpr int kProjections = 64, kFineSteps = 200, kTeacherSteps = 100;
const int kEvaluations[] = {1, 2, 4, 8, 50};
// Draws for evaluation, beyond those of any training.
constexpr uint32_t kNoiseDraw = 1u << 20, kDataDraw = kNoiseDraw + 1;

class Rectified {
 public:
  Rectified(std::filesystem::path folder, const Budget& budget, int seeds)
      : folder_(std::move(folder)),
        budget_(budget),
        seeds_(seeds),
        points_(folder_ / "flow-matching-reflow-points.csv", std::ios::trunc) {
    points_ << "what,target,model,numbers\n";
  }

  void run() {
    for (const PointTarget& target : point_targets()) {
      for (int seed = 1; seed <= seeds_; ++seed) one_seed(target, static_cast<uint64_t>(seed));
      std::ofstream out(folder_ / "flow-matching-reflow.csv", std::ios::trunc);
      measures_.write(out, "target,rectified,measure");
      if (!out.flush() || !points_.flush()) throw IoError("cannot write into " + folder_.string());
    }
  }

 private:
  // Each student goes on from its teacher's weights, with as many steps as the first flow had.
  void one_seed(const PointTarget& target, uint64_t seed) {
    noise_ = Draw{seed, kNoiseDraw}.normal({kSamples, 2}, Use::kNoise);
    data_ = target.sample(kSamples, {seed, kDataDraw});
    PointNetwork network(budget_.width);
    const Objective objective = cfm(batch_network(network));
    FitOptions options = {budget_.steps, budget_.batch, budget_.lr, seed};
    fit(network, objective, target.sample, options);
    measure(target, network, 1, seed);
    for (int k = 2; k <= kRectifications; ++k) {
      options.seed = seed + static_cast<uint64_t>(100 * k);
      PointPairs pairs = carried_points(field_of(network), kPairs, kTeacherSteps, options.seed);
      fit_further(network, objective, batches_of(std::move(pairs), budget_.batch), options);
      measure(target, network, k, seed);
    }
  }

  void measure(const PointTarget& target, const PointNetwork& network, int k, uint64_t seed) {
    std::cout << target.name << ", seed " << seed << ": " << k << "-rectified" << std::endl;
    const Velocity field = field_of(network);
    const std::string name = std::to_string(k);
    const auto add = [&](const std::string& measure, double value) {
      measures_.add({target.name, name, measure}, value);
    };
    CarryOptions fine;
    fine.times = flow_times(kFineSteps);
    const Carried carried = carry(field, noise_.slice(0, 0, kMeasured), fine);
    add("straightness", carried.straightness.mean().item<double>());
    add("transport cost", carried.transport.mean().item<double>());
    for (int evaluations : kEvaluations) {
      const at::Tensor made = euler(field, noise_, flow_times(evaluations));
      add("distance at " + std::to_string(evaluations),
          sliced_wasserstein(made, data_, kProjections));
    }
    if (seed == 1) save_points(target, field, name);
  }

  // A few ways, and what one evaluation makes of noise.
  void save_points(const PointTarget& target, const Velocity& field, const std::string& name) {
    const at::Tensor states =
        trace(field, noise_.slice(0, 0, kDrawn), flow_times(kFineSteps)).slice(0, 0, {}, 5);
    for (int64_t i = 0; i < kDrawn; ++i)
      write_points(points_, {"path", target.name, name}, flat(states.select(1, i)));
    const at::Tensor made = euler(field, noise_.slice(0, 0, 500), flow_times(1));
    write_points(points_, {"made", target.name, name}, flat(made));
  }

  std::filesystem::path folder_;
  Budget budget_;
  int seeds_;
  std::ofstream points_;
  Gathered measures_;
  at::Tensor noise_, data_;
};

}  // namespace

void run_rectified(const std::filesystem::path& folder, const Budget& budget, int seeds) {
  Rectified(folder, budget, seeds).run();
}

}  // namespace flowreel
