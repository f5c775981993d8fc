#include "tools/flowreel/sampling_arguments.h"

#include "errors/error.h"
#include "errors/quote.h"
#include "tools/flowreel/arguments.h"

namespace flowreel {

void add_sampling_options(CLI::App& command, SamplingOptions& s, SamplingText& text) {
  command.add_option("--solver", s.solver,
                     "euler | heun | midpoint | rk4 | ab2 | dopri5 | unipc | … (euler)");
  command
      .add_option("--flow-shift", text.flow_shift, "shift of the schedule; default: the model's")
      ->check(number());
  command.add_option("--sigmas", text.sigmas,
                     "falling noise levels, shifted as in diffusers unless --flow-shift is 1");
  command
      .add_option("--embedded-guidance-scale,--embedded-cfg-scale", s.embedded_guidance_scale,
                  "guidance the model was distilled with (6)")
      ->check(number());
  command
      .add_option("--cfg-scale", s.cfg_scale,
                  "true classifier-free guidance; 1: off (the model's, else 1)")
      ->check(number());
  // Named at the end of the help alone, which is to fit a screen.
  const auto seldom = [](CLI::Option* option) { return option->group(""); };
  seldom(command.add_option("--tolerance", text.tolerance))->check(number());
  seldom(command.add_option("--grid", text.grid));
  seldom(command.add_option("--cfg-rescale", s.cfg_rescale))->check(number());
  seldom(command.add_option("--cfg-interval", text.cfg_interval));
}

void parse_sampling(const CLI::App& command, const SamplingText& text, SamplingOptions& s) {
  if (command.count("--flow-shift") != 0) s.flow_shift = text.flow_shift;
  if (command.count("--tolerance") != 0) s.tolerance = text.tolerance;
  if (command.count("--sigmas") != 0) {
    if (command.count("--steps") != 0)
      throw UsageError("--steps and --sigmas exclude each other; give only one");
    s.sigmas = parse_numbers("--sigmas", text.sigmas);
  }
  if (text.grid != "uniform" && text.grid != "quadratic")
    throw UsageError("--grid is " + quote(text.grid) + ", expected uniform or quadratic");
  s.grid = text.grid == "uniform" ? TimeGrid::kUniform : TimeGrid::kQuadratic;
  if (command.count("--cfg-interval") == 0) return;
  const std::vector<double> ends = parse_numbers("--cfg-interval", text.cfg_interval);
  if (ends.size() != 2)
    throw UsageError("--cfg-interval is " + quote(text.cfg_interval) + ", expected LOW,HIGH");
  s.cfg_interval = {ends[0], ends[1]};
}

}  // namespace flowreel
