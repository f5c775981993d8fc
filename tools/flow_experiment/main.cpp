// Trains velocity and noise predictors on points in the plane, samples them at few and many
// evaluations and writes what docs/flow-matching.md and its figure show.
//
//     flow_experiment FOLDER [STEPS [SEEDS [compare|reflow]]]
#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "errors/error.h"
#include "pipeline/train/toy/sliced_wasserstein.h"
#include "pipeline/train/toy/trajectories.h"
#include "tools/flow_experiment/models.h"
#include "tools/flow_experiment/rectified.h"
#include "tools/flow_experiment/tables.h"

namespace flowreel {
namespace {

constexpr int64_t kSamples = 10000, kProjections = 64, kDrawn = 500;
constexpr int kFineSteps = 200;
const int kEvaluations[] = {1, 2, 4, 8, 16, 50};
// Draws for evaluation, beyond those of any training.
constexpr uint32_t kNoiseDraw = 1u << 20, kDataDraw = kNoiseDraw + 1,
                   kOtherDataDraw = kDataDraw + 1;

class Experiment {
 public:
  Experiment(std::filesystem::path folder, Budget budget, int seeds)
      : folder_(std::move(folder)),
        budget_(budget),
        seeds_(seeds),
        points_(folder_ / "flow-matching-points.csv", std::ios::trunc) {
    points_ << "what,target,model,numbers\n";
  }

  void run() {
    for (const PointTarget& target : point_targets()) {
      for (int seed = 1; seed <= seeds_; ++seed) one_seed(target, seed);
      write_tables();
    }
  }

 private:
  // After every target, so that a long run can be looked at.
  void write_tables() const {
    write(distances_, "flow-matching-distances.csv", "target,method,evaluations");
    write(paths_, "flow-matching-paths.csv", "target,model,measure");
    write(shifts_, "flow-matching-shifts.csv", "target,model,shift,evaluations");
  }

  void one_seed(const PointTarget& target, int seed) {
    const auto number = static_cast<uint64_t>(seed);
    noise_ = Draw{number, kNoiseDraw}.normal({kSamples, 2}, Use::kNoise);
    data_ = target.sample(kSamples, {number, kDataDraw});
    distances_.add({target.name, "data", "0"},
                   distance(target.sample(kSamples, {number, kOtherDataDraw})));
    for (const std::string& name : kCompared) {
      const Trained model = trained(name, target, number);
      measure_distances(target, model);
      measure_paths(target, model);
      if (name == "velocity") measure_shifts(target, model);
      if (seed == 1) save_points(target, model);
    }
    for (const std::string& name : kDensities)
      measure_shifts(target, trained(name, target, number));
    if (seed == 1)
      write_points(points_, {"data", target.name, "data"}, flat(data_.slice(0, 0, kDrawn)));
  }

  Trained trained(const std::string& name, const PointTarget& target, uint64_t seed) const {
    std::cout << target.name << ", seed " << seed << ": " << name << std::endl;
    return train(name, target, seed, budget_);
  }

  void measure_distances(const PointTarget& target, const Trained& model) {
    for (const Method& method : methods()) {
      if (method.model != model.name) continue;
      for (int evaluations : kEvaluations) {
        const at::Tensor made = method.sample(model, noise_, evaluations);
        if (!made.defined()) continue;
        distances_.add({target.name, method.name, std::to_string(evaluations)}, distance(made));
      }
    }
  }

  // On a fine grid; a noise prediction's begins where it can.
  void measure_paths(const PointTarget& target, const Trained& model) {
    const std::vector<double> times = fine_times(model);
    const at::Tensor states = trace(model.velocity, start(model).slice(0, 0, 2000), times);
    paths_.add({target.name, model.name, "excess length"}, excess_length(states));
    paths_.add({target.name, model.name, "straightness"}, straightness(states, times));
    if (model.schedule == nullptr) return;
    paths_.add({target.name, model.name, "excess length in its own coordinates"},
               excess_length(variance_preserving(states, times)));
  }

  void measure_shifts(const PointTarget& target, const Trained& model) {
    for (double shift : {0.5, 1.0, 2.0, 3.0}) {
      for (int evaluations : {4, 8, 50}) {
        const at::Tensor made = euler(model.velocity, noise_, flow_times(evaluations, shift));
        shifts_.add({target.name, model.name, c10::str(shift), std::to_string(evaluations)},
                    distance(made));
      }
    }
  }

  // For the figure: a few trajectories to one target, and what 4 evaluations make of another.
  void save_points(const PointTarget& target, const Trained& model) {
    if (target.sample == eight_gaussians) save_paths(target, model);
    if (target.sample == checkerboard) save_made(target, model);
  }

  void save_paths(const PointTarget& target, const Trained& model) {
    const std::vector<double> times = fine_times(model);
    const at::Tensor states = trace(model.velocity, start(model).slice(0, 0, 24), times);
    const auto save = [&](const std::string& what, const at::Tensor& some) {
      for (int64_t i = 0; i < some.size(1); ++i) {
        write_points(points_, {what, target.name, model.name},
                     flat(some.select(1, i).slice(0, 0, {}, 5)));
      }
    };
    save("path", states);
    save("own path", variance_preserving(states, times));
  }

  void save_made(const PointTarget& target, const Trained& model) {
    for (const Method& method : methods()) {
      if (method.model != model.name) continue;
      const at::Tensor made = method.sample(model, noise_, 4);
      write_points(points_, {"made", target.name, method.name}, flat(made.slice(0, 0, kDrawn)));
    }
  }

  std::vector<double> fine_times(const Trained& model) const {
    std::vector<double> times = flow_times(kFineSteps);
    const double first = model.schedule ? model.schedule->flow_time(model.schedule->steps()) : 0;
    for (double& t : times) t = first + (1 - first) * t;
    return times;
  }

  at::Tensor start(const Trained& model) const {
    return model.schedule != nullptr
               ? diffusion_start(noise_, model.schedule->flow_time(model.schedule->steps()))
               : noise_;
  }

  double distance(const at::Tensor& made) const {
    return sliced_wasserstein(made, data_, kProjections);
  }

  void write(const Gathered& values, const char* name, const std::string& headings) const {
    std::ofstream out(folder_ / name, std::ios::trunc);
    values.write(out, headings);
    if (!out.flush()) throw IoError("cannot write " + (folder_ / name).string());
  }

  std::filesystem::path folder_;
  Budget budget_;
  int seeds_;
  std::ofstream points_;
  Gathered distances_, paths_, shifts_;
  at::Tensor noise_, data_;
};

}  // namespace
}  // namespace flowreel

int main(int argc, char** argv) {
  const std::string part = argc > 4 ? argv[4] : "";
  if (argc < 2 || argc > 5 || (argc > 4 && part != "compare" && part != "reflow")) {
    std::cerr << "usage: flow_experiment FOLDER [STEPS [SEEDS [compare|reflow]]]\n";
    return 64;
  }
  // Tensors this small are slower on two threads than on one.
  at::set_num_threads(1);
  flowreel::Budget budget;
  if (argc > 2) budget.steps = std::atoi(argv[2]);
  const int seeds = argc > 3 ? std::atoi(argv[3]) : 3;
  try {
    std::filesystem::create_directories(argv[1]);
    if (part != "reflow") flowreel::Experiment(argv[1], budget, seeds).run();
    if (part != "compare") flowreel::run_rectified(argv[1], budget, seeds);
  } catch (const std::exception& error) {
    std::cerr << "flow_experiment: " << error.what() << "\n";
    return 1;
  }
}
