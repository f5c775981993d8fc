// Against other people's solvers on one field (tools/fixtures/solvers.py).
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "pipeline/flow/solver.h"

namespace flowreel {
namespace {

using nlohmann::json;

json cases_of(const std::string& solver) {
  std::ifstream file(std::string(FLOWREEL_TEST_DATA) + "/golden/solvers.json");
  json found = json::array();
  for (const json& one : json::parse(file)) {
    if (one.at("solver") == solver) found.push_back(one);
  }
  return found;
}

at::Tensor field(const at::Tensor& x, double t) { return at::sin(2 * x) - 0.7 * x + t; }

at::Tensor start() { return (at::arange(16, at::kDouble) - 7.5) / 4; }

double distance(const at::Tensor& x, const json& state) {
  return (x - at::tensor(state.get<std::vector<double>>(), at::kDouble)).abs().max().item<double>();
}

std::vector<double> times_of(const json& sigmas) {
  std::vector<double> times;
  for (const double sigma : sigmas) times.push_back(1 - sigma);
  return times;
}

// diffusers computes in float32.
constexpr double kFloatError = 3e-6;

TEST(SolverGolden, DpmSolverOfDiffusersAtEveryStep) {
  const json cases = cases_of("dpm++2m");
  ASSERT_EQ(cases.size(), 3u);
  for (const json& one : cases) {
    const auto see = [&](int step, double, at::Tensor x) {
      EXPECT_LT(distance(x, one.at("states").at(static_cast<size_t>(step))), kFloatError) << step;
      return x;
    };
    dpmpp2m(field, start(), times_of(one.at("sigmas")), {.after_step = see});
  }
}

// Its states between are not corrected yet when it returns them; the last one tells of all.
TEST(SolverGolden, UnipcOfDiffusers) {
  const json cases = cases_of("unipc");
  ASSERT_EQ(cases.size(), 3u);
  for (const json& one : cases) {
    const at::Tensor x = unipc(field, start(), times_of(one.at("sigmas")));
    EXPECT_LT(distance(x, one.at("states").back()), kFloatError) << one.at("states").size();
  }
}

TEST(SolverGolden, DormandPrinceOfTorchdiffeqToTheTolerance) {
  const json cases = cases_of("dopri5");
  ASSERT_EQ(cases.size(), 3u);
  for (const json& one : cases) {
    const double tolerance = one.at("tolerance").get<double>();
    const auto see = [&](int step, double, at::Tensor x) {
      EXPECT_LT(distance(x, one.at("states").at(static_cast<size_t>(step))), 20 * tolerance)
          << tolerance;
      return x;
    };
    dopri5(field, start(), one.at("times").get<std::vector<double>>(),
           {.after_step = see, .tolerance = tolerance});
  }
}

}  // namespace
}  // namespace flowreel
